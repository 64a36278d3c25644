"""What the docs say about commands, settings, floors and libraries is what the code has."""

from __future__ import annotations

import runpy
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
