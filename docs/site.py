"""Which files of the repository are pages of the site, and where do links to them lead?

The pages lie in docs/, but for the README files, the changelog and the guide for contributors,
which people expect elsewhere; they are taken into the site under other names, and links between any
of these are led on. mkdocs.yml names this file as a hook. Tests: tests/docs/test_site.py.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)#\s]+)")


def elsewhere() -> dict[str, str]:
    """Give each page that does not lie in docs/, with its place in the site."""
    found = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}
    found["CONTRIBUTING.md"] = "contributing.md"
    found["tests/fingerprint/README.md"] = "change-detection.md"
    for page in sorted([*ROOT.glob("plugins/*/README.md"), *ROOT.glob("examples/*/README.md")]):
        group = "installed" if page.parent.parent.name == "plugins" else "examples"
        found[page.relative_to(ROOT).as_posix()] = f"{group}/{page.parent.name}.md"
    # To be read as they are.
    found["LICENSE"] = "license.txt"
    found["examples/quickstart/pipeline.py"] = "examples/pipeline.py.txt"
    return found


ELSEWHERE = elsewhere()
SOURCES = {place: source for source, place in ELSEWHERE.items()}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take in the pages from elsewhere."""
    for source, place in ELSEWHERE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead the links of a page on to where the pages are in the site."""
    place = page.file.src_uri
    source = posixpath.dirname(SOURCES.get(place, f"docs/{place}"))
    here = posixpath.dirname(place)

    def led_on(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(source, link[1]))
        for name in (target, f"{target}/README.md", f"{target}/index.md"):
            found = ELSEWHERE.get(name) or _in_docs(name)
            if found:
                return posixpath.relpath(found, here or ".")
        return link[1]

    return _LINK.sub(led_on, markdown)


def _in_docs(name: str) -> str | None:
    inside = name.startswith("docs/") and (ROOT / name).is_file()
    return name.removeprefix("docs/") if inside else None
