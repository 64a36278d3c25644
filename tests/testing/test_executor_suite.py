"""The suite passes good executors, and each check fails for an executor that breaks just that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pivot.plugins import current_host
from pivot.testing import ExecutorSuite

if TYPE_CHECKING:
    from pivot.testing.executor_fixtures import MakeExecutor

BROKEN_FILE = "executors.py"


def test_what_is_broken_fails_and_nothing_else(broken, breaks, verdicts):
    assert verdicts[broken] == breaks


class TestInline(ExecutorSuite):
    @pytest.fixture
    def make_executor(self) -> MakeExecutor:
        return partial(current_host().make_executor, "inline")
