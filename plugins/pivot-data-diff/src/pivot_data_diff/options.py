"""How a person wants tables to be compared. Tests: tests/test_options.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_MEMORY = 500_000_000

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@dataclass(frozen=True, slots=True)
class Options:
    """What to compare and how."""

    #: The columns that rows are matched by; none: by position.
    keys: tuple[str, ...] = ()
    #: Names or globs of the columns to compare; none: all.
    columns: tuple[str, ...] = ()
    #: Names or globs of the columns to leave aside.
    ignore: tuple[str, ...] = ()
    #: The largest difference between two numbers that are taken for the same.
    tolerance: float = 0.0
    #: The bytes that the rows of both sides may take; if they'd take more, they are only counted.
    memory: int = DEFAULT_MEMORY
    #: The directory for what doesn't fit into memory; the system's for temporaries if None.
    scratch: Path | None = None


def parse_size(text: str) -> int:
    """Give the bytes that a text like `500MB`, `2GiB` or `1000000` means; raise `ValueError`."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a size; sizes are like 500MB, 2GiB or 1000000")
    number, prefix, binary = match.groups()
    unit = (1024 if binary else 1000) ** _POWERS[prefix.lower()]
    size = int(float(number) * unit)
    if size < 1:
        raise ValueError("a size is at least one byte")
    return size
