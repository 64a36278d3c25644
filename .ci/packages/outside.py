"""The tests of what is distributed, where its sources are not.

Everything under git is copied but the packages themselves: what the tests import is then what is
installed, and nothing else can be.

Tests: `make packages` itself.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from building import ROOT

if TYPE_CHECKING:
    from building import Project
    from environments import Environment

#: Tests of the repository itself (its pages, its tools), and not of what is distributed.
_OF_THE_REPOSITORY = ("tests/benchmarks", "tests/ci", "tests/docs", "tests/typing")
_MARKS = "not chance and not distribution"
_WHERE = "import importlib, sys; [print(importlib.import_module(n).__file__) for n in sys.argv[1:]]"


def copy_without_sources(projects: list[Project], directory: Path) -> None:
    """Copy what git has of the repository, without the packages that are distributed."""
    git = shutil.which("git") or "git"
    listed = subprocess.run(
        (git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    sources = [project.source for project in projects]
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file() and not any(file.is_relative_to(source) for source in sources):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, directory / name)


def check_origin(projects: list[Project], environment: Environment, directory: Path) -> None:
    """Make sure that each package that a test would import is the installed one."""
    packages = [project.package for project in projects]
    for file in environment.run(directory, "python", "-c", _WHERE, *packages).split():
        if not Path(file).is_relative_to(environment.directory):
            raise SystemExit(f"the tests would import {file}, which is not what was installed")


def run_tests(environment: Environment, directory: Path, tests: list[str]) -> bool:
    """Run the tests in a copy; give whether all of them passed."""
    # What chance gives is no question of versions, nor are environments that tests make. Old
    # releases use what this Python has deprecated since; that is nothing to be mended here.
    options = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--quiet")
    options += ("-W", "ignore::DeprecationWarning", "-m", _MARKS)
    passed = [_passes(environment, directory, (*options, *part)) for part in _parts(tests)]
    return all(passed)


def _parts(tests: list[str]) -> list[list[str]]:
    """Give what is run together.

    The plugins' tests are apart: pytest makes a module `plugins` of the directory that they lie in,
    and tests of the core have projects with modules of that name.
    """
    if tests:
        return [tests]
    ignored = [f"--ignore={path}" for path in _OF_THE_REPOSITORY]
    return [["tests", *ignored], ["plugins", *ignored]]


def _passes(environment: Environment, directory: Path, arguments: tuple[str, ...]) -> bool:
    done = subprocess.run(
        (environment.bin / "pytest", *arguments),
        cwd=directory,
        env=environment.variables(),
        check=False,
    )
    return done.returncode == 0
