"""Which file was refused to a confined stage, and what it would have to declare.

Python names the file in its `PermissionError`. Other libraries name it in the text of an exception
of their own, and programs in what they print: there, a path of the project is looked for that the
stage doesn't declare. Tests: tests/confinement/test_denial.py.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.tracebacks import innermost_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pivot.confinement.confinement import Confinement

#: How those word it who were refused something by the system.
_REFUSED = re.compile(
    r"permission denied|not permitted|access denied|err(?:no|or)[ =:]*13\b"
    r"|(?:unable|failed|cannot|can't|can not|could not)(?: to)? (?:open|read|write|create)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""(["'`])(.+?)\1""")
#: Between what may be paths: no quotes.
_BETWEEN = re.compile(r"""[\s"'`,;()\[\]<>]+|:\s|:$|=""")
#: What looks like the name of a file that may not be there.
_FILE = re.compile(r"/|\w\.\w")
#: How much of what was printed last is looked at, in bytes.
_TAIL = 1 << 16
_EXISTING = frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR})


class UndeclaredAccessError(PivotError):
    """A confined stage reached for a file that it doesn't declare."""

    exit_status = 1


def denial(
    error: BaseException, confinement: Confinement, written: Collection[str], log: str | None
) -> UndeclaredAccessError | None:
    """Say what was refused if an exception comes of that; None if it doesn't.

    `written` are the files, relative to the root, that were seen to be opened for writing.
    """
    chain = list(_chain(error))
    refused = dict.fromkeys(path for one in chain for path in _named(one))
    if not refused:
        texts = [str(one) for one in chain] + _printed(log)
        words = (word for text in texts if _REFUSED.search(text) for word in _words(text))
        refused = dict.fromkeys(word for word in words if _is_file(word, confinement.root))
    told = [_told(path, confinement, written) for path in refused]
    found = [one for one in told if one]
    if not found:
        return _in_the_way(chain, confinement)
    hints = dict.fromkeys(hint for _, hint in found)
    return UndeclaredAccessError(
        "\n".join(what for what, _ in found),
        where=innermost_place(error, Path(confinement.root)),
        hint="\n  ".join(hints),
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _named(error: BaseException) -> Iterator[str]:
    """Give the paths of which an exception of Python's own says that they were refused."""
    if isinstance(error, OSError) and error.errno in {errno.EACCES, errno.EXDEV}:
        for name in (error.filename, error.filename2):
            if isinstance(name, str | bytes):
                yield os.fsdecode(name)


def _words(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (quoted for _, quoted in _QUOTED.findall(line))
        yield from filter(None, _BETWEEN.split(line))


def _is_file(word: str, root: str) -> bool:
    place = os.path.join(root, word)  # noqa: PTH118 - text only
    return "\0" not in word and (_FILE.search(word) is not None or os.path.isfile(place))  # noqa: PTH113 - as above


def _printed(log: str | None) -> list[str]:
    """Give the last lines that the stage printed."""
    if log is None:
        return []
    try:
        with open(log, "rb") as stream:  # noqa: PTH123 - by its name, as everything here
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _told(named: str, confinement: Confinement, written: Collection[str]) -> tuple[str, str] | None:
    """Give a sentence of what was refused, and what helps; None if this was not refused."""
    if "\0" in named:
        return None  # no path at all
    path = _from_root(named, confinement.root)
    if path.startswith(os.pardir):
        return _told_above(named, confinement.root)
    exists = os.path.lexists(os.path.join(confinement.root, path))  # noqa: PTH118 - text only
    writing = path in written or not exists
    if path in confinement.files:
        return (
            f"the output {path!r} was to be removed or replaced: with strict, it can't be",
            f"write to {path!r} itself, or declare the directory that it lies in as the output",
        )
    if confinement.permits(path, writing=writing):
        return None
    if not writing:
        return (
            f"{path!r} is read, but not declared: it was refused",
            f"declare it as an input: Dep({path!r})",
        )
    if not _parent_is_there(confinement.root, path):
        return None  # no path at all, but a word
    return (
        f"{path!r} is written, but not declared as an output: it was refused",
        f"declare it as an output: Out({path!r}); or write it to a temporary directory",
    )


def _told_above(named: str, root: str) -> tuple[str, str] | None:
    place = os.path.abspath(os.path.join(root, named))  # noqa: PTH100, PTH118 - text only
    parent = os.path.dirname(place)  # noqa: PTH120 - text only
    if os.path.lexists(place) or not f"{root}/".startswith(f"{parent.rstrip('/')}/"):
        return None
    return (
        f"{place!r} was to be made: with strict, nothing new can be directly above the project",
        f"make it before, or let the stage write below another directory than {parent}",
    )


def _from_root(named: str, root: str) -> str:
    """Give a path from the root on; one elsewhere begins with `..`."""
    place = os.path.normpath(os.path.join(root, named))  # noqa: PTH118 - text only
    return os.path.relpath(place, root)


def _parent_is_there(root: str, path: str) -> bool:
    return os.path.isdir(os.path.dirname(os.path.join(root, path)))  # noqa: PTH112, PTH118, PTH120 - text only


def _in_the_way(
    chain: list[BaseException], confinement: Confinement
) -> UndeclaredAccessError | None:
    """Say so if a stage did not expect its outputs to be there."""
    for error in chain:
        if isinstance(error, OSError) and error.errno in _EXISTING and error.filename is not None:
            path = _from_root(os.fsdecode(error.filename), confinement.root)
            if path in {one.rstrip("/") for one in (*confinement.files, *confinement.directories)}:
                return UndeclaredAccessError(
                    f"the output {path!r} is in the way: with strict, each output is there, empty, "
                    "when its stage starts",
                    hint=f"let the stage write to what is there; a directory is declared as "
                    f"Out({f'{path}/'!r})",
                )
    return None
