"""What the docs say about commands, settings, floors and libraries is what the code has."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pivot.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"


@pytest.fixture
def expected(monkeypatch) -> Iterator[dict[Path, str]]:
    # The script sets it for its own process.
    monkeypatch.setenv("PIVOT_DISABLE_PLUGINS", "1")
    # Tests before and after want the commands of plugins.
    app.__dict__.pop("_additions", None)
    yield runpy.run_path(str(DOCS / "generate.py"))["pages"]()
    app.__dict__.pop("_additions", None)


PAGES = [
    "docs/cli.md",
    "docs/configuration.md",
    "docs/architecture.md",
    "docs/floors.svg",
    "docs/one-run.svg",
    "tests/fingerprint/README.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_current(expected, page):
    assert (ROOT / page).read_text("utf-8") == expected[ROOT / page], "run 'make docs'"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\s<>=!~;\[]", line)[0].lower() for line in project["dependencies"]}
    explained = re.findall(
        r"^\| \[([^\]]+)\]", (DOCS / "dependencies.md").read_text("utf-8"), re.MULTILINE
    )
    assert {name.lower() for name in explained} == needed
