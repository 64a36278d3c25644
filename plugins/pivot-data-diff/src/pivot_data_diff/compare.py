"""What is different between two tables; the heart of this package.

If the rows of both would take more memory than allowed, the result has counts and no rows: they are
read one by one, and, to be matched by key, sorted into files first (see `spill`). Example::

    difference = compare(old, new, Options(keys=("id",), tolerance=1e-9))
    difference.counts.modified

Tests: tests/test_compare.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot_data_diff.changes import INDEX, FileKeeper, MemoryKeeper
from pivot_data_diff.matching import match_by_key, match_by_position
from pivot_data_diff.plan import make_plan
from pivot_data_diff.spill import match_out_of_core
from pivot_data_diff.tally import Tally

if TYPE_CHECKING:
    from pivot_data_diff.changes import Keeper
    from pivot_data_diff.options import Options
    from pivot_data_diff.plan import Plan
    from pivot_data_diff.result import TableDiff
    from pivot_data_diff.table import Table

# Bytes for a key and its place in two dictionaries.
_BOOKKEEPING = 400


def compare(before: Table, after: Table, options: Options) -> TableDiff:
    """Give what is different.

    Raises `ColumnError` if a column that is asked for is not there, `TooManyDuplicatesError` if
    more rows have one key than fit into `options.memory`, and what reading the tables raises.
    """
    plan = make_plan(before.columns, after.columns, options)
    weight = before.weight + after.weight
    if options.keys:
        weight += _BOOKKEEPING * (before.count + after.count)
    fits = weight <= options.memory
    tally = Tally(plan, _keeper(plan, options, fits=fits))
    if not options.keys:
        match_by_position(before.rows(), after.rows(), plan, tally)
    elif fits:
        match_by_key(enumerate(before.rows(), 1), enumerate(after.rows(), 1), plan, tally)
    else:
        each = weight // max(1, before.count + after.count)
        match_out_of_core(before, after, plan, tally, options, each)
    return tally.result(before.count, after.count)


def _keeper(plan: Plan, options: Options, *, fits: bool) -> Keeper | None:
    if options.stored:
        return FileKeeper(plan, options.scratch, options.memory // INDEX)
    return MemoryKeeper(plan) if fits else None
