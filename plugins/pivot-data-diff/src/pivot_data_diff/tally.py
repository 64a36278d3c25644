"""What a comparison has found so far: counts, and the changed rows if they are to be kept.

Tests: tests/test_compare.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot_data_diff.result import (
    Counts,
    DuplicateKeys,
    Kind,
    TableDiff,
)

if TYPE_CHECKING:
    from pivot_data_diff.changes import Keeper
    from pivot_data_diff.matching import Numbered
    from pivot_data_diff.plan import Plan


class Tally:
    """Is told of differences, in any order."""

    def __init__(self, plan: Plan, keeper: Keeper | None) -> None:
        self._plan = plan
        self._keeper = keeper
        self._added = self._removed = self._modified = 0
        self._cells = [0] * len(plan.shared)
        self._duplicates = DuplicateKeys()

    def added(self, row: Numbered) -> None:
        """Note a row that only the new side has."""
        self._added += 1
        if self._keeper:
            self._keeper.add(Kind.ADDED, None, row, ())

    def removed(self, row: Numbered) -> None:
        """Note a row that only the old side has."""
        self._removed += 1
        if self._keeper:
            self._keeper.add(Kind.REMOVED, row, None, ())

    def modified(self, old: Numbered, new: Numbered, changed: tuple[int, ...]) -> None:
        """Note a row with cells, by the number of their column, that are not the same."""
        self._modified += 1
        for column in changed:
            self._cells[column] += 1
        if self._keeper:
            self._keeper.add(Kind.MODIFIED, old, new, changed)

    def repeated(self, before: int, after: int) -> None:
        """Note so many more keys that occur more than once."""
        known = self._duplicates
        self._duplicates = DuplicateKeys(known.before + before, known.after + after)

    def result(self, before: int, after: int) -> TableDiff:
        """Give what was found between tables of so many rows."""
        plan = self._plan
        cells = zip(plan.shared, self._cells, strict=True)
        return TableDiff(
            before_columns=plan.before.columns,
            after_columns=plan.after.columns,
            schema=plan.schema,
            counts=Counts(before, after, self._added, self._removed, self._modified),
            keys=plan.keys,
            duplicates=self._duplicates,
            cells={label: count for label, count in cells if count},
            rows=self._keeper.changes() if self._keeper else None,
            before_types=plan.before.types,
            after_types=plan.after.types,
        )
