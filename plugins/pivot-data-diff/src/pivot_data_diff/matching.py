"""Which row of one side belongs to which of the other, and what then is different.

By *position*: the first to the first, the second to the second. By *key*: rows whose key columns
hold the same values. A key that several rows have is no error: those that are the same in all
belong together, and the rest in the order in which they stand. What is found is told to a `Tally`.
Tests: tests/test_matching.py.
"""

from __future__ import annotations

from collections import deque
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from pivot_data_diff.plan import Plan
    from pivot_data_diff.table import Row
    from pivot_data_diff.tally import Tally

#: A row with its number on its side, from 1.
type Numbered = tuple[int, Row]


def match_by_position(
    before: Iterable[Row], after: Iterable[Row], plan: Plan, tally: Tally
) -> None:
    """Compare row after row; needs no memory of its own."""
    for number, (old, new) in enumerate(zip_longest(before, after), 1):
        if old is None:
            tally.added((number, new))
        elif new is None:
            tally.removed((number, old))
        elif changed := plan.changed(old, new):
            tally.modified((number, old), (number, new), changed)


def match_by_key(
    before: Iterable[Numbered], after: Iterable[Numbered], plan: Plan, tally: Tally
) -> None:
    """Compare rows with one key; the rows of `before` are held in memory."""
    # A key's only row stands there as it is: an object for each would take more than the rows.
    waiting: dict[Hashable, Numbered | _Group | None] = {}
    for entry in before:
        key = plan.before.key(entry[1])
        known = waiting.get(key)
        if known is None:
            waiting[key] = entry
        else:
            group = known if isinstance(known, _Group) else _Group(known)
            group.rows[entry[0]] = entry[1]
            waiting[key] = group
    repeated = sum(isinstance(found, _Group) for found in waiting.values())
    tally.repeated(repeated, _take_after(waiting, after, plan, tally))
    for left in waiting.values():
        if isinstance(left, _Group):
            left.settle(plan, tally)
        elif left:
            tally.removed(left)


def _take_after(
    waiting: dict[Hashable, Numbered | _Group | None],
    after: Iterable[Numbered],
    plan: Plan,
    tally: Tally,
) -> int:
    """Match the rows of the new side; give how many keys occur there more than once."""
    seen: dict[Hashable, bool] = {}
    for entry in after:
        key = plan.after.key(entry[1])
        seen[key] = key in seen
        found = waiting.get(key)
        if found is None:
            tally.added(entry)
        elif isinstance(found, _Group):
            found.take(entry, plan)
        elif plan.changed(found[1], entry[1]):
            # Another row of this key may still turn out to be the same.
            waiting[key] = _Group(found, entry)
        else:
            waiting[key] = None
    return sum(seen.values())


class _Group:
    """The rows of one key: those of the old side that wait, those of the new that found none."""

    __slots__ = ("_numbers", "rows", "unmatched")

    def __init__(self, first: Numbered, *unmatched: Numbered) -> None:
        self.rows: dict[int, Row] = {first[0]: first[1]}
        self.unmatched = [*unmatched]
        self._numbers: dict[Hashable, deque[int]] | None = None

    def take(self, entry: Numbered, plan: Plan) -> None:
        """Match a new row with a waiting one that is the same, if there is one."""
        if self._numbers is None:
            self._numbers = {}
            for number, row in self.rows.items():
                self._numbers.setdefault(plan.before.content(row), deque()).append(number)
        numbers = self._numbers.get(plan.after.content(entry[1]))
        if numbers:
            del self.rows[numbers.popleft()]
        else:
            self.unmatched.append(entry)

    def settle(self, plan: Plan, tally: Tally) -> None:
        """Pair what is left in the order in which it stands."""
        for old, new in zip_longest(self.rows.items(), self.unmatched):
            if old is None:
                tally.added(new)
            elif new is None:
                tally.removed(old)
            elif changed := plan.changed(old[1], new[1]):
                tally.modified(old, new, changed)
