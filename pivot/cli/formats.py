"""A table for people, or the same as a document for programs: `--format table|json|yaml|md|csv`.

A *document* is JSON values. Example: `formatted("md", [("Stage",), ("train",)], {})`.

Tests: tests/cli/test_formats.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from pivot.cli.wording import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: What stands where there is no value.
ABSENT = "-"
FORMATS = ("table", "json", "yaml", "md")


def _option(formats: tuple[str, ...]) -> Callable[[Any], Any]:
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default="table",
        show_default=True,
        help="How to print it: for people, for programs, or for a page.",
    )


format_option = _option(FORMATS)
format_or_csv_option = _option((*FORMATS, "csv"))


def formatted(format_: str, rows: Sequence[tuple[str, ...]], document: Any) -> str:
    """Give rows, the first of which has the titles, or the document that says the same."""
    if format_ == "json":
        return json.dumps(document, indent=2)
    if format_ == "yaml":
        return _yaml(document)
    if format_ == "csv":
        return _csv(rows)
    if format_ == "md":
        return _markdown(rows)
    return "\n".join(columns([tuple(click.style(t, bold=True) for t in rows[0]), *rows[1:]]))


def _yaml(document: Any) -> str:
    import yaml  # only who asks for it pays for it

    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return text.rstrip("\n")


def _csv(rows: Sequence[tuple[str, ...]]) -> str:
    import csv  # only who asks for it pays for it
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([map(click.unstyle, row) for row in rows])
    return text.getvalue().rstrip("\n")


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    titles, *others = ([_cell(cell) for cell in row] for row in rows)
    lines = [titles, ["---"] * len(titles), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return click.unstyle(text).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def shown(value: Any) -> str:
    """Give a JSON value as a person would write it: texts plain, if nothing else looks like it."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    plain = value.isprintable() and value.strip() == value and value not in {"", ABSENT}
    return value if plain and not _is_json(value) else json.dumps(value, ensure_ascii=False)


def _is_json(text: str) -> bool:
    """Whether a text would be taken for another value than itself."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def rounded(value: Any, digits: int | None) -> Any:
    """Give JSON values with all numbers rounded to some digits after the point."""
    match value:
        case float() if digits is not None:
            return round(value, digits)
        case list():
            return [rounded(item, digits) for item in value]
        case dict():
            return {key: rounded(item, digits) for key, item in value.items()}
        case _:
            return value
