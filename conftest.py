"""What all tests share: processes that they start measure no coverage, unless one asks for it.

Measuring makes a short process take twice its time, and nearly all that the processes do is done
in the tests' own, too. What only processes do is measured by tests that use `measured`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: By this variable coverage follows into processes; it is set as long as it measures here.
_FOLLOWS = "COVERAGE_PROCESS_CONFIG"


@pytest.fixture(scope="session", autouse=True)
def coverage_of_processes() -> Iterator[str | None]:
    """Give what makes a process measure coverage, which no process finds from now on."""
    configuration = os.environ.pop(_FOLLOWS, None)
    yield configuration
    if configuration is not None:
        os.environ[_FOLLOWS] = configuration


@pytest.fixture
def measured(coverage_of_processes: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the processes that the test starts measure coverage, if the tests do."""
    if coverage_of_processes is not None:
        monkeypatch.setenv(_FOLLOWS, coverage_of_processes)


@pytest.fixture(scope="session")
def make_environment() -> Callable[[Path], str]:
    """Give a function that makes a fresh environment with pip, and gives the path of its Python."""

    def make(directory: Path) -> str:
        uv = shutil.which("uv")
        # In a twentieth of the time; it needs the index, or what it has of it, for pip itself.
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, directory]
        if not uv or subprocess.run(command, check=False, capture_output=True).returncode:
            subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        return str(directory / "bin" / "python")

    return make


#: What takes longest, so that at the end no process is left alone with it: `make test` deals files
#: out to processes in this order, each to one, since the tests of one share what is costly to make.
_FIRST = ("tests/fingerprint/test_cases", "tests/docs", "tests/testing", "tests/faults", "plugins")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""

    def place(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(_FIRST) if item.nodeid.startswith(start)), 99)

    items.sort(key=place)
