"""What is moved: a directory with so many files of so many bytes each, all different.

Example::

    write(Path("data"), Shape(files=10_000, size=10_000))
    same(Path("data"), other)

Tests: tests/benchmarks/test_sharing.py.
"""

from __future__ import annotations

import filecmp
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 24
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "KB"), (1, "bytes"))


@dataclass(frozen=True, slots=True)
class Shape:
    """How many files of how many bytes."""

    files: int
    size: int

    def __str__(self) -> str:
        unit, name = next(found for found in _UNITS if self.size >= found[0] or found[0] == 1)
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        return f"{files} of {self.size / unit:g} {name}"


def write(directory: Path, shape: Shape) -> None:
    """Write the files; the same shape gives the same bytes."""
    chance = random.Random(0)  # noqa: S311 - no secret
    directory.mkdir(parents=True)
    for number in range(shape.files):
        with (directory / f"{number:06}.bin").open("wb") as stream:
            for start in range(0, shape.size, _CHUNK):
                stream.write(chance.randbytes(min(_CHUNK, shape.size - start)))


def same(first: Path, second: Path) -> bool:
    """Say whether two directories hold the same files with the same bytes."""
    names = sorted(file.name for file in first.iterdir())
    if names != sorted(file.name for file in second.iterdir()):
        return False
    return filecmp.cmpfiles(first, second, names, shallow=False) == (names, [], [])
