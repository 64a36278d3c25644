"""Is everything as it was when all was up to date? Answered without importing anything.

A *snapshot* is a certificate: what the answer "nothing changed" rested on, each with what it looked
like. Files and directories are known by their stat signatures, environment variables by a hash; an
absent file is certified as absent. If all of it is the same, nothing has to be run, and neither
click, pydantic nor the pipeline has to be imported to know it. One difference, one doubt, and there
is no answer: then the full pass decides. A snapshot never says what to run.

Here it is read; `certificate` writes it. Nothing may be imported here that Python has not imported
anyway when it starts. Tests: tests/engine/test_snapshot.py.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

FILE = "snapshot"
#: Raised with every change of the format, or of what the answer rests on.
_VERSION = 1
_DIGEST = 8
_MARKERS = (".pivot", "pipeline.py", "pivot.yaml")
_PREFIXES = ("PIVOT_", "PYTHON")
#: Where modules are looked for, before a pipeline adds to it.
_PATH = tuple(sys.path)

#: What a path looked like, times in nanoseconds; None if nothing was there.
type Mark = tuple[int, int, int, int] | None


def mark(path: str) -> Mark:
    """Give what a path looks like now."""
    try:
        status = os.stat(path)  # noqa: PTH116 - pathlib alone takes longer than all of this
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def surroundings(root: str) -> tuple[Any, ...]:
    """Give what is to be the same besides files: interpreter, place, settings by environment."""
    return (
        _VERSION,
        sys.version,
        sys.executable,
        sys.prefix,
        tuple(sys.flags),
        _PATH,
        root,
        os.getcwd(),  # noqa: PTH109 - as above
        digest(sorted(item for item in os.environ.items() if item[0].startswith(_PREFIXES))),
    )


def digest(value: Any) -> bytes:
    """Give a hash of a value that `marshal` takes, which tells nobody what the value is."""
    # What PEP 552 knows sources by, and the one good hash that is there from the start.
    return _imp.source_hash(_VERSION, marshal.dumps(value))


def encode(
    root: str,
    arguments: Sequence[str],
    answer: str,
    files: Mapping[str, Mark],
    variables: Iterable[str],
) -> bytes:
    """Give the bytes of a snapshot."""
    known = [(name, digest(os.environ.get(name))) for name in variables]
    plain = (surroundings(root), list(arguments), answer, list(files.items()), known)
    data = marshal.dumps(plain)
    return _imp.source_hash(_VERSION, data) + data


def recall(arguments: Sequence[str]) -> str | None:
    """Give the answer that was certified if it still holds, None if that takes a closer look.

    `arguments` are those of the command line, from `run` on.
    """
    try:
        return _recall(list(arguments))
    except (OSError, ValueError, TypeError, EOFError):
        return None  # of another version, say: the full pass knows


def _recall(arguments: list[str]) -> str | None:
    root = _root()
    data = _read(f"{root}/.pivot/{FILE}") if root else None
    if root is None or data is None or _imp.source_hash(_VERSION, data[_DIGEST:]) != data[:_DIGEST]:
        return None
    known, given, answer, files, variables = marshal.loads(memoryview(data)[_DIGEST:])  # noqa: S302 - our own, and whole
    if known != surroundings(root) or given != arguments:
        return None
    if any(digest(os.environ.get(name)) != value for name, value in variables):
        return None
    return answer if all(mark(path) == known for path, known in files) else None


def _root() -> str | None:
    """Give the project that the working directory belongs to, as `pivot.paths` finds it."""
    directory = os.path.realpath(os.getcwd())  # noqa: PTH109 - as above
    while True:
        if any(os.path.exists(f"{directory}/{marker}") for marker in _MARKERS):  # noqa: PTH110 - as above
            return directory
        parent = os.path.dirname(directory)  # noqa: PTH120 - as above
        if parent == directory:
            return None
        directory = parent


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - as above
            return stream.read()
    except OSError:
        return None
