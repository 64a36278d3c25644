"""What holds for whatever reads or writes artifacts, and what its tests are given.

The suites of readers, writers and loaders inherit it. Tests: tests/testing/test_loader_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import copy
import dataclasses
import gc
import os
import pickle
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


class LoaderChecks:
    """How a loader of any kind is declared; needs the fixtures `loader` and `value`."""

    #: What the loader must derive from.
    bases: ClassVar[tuple[type, ...]] = ()
    #: The name of the file that is saved and loaded, for formats that look at its ending.
    filename: ClassVar[str] = "artifact"

    @pytest.fixture
    def loader(self) -> Any:
        """Give the loader, with options that are not its defaults."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'loader'")

    @pytest.fixture
    def value(self) -> Any:
        """Give a value for the loader, with all that is difficult about its kind."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'value'")

    def assert_same(self, loaded: Any, value: Any) -> None:
        """Compare two values that must be the same; override it where `==` does not do."""
        assert loaded == value

    @pytest.fixture
    def path(self, tmp_path: pathlib.Path) -> pathlib.Path:
        """Give the path of the artifact, in a directory of its own."""
        directory = tmp_path / "artifacts"
        directory.mkdir()
        return directory / self.filename

    def test_it_is_a_loader(self, loader: Any) -> None:
        """Pivot recognises it by its base class."""
        for base in self.bases:
            assert isinstance(loader, base), (
                f"it does not derive from pivot.loaders.{base.__name__}"
            )

    def test_it_is_a_frozen_dataclass(self, loader: Any) -> None:
        """Options that change after registration would escape the fingerprint."""
        assert dataclasses.is_dataclass(loader), "it is not a dataclass"
        parameters = getattr(loader, "__dataclass_params__")  # noqa: B009 - unknown to type checkers
        assert parameters.frozen, "it is not frozen: write @dataclass(frozen=True)"

    def test_it_is_hashable(self, loader: Any) -> None:
        """Its options can be compared from run to run: tuples, not lists and dicts."""
        assert hash(loader) == hash(copy.copy(loader))

    def test_it_travels_by_pickle(self, loader: Any) -> None:
        """Workers get it by pickle, so that its class must be at the top of a module."""
        assert pickle.loads(pickle.dumps(loader)) == loader


def content(path: pathlib.Path) -> dict[str, bytes]:
    """Give the bytes of a file, or of all files in a directory, by their relative names."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {str(f.relative_to(path)): f.read_bytes() for f in files if f.is_file()}


def check_closed(act: Callable[[pathlib.Path], Any], path: pathlib.Path) -> None:
    """Check that something leaves no file open; it is done twice, with a path that is new."""
    # What is imported and cached at the first use is no leak.
    kept = [act(path)]
    before = _descriptors()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kept.append(act(path.with_name(f"2-{path.name}")))
        gc.collect()
    assert not [w.message for w in caught if issubclass(w.category, ResourceWarning)]
    assert _descriptors() <= before, "a file is still open"


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the names alone; entries may be gone already
