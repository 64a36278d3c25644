"""How a person wants tables to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_MEMORY = 500_000_000


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
    #: Whether changes are kept in a file, to be looked at one by one, rather than in memory. There
    #: may be more of them, then: as many as the memory has room for the places of.
    stored: bool = False
    #: The directory for what doesn't fit into memory; the system's for temporaries if None.
    scratch: Path | None = None
