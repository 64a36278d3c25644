#!/usr/bin/env python3
"""Write what the docs say about commands, settings and floors, from the code that knows.

`make docs` runs this, and then builds the site. docs/cli.md and the drawings are generated as a
whole; in other pages it is what stands between `<!-- generated: NAME -->` and `<!-- end -->`.
Tests: tests/docs/test_generated.py.
"""

from __future__ import annotations

import ast
import os
import re
import runpy
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

# Before any of Pivot: the reference is about the core's own commands, whatever else is installed.
os.environ["PIVOT_DISABLE_PLUGINS"] = "1"

from pivot.cli.app import app
from pivot.config.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
WIDTH = 88
REFERENCE = """\
# The command line

<!-- written by `make docs` from the commands themselves -->

`pivot COMMAND --help` shows the same. [Concepts](concepts.md#what-pivot-exits-with) has the exit
statuses.
"""


def pages() -> dict[Path, str]:
    """Give each generated page with the text that it should have."""
    sections = {"settings": settings_table(), "floors": floors_table()}
    handwritten = {DOCS / "configuration.md": "settings", DOCS / "architecture.md": "floors"}
    found = {page: filled(page, name, sections[name]) for page, name in handwritten.items()}
    matrix = runpy.run_path(str(ROOT / "tests" / "fingerprint" / "matrix.py"))
    drawings = runpy.run_path(str(DOCS / "drawings.py"))
    drawn = {
        DOCS / "floors.svg": drawings["floors"]([split(layer) for layer in layers()]),
        DOCS / "one-run.svg": drawings["run"](),
    }
    cases = {ROOT / "tests" / "fingerprint" / "README.md": matrix["page"]()}
    return {DOCS / "cli.md": cli_page(), **found, **drawn, **cases}


def filled(page: Path, name: str, text: str) -> str:
    """Give a page with a new text between the comments that mark its generated part."""
    marked = re.compile(f"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return marked.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page.read_text("utf-8"))


def cli_page() -> str:
    """Give the reference of all commands: what `--help` prints, one section each."""
    context = click.Context(app, info_name="pivot", terminal_width=WIDTH, **app.context_settings)
    return "\n".join([REFERENCE, *sections(context)])


def sections(context: click.Context) -> Iterator[str]:
    """Give the section about one command, and those about the commands below it."""
    command, path = context.command, context.command_path
    yield f"{'#' * len(path.split())}# {path}\n\n```text\n{command.get_help(context)}\n```\n"
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from sections(click.Context(below, info_name=name, parent=context))


def settings_table() -> str:
    """Give a row for each setting."""
    rows = [
        f"| `{one.key}` | {one.description} | {one.kind.words} | {default(one.default)} "
        f"| `{one.variable}` |"
        for one in SETTINGS
    ]
    head = (
        "| setting | what it is | value | default | environment variable |\n|---|---|---|---|---|"
    )
    return "\n".join([head, *rows, ""])


def default(value: object) -> str:
    """Give a default as a person would write it."""
    if value is None:
        return "unset"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def floors_table() -> str:
    """Give a row for each floor, from the top, with the question that each module answers."""
    found = layers()
    rows = ["| floor | module | what it answers |", "|---|---|---|"]
    for number, layer in zip(range(len(found), 0, -1), found, strict=True):
        rows += [f"| {number} | `{m}` | {question(m)} |" for m in split(layer)]
    return "\n".join([*rows, ""])


def layers() -> list[str]:
    """Give the floors from the top, as the contract has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return next(c for c in settings["contracts"] if c["type"] == "layers")["layers"]


def split(layer: str) -> list[str]:
    """Give the modules of a floor."""
    return re.split(r" [|:] ", layer)


def question(module: str) -> str:
    """Give the first line of a module's docstring."""
    package = ROOT / "pivot" / module
    file = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0].replace("|", "\\|")


def main() -> None:
    """Write the pages that are not as they should be, and name them."""
    for page, text in pages().items():
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
            print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
