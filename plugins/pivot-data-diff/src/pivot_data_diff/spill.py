"""How rows are matched by key that don't fit into memory.

All rows go to temporary files, in *parts* chosen by a hash of the key, so that rows of one key are
in parts of one number; then each pair of parts is matched in memory. A part that is still too large
is split once more. The files have no names: the system removes them, however the process ends.
Tests: tests/test_spill.py.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from typing import IO, TYPE_CHECKING, Self

from pivot.store.faults import storage_error
from pivot_data_diff.errors import TooManyDuplicatesError
from pivot_data_diff.matching import match_by_key

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from pathlib import Path

    from pivot_data_diff.matching import Numbered
    from pivot_data_diff.options import Options
    from pivot_data_diff.plan import Plan
    from pivot_data_diff.table import Row, Table
    from pivot_data_diff.tally import Tally

_MOST_PARTS = 1024
#: With less, the files would be all overhead; Python takes more than this for nothing.
_LEAST_MEMORY = 1 << 22
_LONGEST_BATCH = 512
#: As many bits of a hash as tell all parts apart; the hash has 64.
_BITS = 12
#: Keys are spread so evenly that a part which is still too large then has a single one.
_MOST_SPLITS = 4


def match_out_of_core(
    before: Table, after: Table, plan: Plan, tally: Tally, options: Options, row_weight: int
) -> None:
    """Compare rows with one key, of which each takes `row_weight` bytes in memory.

    Raises `TooManyDuplicatesError`, and `StorageError` if the disk does not take them.
    """
    matcher = _Matcher(
        plan, tally, max(options.memory, _LEAST_MEMORY), max(1, row_weight), options.scratch
    )
    count = before.count + after.count
    matcher.split(enumerate(before.rows(), 1), enumerate(after.rows(), 1), count, 0)


class _Matcher:
    def __init__(
        self, plan: Plan, tally: Tally, memory: int, row_weight: int, scratch: Path | None
    ) -> None:
        self._plan = plan
        self._tally = tally
        self._memory = memory
        self._row_weight = row_weight
        self._scratch = scratch

    def split(
        self, before: Iterable[Numbered], after: Iterable[Numbered], count: int, depth: int
    ) -> None:
        """Match `count` rows, which were split `depth` times before."""
        # Twice as many as needed if all were of one size; to part a few keys with many rows, more.
        parts = 2 * count * self._row_weight // self._memory + (_MOST_PARTS // 8 if depth else 2)
        parts = min(_MOST_PARTS, parts)
        batch = self._memory // (4 * parts * self._row_weight)
        batch = max(1, min(_LONGEST_BATCH, batch))
        with contextlib.ExitStack() as stack:
            olds, news = (
                stack.enter_context(_Spill(parts, batch, self._scratch)) for _ in range(2)
            )
            olds.fill(before, self._plan.before.key, depth)
            news.fill(after, self._plan.after.key, depth)
            for part in range(parts):
                self._match(olds, news, part, depth)

    def _match(self, olds: _Spill, news: _Spill, part: int, depth: int) -> None:
        count = olds.counts[part] + news.counts[part]
        # Rows may be much longer than the average; but one of each side can't be parted.
        weight = max(count * self._row_weight, olds.sizes[part] + news.sizes[part])
        if weight <= self._memory or count <= 2:
            match_by_key(olds.read(part), news.read(part), self._plan, self._tally)
        elif depth < _MOST_SPLITS:
            self.split(olds.read(part), news.read(part), count, depth + 1)
        else:
            _, row = next(olds.read(part), None) or next(news.read(part))
            side = self._plan.before if olds.counts[part] else self._plan.after
            raise _too_many(self._plan.keys, side.key_values(row), count)


def _too_many(keys: tuple[str, ...], values: tuple[object, ...], count: int) -> Exception:
    key = ", ".join(f"{name}={value!r:.60}" for name, value in zip(keys, values, strict=True))
    return TooManyDuplicatesError(
        f"{count} rows have the key {key}; they don't fit into the memory that is allowed",
        hint="name more key columns, so that rows are told apart, or allow more with --memory",
    )


class _Spill:
    """Rows of one side in one file, readable part by part."""

    def __init__(self, parts: int, batch: int, scratch: Path | None) -> None:
        self._place = scratch or tempfile.gettempdir()
        with self._telling():
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - see exit
        self._batch = batch
        self._waiting: list[list[Numbered]] = [[] for _ in range(parts)]
        self._places: list[list[int]] = [[] for _ in range(parts)]
        #: How many rows each part has, and how many bytes of the file.
        self.counts = [0] * parts
        self.sizes = [0] * parts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # What is still buffered is written even now.
        with self._telling():
            self._file.close()

    def fill(self, rows: Iterable[Numbered], key: Callable[[Row], Hashable], depth: int) -> None:
        """Take all rows."""
        parts = len(self._waiting)
        for entry in rows:
            # Other bits at each depth, so that keys which shared a part are spread anew.
            part = (hash((key(entry[1]),)) >> depth * _BITS) % parts
            waiting = self._waiting[part]
            waiting.append(entry)
            if len(waiting) == self._batch:
                self._write(part)
        for part in range(parts):
            self._write(part)

    def _write(self, part: int) -> None:
        waiting = self._waiting[part]
        if not waiting:
            return
        with self._telling():
            place = self._file.tell()
            pickle.dump(waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self.sizes[part] += self._file.tell() - place
        self._places[part].append(place)
        self.counts[part] += len(waiting)
        waiting.clear()

    def read(self, part: int) -> Iterator[Numbered]:
        """Give the rows of a part in the order in which they came."""
        for place in self._places[part]:
            with self._telling():
                self._file.seek(place)
                batch = pickle.load(self._file)
            yield from batch

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            action = "keep rows that don't fit into memory in"
            raise storage_error(error, action, self._place) from error
