"""Where the changes of a comparison are kept while it goes on: in memory, or in a file.

Both kinds of *keeper* take changes in any order, and give them in the order of the rows. What is
kept in a file takes a few bytes of memory for each change, and is read when it is asked for, one by
one, so that a million changes can be looked at at once. Their *shapes* stay in memory: the kind,
and the columns that changed. Example::

    keeper = FileKeeper(plan, scratch, most=10**6)
    keeper.add(Kind.MODIFIED, (7, old_row), (8, new_row), (2,))
    changes = keeper.changes()
    changes[0], changes.choose({Kind.MODIFIED}, "price")

Tests: tests/test_changes.py.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
import weakref
from array import array
from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING, Protocol, cast, overload, override

from pivot.frozen import frozen
from pivot.store.faults import storage_error
from pivot_data_diff.result import Kind, NumberedRow, RowChange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import FileIO
    from pathlib import Path

    from pivot_data_diff.matching import Numbered
    from pivot_data_diff.plan import Plan

#: A kind, and the columns that changed.
type Shape = tuple[Kind, tuple[str, ...]]

#: Bytes of memory for a change in a file, while they are put in order.
INDEX = 64
_BUFFER = 1 << 16


class Keeper(Protocol):
    """Is told of changes."""

    def add(
        self, kind: Kind, old: Numbered | None, new: Numbered | None, changed: tuple[int, ...]
    ) -> None:
        """Take a change: the rows as the formats give them, and the numbers of shared columns."""
        ...

    def changes(self) -> Sequence[RowChange] | None:
        """Give all in the order of the rows; None if there were too many."""
        ...


def _order(change: RowChange) -> tuple[int, bool]:
    return change.place, change.kind is not Kind.REMOVED


def _change(plan: Plan, shape: Shape, old: Numbered | None, new: Numbered | None) -> RowChange:
    kind, columns = shape
    return RowChange(
        kind=kind,
        key=plan.after.key_values(new[1]) if new else plan.before.key_values(old[1] if old else ()),
        before=old and NumberedRow(old[0], plan.before.values(old[1])),
        after=new and NumberedRow(new[0], plan.after.values(new[1])),
        changed=columns,
    )


def _shape(plan: Plan, kind: Kind, changed: tuple[int, ...]) -> Shape:
    return kind, tuple(plan.shared[number] for number in changed)


class MemoryKeeper:
    """Keeps changes in memory."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._changes: list[RowChange] = []

    def add(
        self, kind: Kind, old: Numbered | None, new: Numbered | None, changed: tuple[int, ...]
    ) -> None:
        """Take a change."""
        self._changes.append(_change(self._plan, _shape(self._plan, kind, changed), old, new))

    def changes(self) -> tuple[RowChange, ...]:
        """Give all of them."""
        self._changes.sort(key=_order)
        return tuple(self._changes)


class FileKeeper:
    """Keeps changes in a file without a name, which the system removes however the process ends.

    A few are kept in memory, after all.
    """

    def __init__(self, plan: Plan, scratch: Path | None, most: int) -> None:
        self._plan = plan
        self._place = scratch or tempfile.gettempdir()
        self._most = most
        self._known: dict[tuple[Kind, tuple[int, ...]], int] = {}
        #: By change: its number of shape, its end in the file, and what it's ordered by.
        self._shapes, self._ends, self._orders = array("I"), array("Q"), array("Q")
        self._store = _Store(scratch)

    def add(
        self, kind: Kind, old: Numbered | None, new: Numbered | None, changed: tuple[int, ...]
    ) -> None:
        """Take a change; from one too many on, none is kept."""
        if len(self._ends) >= self._most:
            self._most = 0
            self._shapes, self._ends, self._orders = array("I"), array("Q"), array("Q")
            return
        # What cells stand for is found out when they are looked at.
        data = pickle.dumps((old, new), pickle.HIGHEST_PROTOCOL)
        with self._telling():
            self._store.write(data)
        self._shapes.append(self._known.setdefault((kind, changed), len(self._known)))
        self._ends.append((self._ends[-1] if self._ends else 0) + len(data))
        place = (new or old or (0,))[0]
        self._orders.append(2 * place + (kind is not Kind.REMOVED))

    def changes(self) -> StoredChanges | None:
        """Give all of them, or None if there were too many."""
        if not self._most:
            return None
        with self._telling():
            self._store.finish()
        starts = array("Q", [0])
        starts.extend(self._ends)
        lengths = array("Q", map(int.__sub__, self._ends, starts))
        starts.pop()
        order = sorted(range(len(starts)), key=self._orders.__getitem__)
        index = _Index(
            array("Q", map(starts.__getitem__, order)),
            array("Q", map(lengths.__getitem__, order)),
            array("I", map(self._shapes.__getitem__, order)),
            [_shape(self._plan, *shape) for shape in self._known],
        )
        return StoredChanges(self._plan, self._store, index)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise storage_error(error, "keep the changes in", self._place) from error


class _Store:
    """Bytes in memory, and from some on in a file, which is closed when nobody has it any more.

    So a thousand tables with few changes take no thousand files. Python's own buffers would be
    written even when the file is closed, and fail once more where the disk is full.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._file: FileIO | None = None
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._waiting += data
        if len(self._waiting) > _BUFFER:
            self._flush()

    def finish(self) -> None:
        """Take note that nothing more is written."""
        if self._file:
            self._flush()

    def _flush(self) -> None:
        if self._file is None:
            file = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115 - as said
            self._file = cast("FileIO", file)
            weakref.finalize(self, file.close)
        written = 0
        while written < len(self._waiting):
            written += self._file.write(memoryview(self._waiting)[written:]) or 0
        self._waiting.clear()

    def read(self, start: int, length: int) -> bytes:
        """Give bytes from anywhere, when all is written."""
        if self._file is None:
            return bytes(self._waiting[start : start + length])
        return os.pread(self._file.fileno(), length, start)


@frozen
class _Index:
    """By change: where it begins, how long it is, and the number of its shape."""

    starts: array[int]
    lengths: array[int]
    shapes: array[int]
    known: Sequence[Shape]


class StoredChanges(Sequence[RowChange]):
    """Changes that are read when they are asked for."""

    def __init__(self, plan: Plan, store: _Store, index: _Index) -> None:
        self._plan = plan
        self._store = store
        self._index = index

    @override
    def __len__(self) -> int:
        return len(self._index.starts)

    @overload
    def __getitem__(self, index: int) -> RowChange: ...
    @overload
    def __getitem__(self, index: slice) -> list[RowChange]: ...
    @override
    def __getitem__(self, index: int | slice) -> RowChange | list[RowChange]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        data = self._store.read(self._index.starts[index], self._index.lengths[index])
        return _change(self._plan, self.shape(index), *pickle.loads(data))

    def shape(self, index: int) -> Shape:
        """Give what a change is, without reading it."""
        return self._index.known[self._index.shapes[index]]

    def choose(self, kinds: Collection[Kind], columns: Collection[str] | None) -> Sequence[int]:
        """Give the numbers of the changes of some kinds; of those that changed some columns."""
        fits = [
            kind in kinds and (columns is None or not set(changed).isdisjoint(columns))
            for kind, changed in self._index.known
        ]
        if all(fits):
            return range(len(self))
        return array("I", compress(range(len(self)), map(fits.__getitem__, self._index.shapes)))
