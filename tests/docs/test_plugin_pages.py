"""docs/plugins/: whoever follows a page has a plugin that works, in an environment of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pivot.hookspecs import HOOKS
from pivot.plugins.catalog import GROUPS
from pivot.plugins.hooks import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parent.parent.parent
PAGES = sorted((REPOSITORY / "docs" / "plugins").glob("*.md"))
WITH_PLUGINS = ["display.md", "executor.md", "exporter.md", "hooks.md", "loader.md", "remote.md"]


def page(name: str) -> Path:
    return REPOSITORY / "docs" / "plugins" / name


@pytest.fixture(scope="session")
def environment(
    tmp_path_factory: pytest.TempPathFactory, make_environment: Callable[[Path], str]
) -> Path:
    """Give a fresh environment with Pivot, pytest and hatchling, as a plugin's author has it."""
    directory = tmp_path_factory.mktemp("plugins") / "env"
    python = make_environment(directory)
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    subprocess.run([*pip, "--quiet", f"{REPOSITORY}[testing]", "hatchling"], check=True)
    return directory


@pytest.fixture
def inside(environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the reader of a page type its commands in the fresh environment."""
    monkeypatch.setattr(sys, "executable", str(environment / "bin" / "python"))
    # hatchling is there; pip would else fetch it again for each plugin. (0 is how it spells this.)
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    yield
    made = [project.parent.name for project in tmp_path.glob("*/*/pyproject.toml")]
    uninstall = [environment / "bin" / "pip", "uninstall", "--quiet", "--yes", *made]
    subprocess.run(uninstall, check=True)


@pytest.mark.distribution
@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("name", WITH_PLUGINS)
def test_whoever_follows_a_page_has_a_plugin_that_works(name, reader):
    assert reader(page(name)).follow() > 4


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_heading_with_its_signature(hook):
    assert f"\n### `{signature(hook)}`\n" in page("hooks.md").read_text()


def test_no_hook_is_documented_that_does_not_exist():
    documented = re.findall(r"^### `(\w+)\(", page("hooks.md").read_text(), re.MULTILINE)
    assert documented == list(HOOKS)


def test_the_table_of_extension_points_has_every_group():
    rows = re.findall(r"^\| [^|]+ \| `(pivot\.\w+)` \|", page("index.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(GROUPS)


@pytest.mark.parametrize("each", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(each):
    links = re.findall(r"\]\(([^)]+)\)", each.read_text())
    for path, _, heading in (link.partition("#") for link in links):
        target = (each.parent / path).resolve()
        assert target.exists(), path
        titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
        anchors = {
            re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles
        }
        assert not heading or heading in anchors, f"{path}#{heading}"
