"""docs/*.md: whoever follows a page sees what it shows, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.md"))
# Pages without anything to do or to run.
TO_BE_READ = {
    "architecture.md",
    "cli.md",
    "comparison.md",
    "dependencies.md",
    "execution.md",
    "performance.md",
    "security.md",
    "tui.md",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reader_who_follows_it_sees_what_it_shows(reader, page):
    done = reader(page).follow()
    assert (done == 0) == (page.name in TO_BE_READ)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []
