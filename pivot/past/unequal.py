"""Where do two files, or directories of files, differ first? The answer, for a person.

Example: `first_difference(made, recorded)` is `"line 3: '1.25' and not '1.5'"`, or None. Tests:
tests/past/test_unequal.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_SHORT = 60


def first_difference(made: Path, recorded: Path) -> str | None:
    """Say where something that was made differs from what was recorded; None if it doesn't."""
    if made.is_dir() != recorded.is_dir():
        return f"it is {_kind(made)}, and was {_kind(recorded)}"
    if not made.is_dir():
        return _of(made, recorded)
    now, then = _names(made), _names(recorded)
    for name in sorted(now | then):
        if name not in then:
            return f"{name} was not there"
        if name not in now:
            return f"{name} is not there"
        pair = made / name, recorded / name
        if any(one.is_symlink() or not one.is_dir() for one in pair) and (found := _of(*pair)):
            return f"{name}: {found}"
    return None


def _kind(place: Path) -> str:
    return "a directory" if place.is_dir() else "a file"


def _names(directory: Path) -> set[str]:
    return {
        os.path.relpath(os.path.join(place, name), directory)  # noqa: PTH118 - text only
        for place, directories, files in os.walk(directory)
        for name in (*directories, *files)
    }


def _of(made: Path, recorded: Path) -> str | None:
    if made.is_symlink() or recorded.is_symlink():
        links = [os.readlink(one) if one.is_symlink() else None for one in (made, recorded)]  # noqa: PTH115 - as it is written
        return None if links[0] == links[1] else "a link leads elsewhere"
    if made.is_dir() != recorded.is_dir():
        return f"it is {_kind(made)}, and was {_kind(recorded)}"
    at, line = 0, 1
    with made.open("rb") as one, recorded.open("rb") as other:
        while True:
            here, there = one.read(_CHUNK), other.read(_CHUNK)
            if here != there:
                break
            if not here:
                return _of_modes(made, recorded)
            at, line = at + len(here), line + here.count(b"\n")
        pairs = enumerate(zip(here, there, strict=False))
        inside = next((n for n, (a, b) in pairs if a != b), min(len(here), len(there)))
        line += here[:inside].count(b"\n")
        text = [_line(data, inside) for data in (here, there)]
    if None not in text:
        return f"line {line}: {text[0]!r} and not {text[1]!r}"
    return f"byte {at + inside}"


def _of_modes(made: Path, recorded: Path) -> str | None:
    can = [os.access(one, os.X_OK) for one in (made, recorded)]
    return None if can[0] == can[1] else f"it can{'' if can[0] else ' not'} be executed"


def _line(data: bytes, at: int) -> str | None:
    """Give the line around a place, shortened; None if it's no text."""
    begin = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    line = data[begin : len(data) if end < 0 else end]
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    if not text.isprintable():
        return None
    if len(text) <= _SHORT:
        return text
    first = max(0, min(at - begin - _SHORT // 2, len(text) - _SHORT))
    return f"...{text[first : first + _SHORT]}..."
