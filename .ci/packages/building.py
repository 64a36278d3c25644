"""What is distributed, and building it: the core and each plugin, as sdist and as wheel.

A wheel is built from its sdist, as whoever packages Pivot for a system would build it.

Tests: tests/ci/test_packages.py.
"""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The root of the repository.
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Project:
    """A directory that a distribution is built from."""

    directory: Path
    #: The table `project` of its pyproject.toml.
    table: dict[str, Any]

    @property
    def name(self) -> str:
        """The distribution's name: `pivot-s3`."""
        return self.table["name"]

    @property
    def package(self) -> str:
        """The package that it brings: `pivot_s3`."""
        return self.name.replace("-", "_")

    @property
    def stem(self) -> str:
        """What the names of its archives begin with: `pivot_s3-0.1.0`."""
        return f"{self.package}-{self.table['version']}"

    @property
    def source(self) -> Path:
        """The directory of the package."""
        plain = self.directory / self.package
        return plain if plain.is_dir() else self.directory / "src" / self.package

    @property
    def extras(self) -> dict[str, list[str]]:
        """The requirements of each extra."""
        return self.table.get("optional-dependencies", {})

    @property
    def requirements(self) -> list[str]:
        """All that it requires, with any extra, other than distributions of this repository."""
        lines = [*self.table["dependencies"], *(line for e in self.extras.values() for line in e)]
        return [line for line in lines if not line.startswith("pivot")]

    def wheel(self, archives: Path) -> Path:
        """Give the file of its wheel in a directory of archives."""
        return archives / f"{self.stem}-py3-none-any.whl"

    def sdist(self, archives: Path) -> Path:
        """Give the file of its sdist in a directory of archives."""
        return archives / f"{self.stem}.tar.gz"


def projects(root: Path = ROOT) -> list[Project]:
    """Give the core, and then the plugins in alphabetic order."""
    files = [root / "pyproject.toml", *sorted(root.glob("plugins/*/pyproject.toml"))]
    return [Project(f.parent, tomllib.loads(f.read_text("utf-8"))["project"]) for f in files]


def build(uv: str, archives: Path) -> None:
    """Build the sdist of each project, and its wheel from that.

    Raises `CalledProcessError` where one can't be built.
    """
    command = (uv, "build", "--all-packages", "--quiet", "--out-dir", str(archives))
    subprocess.run(command, cwd=ROOT, check=True)
