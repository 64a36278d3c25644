"""Running a file of broken drivers through pytest, as their authors would.

A module of tests names such a file as `BROKEN_FILE`. Each class of tests in it has an attribute
`breaks`: the names of exactly those checks that must fail. With `AT_ONCE` so many processes share
the checks, which pays where most of them wait for what a broken driver never does. With `FEW` a
driver that breaks something is only put to the checks that must fail; to all with `make faults`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

DIRECTORY = Path(__file__).parent / "broken"
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `broken` and `breaks` once for each broken driver."""
    if "broken" in metafunc.fixturenames:
        classes = vars(_module(metafunc.module.BROKEN_FILE)).items()
        cases = [(name, set(each.breaks)) for name, each in classes if name.startswith("Test")]
        metafunc.parametrize(("broken", "breaks"), cases, ids=[name for name, _ in cases])


@pytest.fixture(scope="module")
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[str]]:
    """Give, for each class in the file of broken drivers, the checks that failed."""
    report = tmp_path_factory.mktemp("verdicts") / "report.xml"
    file = DIRECTORY / request.module.BROKEN_FILE
    few = getattr(request.module, "FEW", False) and ROUNDS == 1
    checks = list(_needed(file)) if few else [str(file)]
    command = [sys.executable, "-m", "pytest", *checks, "-q", f"--junitxml={report}"]
    command += ["--numprocesses", str(getattr(request.module, "AT_ONCE", 0))]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    # 1 is "some tests failed"; a file that can't even be collected has another status.
    assert result.returncode == 1, result.stdout + result.stderr
    failures: dict[str, set[str]] = defaultdict(set)
    for case in ET.parse(report).iter("testcase"):
        broken = case.attrib["classname"].rpartition(".")[2]
        wrong = {child.tag for child in case} & {"failure", "error"}
        failures[broken] |= {case.attrib["name"].partition("[")[0]} if wrong else set()
    return failures


def _needed(file: Path) -> Iterator[str]:
    """Name the checks that must fail, and all checks of drivers that break nothing."""
    for name, each in vars(_module(file.name)).items():
        if name.startswith("Test"):
            yield from (f"{file}::{name}::{check}" for check in each.breaks)
            if not each.breaks:
                yield f"{file}::{name}"


def _module(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"broken_{file[:-3]}", DIRECTORY / file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up.
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module
