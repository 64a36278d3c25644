"""The site: it builds strictly, and asks nobody else for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from the pages as they are."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # A link that leads nowhere, an anchor that isn't there, a page that no menu has.
    assert done.returncode == 0, done.stdout
    return place


def test_whoever_reads_it_asks_no_other_host_for_anything(site):
    asked = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?https?://[^>]*>""")
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    assert [found for page in pages for found in asked.findall(page.read_text("utf-8"))] == []


def test_all_fenced_blocks_are_blocks(site):
    assert [page.name for page in site.rglob("*.html") if "```" in page.read_text("utf-8")] == []
