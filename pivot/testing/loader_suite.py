"""What Pivot relies on in a loader, as tests that a plugin's author inherits.

Tests: tests/testing/test_loader_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import copy
import dataclasses
import gc
import os
import pickle
import time
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pivot.errors import PivotError
from pivot.loaders import Loader

if TYPE_CHECKING:
    import pathlib

#: Far enough for every time stamp that a file format may hold to come out another.
_DAYS_LATER = 1_000_000.0


class LoaderSuite:
    """Subclass it as `Test...`, and give the fixtures `loader` and `value`."""

    #: The name of the file that is saved and loaded, for formats that look at its ending.
    filename: ClassVar[str] = "artifact"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        """Give the loader, with options that are not its defaults."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'loader'")

    @pytest.fixture
    def value(self) -> Any:
        """Give a value that the loader can save, with all that is difficult about its kind."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'value'")

    def assert_same(self, loaded: Any, value: Any) -> None:
        """Compare a loaded value with the saved one; override it where `==` does not do."""
        assert loaded == value

    @pytest.fixture
    def path(self, tmp_path: pathlib.Path) -> pathlib.Path:
        """Give the path to save to, in a directory of its own."""
        directory = tmp_path / "artifacts"
        directory.mkdir()
        return directory / self.filename

    def test_it_is_a_loader(self, loader: Loader[Any]) -> None:
        """Pivot recognises it by its base class."""
        assert isinstance(loader, Loader), "it does not derive from pivot.loaders.Loader"

    def test_it_is_a_frozen_dataclass(self, loader: Loader[Any]) -> None:
        """Options that change after registration would escape the fingerprint."""
        assert dataclasses.is_dataclass(loader), "it is not a dataclass"
        parameters = getattr(loader, "__dataclass_params__")  # noqa: B009 - unknown to type checkers
        assert parameters.frozen, "it is not frozen: write @dataclass(frozen=True)"

    def test_it_is_hashable(self, loader: Loader[Any]) -> None:
        """Its options can be compared from run to run: tuples, not lists and dicts."""
        assert hash(loader) == hash(copy.copy(loader))

    def test_it_travels_by_pickle(self, loader: Loader[Any]) -> None:
        """Workers get it by pickle, so that its class must be at the top of a module."""
        assert pickle.loads(pickle.dumps(loader)) == loader

    def test_it_loads_what_it_saved(
        self, loader: Loader[Any], value: Any, path: pathlib.Path
    ) -> None:
        """What one stage saves is what the next one loads."""
        loader.save(value, path)
        self.assert_same(loader.load(path), value)

    def test_saving_leaves_the_value_alone(
        self, loader: Loader[Any], value: Any, path: pathlib.Path
    ) -> None:
        """A stage may save one value twice."""
        before = copy.deepcopy(value)
        loader.save(value, path)
        self.assert_same(value, before)

    def test_loading_leaves_the_file_alone(
        self, loader: Loader[Any], value: Any, path: pathlib.Path
    ) -> None:
        """The file may be a link into the cache, and is a dependency of other stages."""
        loader.save(value, path)
        before = _content(path)
        loader.load(path)
        assert _content(path) == before

    def test_it_writes_nothing_beside_the_path(
        self, loader: Loader[Any], value: Any, path: pathlib.Path
    ) -> None:
        """What lies beside the output is not tracked, and not restored."""
        loader.save(value, path)
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]

    def test_the_same_value_gives_the_same_bytes(
        self,
        loader: Loader[Any],
        value: Any,
        path: pathlib.Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Otherwise every stage behind this one runs again; here, at another time of day."""
        again = copy.deepcopy(value)
        loader.save(value, path)
        first = _content(path)
        other = path.parent.parent / "again" / path.name
        other.parent.mkdir()
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + _DAYS_LATER)
        loader.save(again, other)
        assert _content(other) == first

    def test_a_missing_file_is_named(self, loader: Loader[Any], path: pathlib.Path) -> None:
        """The message says which file is not there."""
        with pytest.raises((PivotError, OSError)) as caught:
            loader.load(path)
        assert path.name in str(caught.value), "the error does not name the file"

    def test_nothing_stays_open(self, loader: Loader[Any], value: Any, path: pathlib.Path) -> None:
        """A worker that lives on would run out of descriptors."""
        # What is imported and cached at the first use is no leak.
        loader.save(value, path)
        kept = [loader.load(path)]
        before = _descriptors()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            loader.save(value, path.with_name(f"2-{path.name}"))
            kept.append(loader.load(path))
            gc.collect()
        assert not [w.message for w in caught if issubclass(w.category, ResourceWarning)]
        assert _descriptors() <= before, "a file is still open"


def _content(path: pathlib.Path) -> dict[str, bytes]:
    """Give the bytes of a file, or of all files in a directory, by their relative names."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {str(f.relative_to(path)): f.read_bytes() for f in files if f.is_file()}


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the names alone; entries may be gone already
