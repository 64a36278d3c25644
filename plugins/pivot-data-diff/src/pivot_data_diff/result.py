"""What a comparison found: frozen values, which all renderings are made from.

*Before* and *after* are the two sides. A row is *modified* if it was matched with one of the other
side and a cell that both have is not the same; columns that only one side has are the schema's
matter. Rows are numbered from 1, without the header. Tests: tests/test_compare.py.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.errors import PivotError


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column by the name that tells it from the others, and its type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A column that both sides have, with another type."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Move:
    """A column that stands elsewhere among those that both sides have; places count from 1."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """What is different in the columns."""

    added: tuple[NamedColumn, ...] = ()
    removed: tuple[NamedColumn, ...] = ()
    retyped: tuple[TypeChange, ...] = ()
    moved: tuple[Move, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped or self.moved)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are, and how many are different."""

    before: int
    after: int
    added: int = 0
    removed: int = 0
    modified: int = 0

    @property
    def unchanged(self) -> int:
        """The number of rows of the old side that the new side has too."""
        return self.before - self.removed - self.modified

    @property
    def different(self) -> int:
        """The number of changes."""
        return self.added + self.removed + self.modified


@dataclass(frozen=True, slots=True)
class DuplicateKeys:
    """How many keys occur more than once on each side."""

    before: int = 0
    after: int = 0

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


class Kind(enum.StrEnum):
    """What happened to a row, or to a file."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row of one side: its number, and its values in the order of that side's columns."""

    number: int
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is different."""

    kind: Kind
    #: The values of the key columns; empty if rows are matched by position.
    key: tuple[Any, ...]
    #: None if it was added.
    before: NumberedRow | None
    #: None if it was removed.
    after: NumberedRow | None
    #: The columns whose cells are not the same, of a modified row.
    changed: tuple[str, ...] = ()

    @property
    def place(self) -> int:
        """The number to sort by: that of the new side if there is one."""
        row = self.after or self.before
        return row.number if row else 0


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What is different between two tables."""

    #: The compared columns of each side, in its order.
    before_columns: tuple[str, ...]
    after_columns: tuple[str, ...]
    schema: SchemaDiff
    counts: Counts
    #: The columns that rows were matched by; none: by position.
    keys: tuple[str, ...] = ()
    duplicates: DuplicateKeys = DuplicateKeys()
    #: Column -> number of modified cells, of those that have any.
    cells: dict[str, int] = field(default_factory=dict[str, int])
    #: The changes in the order of the rows; None if they were only counted, to save memory.
    rows: Sequence[RowChange] | None = ()
    #: The types of the columns, in the order of the columns.
    before_types: tuple[str, ...] = ()
    after_types: tuple[str, ...] = ()

    @property
    def different(self) -> bool:
        """Whether there is any difference."""
        return bool(self.schema) or self.counts.different > 0


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What is different between two contents of one file."""

    path: str
    #: What happened to the data: `UNCHANGED` also if only the bytes differ.
    kind: Kind
    #: None if the bytes are the same.
    table: TableDiff | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be compared, and why."""

    path: str
    error: PivotError


@dataclass(frozen=True, slots=True)
class Report:
    """What is different in a number of files."""

    #: What the sides are called: a revision as it was asked for, or `workspace`.
    before: str
    after: str
    files: tuple[FileDiff, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: Outputs that differ and are not data files.
    unsupported: tuple[str, ...] = ()

    @property
    def different(self) -> bool:
        """Whether anything is different; an output that is no data file is by its hash."""
        changed = any(file.kind is not Kind.UNCHANGED for file in self.files)
        return changed or bool(self.unsupported)
