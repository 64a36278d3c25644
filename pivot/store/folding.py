"""Which names may a file system take for one? Those that differ in case, or in accents' encoding.

On Linux a directory can hold both `README` and `readme`, and `é` as one character and as two; on
macOS, and on disks made for Windows, the second would replace the first. Example::

    pair = alike(["README", "readme"])                  # ("README", "readme")
    tells_apart(directory, *pair)                       # False on macOS

Tests: tests/store/test_folding.py.
"""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def alike(paths: Iterable[str]) -> tuple[str, str] | None:
    """Give the first two different names in one directory that may be taken for one, or None.

    The names are the parts of paths that are separated by slashes; of a path, too, whose parents
    may be taken for one with those of another.
    """
    seen: dict[str, str] = {}
    for path in paths:
        end = len(path)
        while end > 0:
            part = path[:end]
            other = seen.setdefault(_folded(part), part)
            if other != part:
                return _differing(other, part)
            end = part.rfind("/")
    return None


def same_spelt(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Give the pairs of whole paths that may be taken for one: each with the first of its like."""
    seen: dict[str, str] = {}
    pairs = [(seen.setdefault(_folded(path), path), path) for path in paths]
    return [(one, other) for one, other in pairs if one != other]


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _differing(one: str, other: str) -> tuple[str, str]:
    return next((a, b) for a, b in zip(one.split("/"), other.split("/"), strict=True) if a != b)


def tells_apart(directory: Path, one: str, other: str) -> bool:
    """Say whether a directory, which has no file of either name, could hold one of each.

    Raises `OSError`.
    """
    file = directory / one
    file.touch(exist_ok=False)
    try:
        return not os.path.lexists(directory / other)
    finally:
        file.unlink()
