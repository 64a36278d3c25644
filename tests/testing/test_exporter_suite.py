"""The suite passes good exporters, and each check fails for an exporter that breaks just that."""

from __future__ import annotations

import pytest

from pivot.interfaces import Exporter
from pivot.plugins import current_host
from pivot.testing import ExporterSuite

BROKEN_FILE = "exporters.py"


def test_what_is_broken_fails_and_nothing_else(broken, breaks, verdicts):
    assert verdicts[broken] == breaks


class TestMermaid(ExporterSuite):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return current_host().exporter("mermaid")


class TestDot(ExporterSuite):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return current_host().exporter("dot")
