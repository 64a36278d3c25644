"""What Pivot relies on in a loader that only saves, as tests that a plugin's author inherits.

Tests: tests/testing/test_loader_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any, ClassVar

from pivot.loaders import Writer
from pivot.testing.loader_checks import LoaderChecks, check_closed, content

if TYPE_CHECKING:
    import pathlib

    import pytest

#: Far enough for every time stamp that a file format may hold to come out another.
_DAYS_LATER = 1_000_000.0


class WriterSuite(LoaderChecks):
    """Subclass it as `Test...`; give the fixtures `loader` and `value`."""

    bases: ClassVar[tuple[type, ...]] = (Writer,)

    def test_saving_leaves_the_value_alone(
        self, loader: Writer[Any], value: Any, path: pathlib.Path
    ) -> None:
        """A stage may save one value twice."""
        before = copy.deepcopy(value)
        loader.save(value, path)
        self.assert_same(value, before)

    def test_it_writes_the_path_and_nothing_beside_it(
        self, loader: Writer[Any], value: Any, path: pathlib.Path
    ) -> None:
        """What lies beside the output is not tracked, and not restored."""
        loader.save(value, path)
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]

    def test_the_same_value_gives_the_same_bytes(
        self, loader: Writer[Any], value: Any, path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise every stage behind this one runs again; here, at another time of day."""
        again = copy.deepcopy(value)
        loader.save(value, path)
        first = content(path)
        other = path.parent.parent / "again" / path.name
        other.parent.mkdir()
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + _DAYS_LATER)
        loader.save(again, other)
        assert content(other) == first

    def test_nothing_stays_open_after_saving(
        self, loader: Writer[Any], value: Any, path: pathlib.Path
    ) -> None:
        """A worker that lives on would run out of descriptors."""
        check_closed(lambda file: loader.save(value, file), path)
