"""What all tests of an executor need: the one fixture that its author gives, and those made of it.

Tests: tests/testing/test_executor_suite.py.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol

import pytest

from pivot.interfaces import Executor, ExecutorOptions
from pivot.testing import calls

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator
    from concurrent.futures import Future

    from pivot.interfaces import Outcome


class MakeExecutor(Protocol):
    """The driver: what the entry point in `pivot.executors` names."""

    def __call__(self, options: ExecutorOptions) -> Executor:
        """Open an executor."""
        ...


class ExecutorFixtures:
    """The fixtures of `ExecutorSuite`."""

    #: How many tasks are asked for at once.
    jobs: ClassVar[int] = 2
    #: How long anything may take that is to happen at all, in seconds; only a fault costs so much.
    patience: ClassVar[float] = 60.0

    @pytest.fixture
    def make_executor(self) -> MakeExecutor:
        """Give the callable that makes an executor of `ExecutorOptions`."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'make_executor'")

    @pytest.fixture
    def executor(
        self, make_executor: MakeExecutor, initialized: pathlib.Path
    ) -> Iterator[Executor]:
        """Give an executor that is stopped and closed after the test."""
        initializer = partial(calls.initialize, str(initialized))
        # The generation keeps workers of another test, with another initializer, from being used.
        executor = make_executor(ExecutorOptions(self.jobs, initializer, str(initialized)))
        yield executor
        executor.stop()
        executor.close()

    @pytest.fixture
    def initialized(self, tmp_path: pathlib.Path) -> pathlib.Path:
        """Give the directory in which each worker's initializer leaves a file."""
        directory = tmp_path / "initialized"
        directory.mkdir()
        return directory

    def result(self, future: Future[Outcome]) -> Outcome:
        """Give a future's outcome, or raise what it holds."""
        return future.result(self.patience)
