"""What Pivot relies on in a loader, as tests that a plugin's author inherits.

Tests: tests/testing/test_loader_suite.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pivot.loaders import Loader
from pivot.testing.reader_suite import ReaderSuite
from pivot.testing.writer_suite import WriterSuite

if TYPE_CHECKING:
    import pathlib


class LoaderSuite(ReaderSuite, WriterSuite):
    """Subclass it as `Test...`, and give the fixtures `loader` and `value`."""

    bases: ClassVar[tuple[type, ...]] = (Loader,)

    @pytest.fixture
    def artifact(self, loader: Loader[Any], value: Any, path: pathlib.Path) -> pathlib.Path:
        """Save the value: what one stage saves is what the next one loads."""
        loader.save(value, path)
        return path
