"""Runs the command line in its own process, and counts the work that it does: see test_work.py.

Started as `python -P counting.py COUNTS.json run ...` in a project, it writes how often each kind
of thing was done. What Python tells of itself (its audit events) is counted from that; libraries
that tell nothing are wrapped when they are imported, so that counting itself imports nothing.
"""

# ruff: noqa: PTH100, PTH109, PTH123 - what the counter imported itself could not be counted
import sys

_BEFORE = set(sys.modules)

import _posixsubprocess  # noqa: E402 - what is imported from here on is counted
import os  # noqa: E402

ROOT = os.getcwd()
#: Where in the project a file lies -> what it is.
PLACES = {
    ".pivot/stages/": "locks",
    ".pivot/cache/": "blobs",
    ".pivot/state.lmdb/": "the state",
    # Looked into now and then while a stage runs: how often is a matter of time.
    ".pivot/logs/": None,
    ".pivot/": "the rest of the store",
    "out/": "outputs",
    "data/": "inputs",
    "__pycache__/": "bytecode",
}
counts: dict[str, int] = {}


def count(what):
    counts[what] = counts.get(what, 0) + 1


def audit(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened(os.path.abspath(arguments[0]), arguments[2])
    elif event in {"os.listdir", "os.scandir"}:
        where = arguments[0]
        if where is None or (isinstance(where, str) and os.path.abspath(where).startswith(ROOT)):
            count("directories listed")
    elif event in {"os.fork", "os.posix_spawn"}:
        count("processes started")


def opened(path, flags):
    if not path.startswith(f"{ROOT}/"):
        return
    inner = path.removeprefix(f"{ROOT}/")
    kinds = (kind for place, kind in PLACES.items() if inner.startswith(place))
    kind = next(kinds, "sources" if inner.endswith(".py") else "other files")
    if kind is not None:
        written = flags & (os.O_WRONLY | os.O_RDWR)
        count(f"{kind}: files {'written' if written else 'read'}")


def counted(what, function):
    def call(*arguments, **options):
        count(what)
        return function(*arguments, **options)

    return call


class CountedEnvironment:
    """An LMDB environment whose transactions are counted; LMDB's own type can't be extended."""

    def __init__(self, environment):
        self._environment = environment

    def begin(self, *arguments, **options):
        count(f"state: {'write' if options.get('write') else 'read'} transactions")
        return self._environment.begin(*arguments, **options)

    def __getattr__(self, name):
        return getattr(self._environment, name)


def wrap_lmdb(module):
    opening = module.open
    module.open = lambda *arguments, **options: CountedEnvironment(opening(*arguments, **options))


def wrap_xxhash(module):
    for name in ("xxh64", "xxh3_128", "xxh64_hexdigest", "xxh3_128_hexdigest"):
        setattr(module, name, counted("hashes", getattr(module, name)))


WRAPPERS = {"lmdb": wrap_lmdb, "xxhash": wrap_xxhash}


class Finder:
    """Wraps libraries when they are imported."""

    def find_spec(self, name, path=None, target=None):
        wrapper = WRAPPERS.get(name)
        if wrapper is None:
            return None
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path[1:])
        spec = next(filter(None, found))
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            wrapper(module)

        spec.loader.exec_module = exec_module
        return spec


def main():
    file, *words = sys.argv[1:]
    sys.argv[1:] = words
    _posixsubprocess.fork_exec = counted("processes started", _posixsubprocess.fork_exec)
    sys.meta_path.insert(0, Finder())
    sys.addaudithook(audit)
    from pivot.cli import main as cli

    status = cli(words)
    counts["modules imported"] = len(set(sys.modules) - _BEFORE)
    found = dict(counts)
    import json

    with open(file, "w") as stream:
        json.dump(found, stream)
    return status


if __name__ == "__main__":
    sys.exit(main())
