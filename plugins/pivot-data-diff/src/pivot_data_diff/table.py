"""What a data file is to this package: named columns, and rows that can be read again and again.

A *table* knows its columns and the number of its rows, and gives the rows one after the other,
without holding them. Whoever adds a format writes one function that opens a file as a table, and
has classes to do it with: `TextTable`, if cells are texts whose type is to be found out,
`TypedTable`, if they are values already, and `RecordTable`, if rows are mappings. Example::

    def open_lines(path: Path) -> Table:
        return TypedTable(("line",), lambda: ((line,) for line in path.open()))

Tests: tests/test_table.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Literal, Protocol, cast

from pivot_data_diff.text_cells import TextTypes

type Row = tuple[Any, ...]

# Bytes that Python takes for a tuple, for a place in it, and for a text beyond its characters.
_TUPLE, _PLACE, _TEXT = 56, 8, 56
_BATCH = 4096
#: One row in this many is weighed; it takes longer than reading it.
_WEIGHED = 64


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    #: In the words of the format; `null` if there's no value in it.
    type: str
    #: What cells are: texts that are to be read as `type`; values of one Python type each, nested
    #: ones too, so that `==` tells them apart; or any values.
    cells: Literal["text", "uniform", "any"] = "any"


class Table(Protocol):
    """A data file that is open for reading."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns in their order; names may repeat."""
        ...

    @property
    def count(self) -> int:
        """The number of rows."""
        ...

    @property
    def weight(self) -> int:
        """The bytes of memory that all rows would take at once, roughly."""
        ...

    def rows(self) -> Iterator[Row]:
        """Give the rows from the first, each with a cell for every column."""
        ...


class TextTable:
    """A table whose cells are texts; rows may be of any width."""

    def __init__(self, names: Sequence[str], rows: Callable[[], Iterable[Sequence[str]]]) -> None:
        types = TextTypes()
        self.count = 0
        for batch in batched(rows(), _BATCH, strict=False):
            types.feed(batch)
            self.count += len(batch)
        found = types.found(len(names))
        nameless = [f"column {place}" for place in range(len(names) + 1, len(found) + 1)]
        self.columns = tuple(
            Column(name, type_, "text")
            for name, type_ in zip([*names, *nameless], found, strict=True)
        )
        width = len(self.columns)
        self.weight = types.characters + self.count * (_TUPLE + width * (_PLACE + _TEXT))
        self._rows = rows

    def rows(self) -> Iterator[Row]:
        """Give the rows, all of one width."""
        width = len(self.columns)
        for row in self._rows():
            missing = width - len(row)
            yield (*row, *[""] * missing) if missing else tuple(row)


class TypedTable:
    """A table whose cells are values: numbers, texts, lists, and what else Python has."""

    def __init__(self, names: Sequence[str], rows: Callable[[], Iterable[Row]]) -> None:
        kinds: list[set[type]] = [set() for _ in names]
        self.count = weighed = weight = 0
        for row in rows():
            for seen, cell in zip(kinds, row, strict=True):
                seen.add(type(cell))
            if self.count % _WEIGHED == 0:
                weighed += 1
                weight += _weigh(row)
            self.count += 1
        self.columns = tuple(map(typed_column, names, kinds))
        self.weight = weight * self.count // max(1, weighed)
        self._rows = rows

    def rows(self) -> Iterator[Row]:
        """Give the rows."""
        return iter(self._rows())


class RecordTable:
    """A table whose rows are mappings; its columns are the keys, as they first occur."""

    def __init__(self, records: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
        kinds: dict[str, set[type]] = {}
        self.count = weighed = weight = 0
        for record in records():
            for name, cell in record.items():
                kinds.setdefault(name, set()).add(type(cell))
            if self.count % _WEIGHED == 0:
                weighed += 1
                weight += _weigh(tuple(record.values()))
            self.count += 1
        self.columns = tuple(typed_column(name, seen) for name, seen in kinds.items())
        self.weight = weight * self.count // max(1, weighed)
        self._records = records

    def rows(self) -> Iterator[Row]:
        """Give the rows; what a mapping lacks is None."""
        names = [column.name for column in self.columns]
        for record in self._records():
            yield tuple([record.get(name) for name in names])


_NAMES = {bool: "boolean", int: "integer", float: "float", str: "text", dict: "object"}
_CONTAINERS = {"list", "object", "tuple", "set"}


def typed_column(name: str, kinds: set[type]) -> Column:
    """Give the column whose cells have these Python types; `a | b` stands for several."""
    words = {_NAMES.get(kind, kind.__name__) for kind in kinds - {type(None)}}
    if words == {"integer", "float"}:
        return Column(name, "float", "uniform")
    uniform = len(words) <= 1 and not words & _CONTAINERS
    return Column(name, " | ".join(sorted(words)) or "null", "uniform" if uniform else "any")


def _weigh(value: object) -> int:
    weight = sys.getsizeof(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return weight + sum(_weigh(key) + _weigh(item) for key, item in items)
    if isinstance(value, list | tuple):
        return weight + sum(_weigh(item) for item in cast("Sequence[Any]", value))
    return weight


#: The table that a file which isn't there is compared as.
NOTHING = TypedTable((), tuple)
