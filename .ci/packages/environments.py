"""Fresh environments outside of the repository, with distributions from built archives.

Direct requirements are resolved as `lowest` (what each lower bound promises) or `highest` (what an
upper bound still lets in). `lowest` concerns what Pivot names itself: the lower bounds of what
others require are theirs, and many of them were never true.

Tests: `make packages` itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from building import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: How uv calls the two resolutions.
RESOLUTIONS = {"lowest": "lowest-direct", "highest": "highest"}


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that uv made."""

    uv: str
    directory: Path

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.directory / "bin"

    def make(self) -> None:
        """Make it empty, with the Python that runs this."""
        self._uv("venv", "--python", sys.executable, str(self.directory))

    def install(self, lines: Iterable[str], resolution: str, constraints: str = "") -> None:
        """Install what the lines of a requirements file name.

        Raises `CalledProcessError` where they can't be met, or only by compiling something: who
        installs Pivot needs no compiler.
        """
        wanted, limits = (self.directory / name for name in ("wanted.txt", "limits.txt"))
        wanted.write_text("\n".join(lines), "utf-8")
        limits.write_text(constraints, "utf-8")
        self._uv(
            *("pip", "install", "--python", str(self.bin / "python"), "--compile-bytecode"),
            *("--no-build", "--resolution", RESOLUTIONS[resolution], "--constraints", str(limits)),
            *("--requirements", str(wanted)),
        )

    def check(self) -> None:
        """Look whether all that is installed fits together."""
        self._uv("pip", "check", "--python", str(self.bin / "python"))

    def versions(self) -> str:
        """Give what is installed, as `name==version`; without what was built here."""
        command = [self.uv, "pip", "freeze", "--python", str(self.bin / "python")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return "".join(f"{line}\n" for line in done.stdout.splitlines() if "==" in line)

    def run(self, directory: Path, *command: str) -> str:
        """Run one of its commands somewhere, which must succeed; give what it prints."""
        words = (str(self.bin / command[0]), *command[1:])
        done = subprocess.run(
            words, cwd=directory, env=self.variables(), check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"this failed: {' '.join(words)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def variables(self) -> dict[str, str]:
        """Give the variables of a process in it: nothing leads to another environment."""
        foreign = ("PYTHON", "VIRTUAL_ENV", "UV_PROJECT", "COVERAGE", "PIVOT")
        kept = {n: v for n, v in os.environ.items() if not n.startswith(foreign)}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def _uv(self, *words: str) -> None:
        foreign = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
        variables = {n: v for n, v in os.environ.items() if n not in foreign}
        command = (self.uv, "--quiet", "--no-progress", *words)
        subprocess.run(command, cwd=self.directory.parent, env=variables, check=True)


def untried(requirements: Iterable[str], versions: str) -> Iterator[str]:
    """Find lower bounds below what was installed: nobody has tried what they let in.

    Such a version can't be installed with this Python, as a rule, or something else that is
    required forbids it.
    """
    installed = dict(line.split("==") for line in versions.splitlines())
    for requirement in map(Requirement, requirements):
        found = installed[canonicalize_name(requirement.name)]
        bounds = [s.version for s in requirement.specifier if s.operator == ">="]
        if Version(found) not in map(Version, bounds):
            yield f"{requirement} lets in less than {found}, the least that can be installed"


def testing_tools() -> list[str]:
    """Give what the tests need beside Pivot: the group `dev`, less this repository's plugins."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [line for line in table["dependency-groups"]["dev"] if isinstance(line, str)]
