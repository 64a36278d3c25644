"""What a comparison has found so far: counts, and the changed rows if they are to be kept.

Tests: tests/test_compare.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot_data_diff.result import (
    Counts,
    DuplicateKeys,
    Kind,
    NumberedRow,
    RowChange,
    TableDiff,
)

if TYPE_CHECKING:
    from pivot_data_diff.matching import Numbered
    from pivot_data_diff.plan import Plan


class Tally:
    """Is told of differences, in any order."""

    def __init__(self, plan: Plan, *, keep: bool) -> None:
        self._plan = plan
        self._rows: list[RowChange] | None = [] if keep else None
        self._added = self._removed = self._modified = 0
        self._cells = [0] * len(plan.shared)
        self._duplicates = DuplicateKeys()

    def added(self, row: Numbered) -> None:
        """Note a row that only the new side has."""
        self._added += 1
        if self._rows is not None:
            key = self._plan.after.key_values(row[1])
            self._rows.append(RowChange(Kind.ADDED, key, None, self._new(row)))

    def removed(self, row: Numbered) -> None:
        """Note a row that only the old side has."""
        self._removed += 1
        if self._rows is not None:
            key = self._plan.before.key_values(row[1])
            self._rows.append(RowChange(Kind.REMOVED, key, self._old(row), None))

    def modified(self, old: Numbered, new: Numbered, changed: tuple[int, ...]) -> None:
        """Note a row with cells, by the number of their column, that are not the same."""
        self._modified += 1
        for column in changed:
            self._cells[column] += 1
        if self._rows is not None:
            key = self._plan.after.key_values(new[1])
            columns = tuple(self._plan.shared[column] for column in changed)
            self._rows.append(
                RowChange(Kind.MODIFIED, key, self._old(old), self._new(new), columns)
            )

    def repeated(self, before: int, after: int) -> None:
        """Note so many more keys that occur more than once."""
        known = self._duplicates
        self._duplicates = DuplicateKeys(known.before + before, known.after + after)

    def result(self, before: int, after: int) -> TableDiff:
        """Give what was found between tables of so many rows."""
        plan = self._plan
        cells = zip(plan.shared, self._cells, strict=True)
        rows = self._rows
        if rows is not None:
            rows.sort(key=lambda change: (change.place, change.kind is not Kind.REMOVED))
        return TableDiff(
            before_columns=plan.before.columns,
            after_columns=plan.after.columns,
            schema=plan.schema,
            counts=Counts(before, after, self._added, self._removed, self._modified),
            keys=plan.keys,
            duplicates=self._duplicates,
            cells={label: count for label, count in cells if count},
            rows=None if rows is None else tuple(rows),
        )

    def _old(self, row: Numbered) -> NumberedRow:
        return NumberedRow(row[0], self._plan.before.values(row[1]))

    def _new(self, row: Numbered) -> NumberedRow:
        return NumberedRow(row[0], self._plan.after.values(row[1]))
