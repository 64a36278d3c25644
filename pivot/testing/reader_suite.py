"""What Pivot relies on in a loader that only loads, as tests that a plugin's author inherits.

Tests: tests/testing/test_loader_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pivot.errors import PivotError
from pivot.loaders import Reader
from pivot.testing.loader_checks import LoaderChecks, check_closed, content

if TYPE_CHECKING:
    import pathlib


class ReaderSuite(LoaderChecks):
    """Subclass it as `Test...`; give the fixtures `loader`, `value` and `artifact`."""

    bases: ClassVar[tuple[type, ...]] = (Reader,)

    @pytest.fixture
    def artifact(self, path: pathlib.Path) -> pathlib.Path:
        """Make a file (or directory) at `path` that holds the value, and give the path."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'artifact'")

    def test_it_loads_what_is_there(
        self, loader: Reader[Any], value: Any, artifact: pathlib.Path
    ) -> None:
        """The stage gets the value that the file stands for."""
        self.assert_same(loader.load(artifact), value)

    def test_loading_leaves_the_file_alone(
        self, loader: Reader[Any], artifact: pathlib.Path
    ) -> None:
        """The file may be a link into the cache, and is a dependency of other stages."""
        before = content(artifact)
        loader.load(artifact)
        assert content(artifact) == before

    def test_a_missing_file_is_named(self, loader: Reader[Any], path: pathlib.Path) -> None:
        """The message says which file is not there."""
        with pytest.raises((PivotError, OSError)) as caught:
            loader.load(path)
        assert path.name in str(caught.value), "the error does not name the file"

    def test_nothing_stays_open_after_loading(
        self, loader: Reader[Any], artifact: pathlib.Path
    ) -> None:
        """A worker that lives on would run out of descriptors."""

        def load(path: pathlib.Path) -> Any:
            if path != artifact:
                (shutil.copytree if artifact.is_dir() else shutil.copyfile)(artifact, path)
            return loader.load(path)

        check_closed(load, artifact)
