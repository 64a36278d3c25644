"""How the rows of two tables are to be compared: which cells of each, and with which test.

A plan is made from the columns of both tables and the options, before any row is read; it knows
rows as the formats give them. Example::

    plan = make_plan(before.columns, after.columns, Options(keys=("id",)))
    plan.before.key(row)  # equal to `plan.after.key(other)` if the rows belong together

Tests: tests/test_plan.py.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pivot_data_diff.errors import ColumnError
from pivot_data_diff.schema import compare_schemas, labels
from pivot_data_diff.text_cells import common_type, read_as
from pivot_data_diff.values import canonical, same

if TYPE_CHECKING:
    from pivot_data_diff.options import Options
    from pivot_data_diff.result import SchemaDiff
    from pivot_data_diff.table import Column, Row

type Test = Callable[[Any, Any], bool]
type Read = Callable[[Any], Any]

_NUMERIC = {"integer", "float"}


@dataclass(frozen=True, slots=True)
class SidePlan:
    """What to do with a row of one side."""

    #: The labels of the columns that are compared at all.
    columns: tuple[str, ...]
    types: tuple[str, ...]
    #: Gives the values of those columns.
    values: Callable[[Row], tuple[Any, ...]]
    #: Gives the raw cells of the columns that both sides have.
    shared: Callable[[Row], Row]
    #: Gives the row's key.
    key: Callable[[Row], Hashable]
    #: Gives the values of the key columns.
    key_values: Callable[[Row], tuple[Any, ...]]
    #: Gives the canonical form of the shared cells.
    content: Callable[[Row], Hashable]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the rows of both sides."""

    before: SidePlan
    after: SidePlan
    schema: SchemaDiff
    keys: tuple[str, ...]
    #: The labels of the columns that both sides have.
    shared: tuple[str, ...]
    tests: tuple[Test, ...]
    #: Whether rows whose raw cells are equal are the same for sure.
    plain: bool

    def changed(self, before: Row, after: Row) -> tuple[int, ...]:
        """Give the shared columns, by number, whose cells are not the same."""
        old, new = self.before.shared(before), self.after.shared(after)
        if self.plain and old == new:
            return ()
        cells = zip(self.tests, old, new, strict=True)
        return tuple([i for i, (test, left, right) in enumerate(cells) if not test(left, right)])


def make_plan(before: Sequence[Column], after: Sequence[Column], options: Options) -> Plan:
    """Give the plan; raise `ColumnError` if columns that are asked for are not there."""
    olds, news = _labelled(before), _labelled(after)
    _check_names(options, olds, news)
    old_columns, new_columns = _selected(olds, options), _selected(news, options)
    shared = tuple(label for label in new_columns if label in old_columns)
    pairs = [(old_columns[label], new_columns[label]) for label in shared]
    types = {label: _cell_type(*pair) for label, pair in zip(shared, pairs, strict=True)}
    return Plan(
        before=_side(olds, old_columns, shared, types, options.keys),
        after=_side(news, new_columns, shared, types, options.keys),
        schema=compare_schemas(old_columns, new_columns),
        keys=options.keys,
        shared=shared,
        tests=tuple(_test(old, new, options.tolerance) for old, new in pairs),
        plain=all(_is_plain(old, new) for old, new in pairs),
    )


def _labelled(columns: Sequence[Column]) -> dict[str, Column]:
    return dict(zip(labels(column.name for column in columns), columns, strict=True))


def _matches(label: str, column: Column, pattern: str) -> bool:
    return pattern in {label, column.name} or fnmatchcase(label, pattern)


def _selected(columns: Mapping[str, Column], options: Options) -> dict[str, Column]:
    """Give the columns to be compared; keys always are, or a person couldn't tell rows apart."""

    def is_wanted(label: str, column: Column) -> bool:
        if label in options.keys:
            return True
        if any(_matches(label, column, pattern) for pattern in options.ignore):
            return False
        wanted = options.columns
        return not wanted or any(_matches(label, column, pattern) for pattern in wanted)

    return {label: column for label, column in columns.items() if is_wanted(label, column)}


def _check_names(
    options: Options, before: Mapping[str, Column], after: Mapping[str, Column]
) -> None:
    for key in options.keys:
        for columns, side in ((before, "before"), (after, "after")):
            # A file that isn't there, or is quite empty, has no rows that would need a key.
            if columns and key not in columns:
                raise _no_column("key column", key, columns, f" {side}")
    everything = {**before, **after}
    for pattern in (*options.columns, *options.ignore):
        if everything and not any(_matches(*item, pattern) for item in everything.items()):
            raise _no_column("column", pattern, everything, "")


def _no_column(what: str, name: str, columns: Mapping[str, Column], side: str) -> ColumnError:
    # Only a mistake needs it.
    from difflib import get_close_matches

    near = get_close_matches(name, columns, n=2)
    asked = f"did you mean {' or '.join(map(repr, near))}?" if near else None
    shown = f"the columns are {', '.join(map(repr, [*columns][:20]))}"
    return ColumnError(f"there is no {what} {name!r}{side}", name=name, hint=asked or shown)


def _cell_type(old: Column, new: Column) -> str | None:
    """Give the type that both columns' texts are read as; None if their cells are values."""
    return common_type(old.type, new.type) if old.cells == new.cells == "text" else None


def _is_plain(old: Column, new: Column) -> bool:
    if old.cells == new.cells == "text":
        return True
    if not old.cells == new.cells == "uniform":
        return False
    return old.type == new.type or {old.type, new.type} <= _NUMERIC


def _test(old: Column, new: Column, tolerance: float) -> Test:
    """Give what tells whether two raw cells of a column are the same."""
    type_ = _cell_type(old, new)
    if type_ is None:
        return functools.partial(same, tolerance=tolerance)
    if type_ in {"text", "null"} or (type_ == "integer" and not tolerance):
        return _equal
    read = read_as(type_)
    return lambda left, right: left == right or same(read(left), read(right), tolerance)


def _equal(left: object, right: object) -> bool:
    return left == right


def _identity[T](value: T) -> T:
    return value


def _side(
    everything: Mapping[str, Column],
    compared: Mapping[str, Column],
    shared: tuple[str, ...],
    types: Mapping[str, str | None],
    keys: tuple[str, ...],
) -> SidePlan:
    places = {label: place for place, label in enumerate(everything)}
    reads = {label: _read(column, types.get(label)) for label, column in compared.items()}

    def picker(names: Sequence[str]) -> Callable[[Row], Row]:
        return _picker([places[name] for name in names], len(everything))

    def valuer(names: Sequence[str], finish: Read = _identity) -> Callable[[Row], Row]:
        pick, read = picker(names), [reads[name] for name in names]
        return lambda row: tuple(
            [finish(reader(cell)) for reader, cell in zip(read, pick(row), strict=True)]
        )

    present = [key for key in keys if key in compared]
    return SidePlan(
        columns=tuple(compared),
        types=tuple(column.type for column in compared.values()),
        values=valuer([*compared]),
        shared=picker(shared),
        key=_key(
            [places[key] for key in present],
            [reads[key] for key in present],
            [types.get(key) for key in present],
        ),
        key_values=valuer(present),
        content=valuer(shared, canonical),
    )


def _key(
    places: Sequence[int], reads: Sequence[Read], types: Sequence[str | None]
) -> Callable[[Row], Hashable]:
    """Give what makes a row's key of the cells at some places."""
    if places and {"text", "integer"}.issuperset(types):
        # Such texts are canonical as they stand.
        return itemgetter(*places)
    if len(places) == 1:
        (place,), (read,) = places, reads
        return lambda row: canonical(read(row[place]))
    cells = list(zip(places, reads, strict=True))
    return lambda row: tuple([canonical(read(row[place])) for place, read in cells])


def _read(column: Column, common: str | None) -> Read:
    return read_as(common or column.type) if column.cells == "text" else _identity


def _picker(places: list[int], width: int) -> Callable[[Row], Row]:
    if places == list(range(width)):
        return _identity
    if len(places) == 1:
        (place,) = places
        return lambda row: (row[place],)
    return itemgetter(*places) if places else lambda _: ()
