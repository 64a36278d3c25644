"""How the files of two sides are compared, one after the other; one that can't be stops no other.

Example: `Comparison(before, after, options)`, then `take(["data"])`, then `report()`. Tests:
tests/test_diff.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pivot.errors import PivotError, UsageError
from pivot.hashing import DEFAULT_ALGORITHM
from pivot.store.faults import storage_error
from pivot_data_diff.compare import compare
from pivot_data_diff.errors import ColumnError, FormatError, UnrecordedError
from pivot_data_diff.formats import format_of, open_table
from pivot_data_diff.result import FileDiff, Kind, Problem, Report
from pivot_data_diff.sides import algorithm_of
from pivot_data_diff.table import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot_data_diff.options import Options
    from pivot_data_diff.sides import Item, Side
    from pivot_data_diff.table import Table


class Comparison:
    """The files of two sides, one after the other."""

    def __init__(self, before: Side, after: Side, options: Options) -> None:
        self._before = before
        self._after = after
        self._options = options
        self._files: list[FileDiff] = []
        self._problems: list[Problem] = []
        self._unsupported: list[str] = []

    def report(self) -> Report:
        """Give what was found."""
        return Report(
            self._before.name,
            self._after.name,
            tuple(self._files),
            tuple(self._problems),
            tuple(self._unsupported),
        )

    def take(self, paths: Sequence[str]) -> None:
        """Compare the files at some paths; all outputs that differ if there are none."""
        if not paths:
            self._take_outputs()
        for path in dict.fromkeys(paths):
            with self._noting(path):
                self._take_path(path)

    def _take_outputs(self) -> None:
        for error in (*self._before.recorded.broken, *self._after.recorded.broken):
            self._problems.append(Problem(error.file.name, error))
        outputs = {**self._before.recorded.outputs, **self._after.recorded.outputs}
        for output in sorted(outputs):
            with self._noting(output):
                old = self._before.content(output)
                new = self._after.content(output, old)
                if not old or not new or old.hash != new.hash:
                    self._take_changed(self._files_in(output))

    def _take_changed(self, files: Sequence[str]) -> None:
        """Compare files; those that are the same, or no data, are not worth it."""
        for path in files:
            with self._noting(path):
                items = self._before.find(path), self._after.find(path)
                if _identical(*items):
                    continue
                if format_of(path):
                    self._compare(path, *items)
                else:
                    self._unsupported.append(path)

    def _take_path(self, path: str) -> None:
        # The whole project is no file.
        items = (self._before.find(path), self._after.find(path)) if path else (None, None)
        if any(items):
            self._check_recorded(path, items[0])
            self._compare(path, *items)
            return
        files = [file for file in self._files_in(path) if format_of(file)]
        if not files:
            raise self._nowhere(path)
        self._take_changed(files)

    def _files_in(self, directory: str) -> list[str]:
        return sorted({*self._before.files(directory), *self._after.files(directory)})

    def _check_recorded(self, path: str, old: Item | None) -> None:
        """Raise `UnrecordedError` for a file that is just there, and that nobody keeps track of."""
        if not old and path not in self._after.files(path):
            self._raise_broken()
            raise UnrecordedError(
                f"{path} is not in git at {self._before.name}, and no stage's lock there names it",
                hint="commit it, or run the stage that makes it and commit its lock",
            )

    def _nowhere(self, path: str) -> PivotError:
        self._raise_broken()
        # Only a mistake needs it.
        from difflib import get_close_matches

        known = {*self._before.recorded.outputs, *self._after.recorded.outputs}
        near = get_close_matches(path, {*known, *self._before.files("")}, n=2)
        return UsageError(
            f"there is no data file {path or '.'!r}, neither at {self._before.name} nor "
            f"{'in the' if self._after.name == 'workspace' else 'at'} {self._after.name}",
            hint=f"did you mean {' or '.join(map(repr, near))}?" if near else None,
        )

    def _raise_broken(self) -> None:
        for error in (*self._before.recorded.broken, *self._after.recorded.broken):
            raise error

    def _compare(self, path: str, old: Item | None, new: Item | None) -> None:
        if old and new and _identical(old, new):
            self._files.append(FileDiff(path, Kind.UNCHANGED))
            return
        tables = _table(path, old, self._before), _table(path, new, self._after)
        with _naming(path):
            table = compare(*tables, self._options)
        kind = Kind.MODIFIED if table.different else Kind.UNCHANGED
        if old is None or new is None:
            kind = Kind.ADDED if new else Kind.REMOVED
        self._files.append(FileDiff(path, kind, table))

    @contextlib.contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        """Go on with other files when one can't be compared."""
        try:
            yield
        except PivotError as error:
            self._problems.append(Problem(path, error))


def _identical(old: Item | None, new: Item | None) -> bool:
    """Say whether two files have the same bytes, if possible without having them."""
    if old is None or new is None:
        return old is new
    known = old.recorded_hash() or new.recorded_hash()
    algorithm = algorithm_of(known) if known else DEFAULT_ALGORITHM
    return old.hash(algorithm) == new.hash(algorithm)


def _table(path: str, item: Item | None, side: Side) -> Table:
    if item is None:
        return NOTHING
    with _naming(f"{path} ({side.name})"):
        return open_table(path, item.open())


@contextlib.contextmanager
def _naming(what: str) -> Iterator[None]:
    """Say of what a format, the system or Python's stack complains."""
    try:
        yield
    except FormatError as error:
        raise FormatError(f"{what}: {error.message}", hint=error.hint) from error
    except ColumnError as error:
        message = f"{what}: {error.message}"
        raise ColumnError(message, name=error.name, hint=error.hint) from error
    except RecursionError as error:
        raise FormatError(f"{what}: values are nested too deeply") from error
    except OSError as error:
        raise storage_error(error, "read", what) from error
