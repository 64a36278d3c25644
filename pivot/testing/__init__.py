"""Conformance suites for those who write a driver: subclass one, give a fixture, run pytest.

A *suite* is a class of tests that holds what Pivot relies on, beyond what types can say. Example::

    class TestXML(LoaderSuite):
        @pytest.fixture
        def loader(self):
            return XML(indent=2)

        @pytest.fixture
        def value(self):
            return {"a": [1, 2]}

Needs pytest, which nothing else of Pivot imports: `pip install 'pivot[testing]'`.
Tests: tests/testing/, where each check is tried on a driver that violates just that.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pivot.testing.executor_suite import ExecutorSuite
    from pivot.testing.exporter_suite import ExporterSuite
    from pivot.testing.loader_suite import LoaderSuite
    from pivot.testing.reader_suite import ReaderSuite
    from pivot.testing.remote_suite import RemoteSuite
    from pivot.testing.writer_suite import WriterSuite

__all__ = [
    "ExecutorSuite",
    "ExporterSuite",
    "LoaderSuite",
    "ReaderSuite",
    "RemoteSuite",
    "WriterSuite",
]

_MODULES = {
    "ExecutorSuite": "pivot.testing.executor_suite",
    "ExporterSuite": "pivot.testing.exporter_suite",
    "LoaderSuite": "pivot.testing.loader_suite",
    "ReaderSuite": "pivot.testing.reader_suite",
    "RemoteSuite": "pivot.testing.remote_suite",
    "WriterSuite": "pivot.testing.writer_suite",
}


# The modules that these inherit checks from.
_PARTS = (
    "pivot.testing.executor_fixtures",
    "pivot.testing.isolation_suite",
    "pivot.testing.loader_checks",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Late: the worker processes of an executor's tests import this package, and need no pytest.
    import pytest

    # Before the suites are imported: pytest explains failed assertions of registered modules only.
    pytest.register_assert_rewrite(*_MODULES.values(), *_PARTS)
    return getattr(importlib.import_module(_MODULES[name]), name)
