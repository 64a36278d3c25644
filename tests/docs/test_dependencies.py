"""The page of dependencies names what pyproject.toml requires: each thing, and the same versions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
#: Whom the tables are about that don't name it in their first column.
WHOLE = {"library": "pivot", "tool": "dev"}


def rows() -> Iterator[tuple[str, str, SpecifierSet]]:
    """Give who needs what in which versions, of every row of every table."""
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        head, _, *body = (
            re.sub(r"\[([^\]]+)\]\([^)]+\)|`", r"\1", row).strip("| ").split(" | ")
            for row in table.splitlines()
        )
        for row in body:
            assert len(row) == len(head)
            assert all(cell.strip() for cell in row)
            cells = dict(zip(head, row, strict=True))
            name = cells.get("library") or cells["tool"]
            who = WHOLE.get(head[0]) or cells.get("plugin") or f"pivot[{cells['extra']}]"
            yield who, name.lower(), SpecifierSet(cells["versions"])


def required(who: str, lines: Iterable[str]) -> Iterator[tuple[str, str, SpecifierSet]]:
    """Give the same of requirements; what this repository has itself is left out."""
    for requirement in map(Requirement, lines):
        if not requirement.name.startswith("pivot"):
            yield who, requirement.name, requirement.specifier


def stated() -> Iterator[tuple[str, str, SpecifierSet]]:
    for file in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")):
        table = tomllib.loads(file.read_text("utf-8"))
        project = table["project"]
        yield from required(project["name"], project["dependencies"])
        for extra, lines in project.get("optional-dependencies", {}).items():
            yield from required(f"{project['name']}[{extra}]", lines)
        development = table.get("dependency-groups", {}).get("dev", ())
        yield from required("dev", (line for line in development if isinstance(line, str)))


def test_every_dependency_has_a_row_with_its_versions_and_its_reason():
    described = list(rows())
    assert len(described) == len(set(described))
    assert set(described) == set(stated())
