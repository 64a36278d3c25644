"""What `[tool.pivot]` of a `pyproject.toml` says. Tests: tests/config/test_toml_layer.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pivot.config.entry import Entry, read_file
from pivot.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    #: The full key of each header and assignment, and its line.
    type Lines = list[tuple[tuple[str, ...], int]]

_FILE = "pyproject.toml"
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_ASSIGNMENT = re.compile(r"""\s*([\w"'. \t-]+?)\s*=""")
_POSITION = re.compile(r"at line (\d+)")


def read_toml(root: Path) -> list[Entry]:
    """Give the entries of the project's `[tool.pivot]`; none if there's no such file or table."""
    data = read_file(root / _FILE, _FILE)
    # Most projects have the file and no such table: this saves them the parser.
    if data is None or "pivot" not in data:
        return []
    lines = _lines(data)
    try:
        flat = list(_flat(_table(data, lines), ()))
    except RecursionError:
        raise ConfigError("this is nested too deeply", where=Place(_FILE, 1)) from None
    return [Entry(key, value, Place(_FILE, _line_of(key, lines))) for key, value in flat]


def _table(text: str, lines: Lines) -> dict[str, Any]:
    # Late: most commands find no such table.
    import tomllib

    try:
        table = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ConfigError(f"not valid TOML: {error}", where=Place(_FILE, line)) from error
    settings = table.get("pivot", {}) if isinstance(table, dict) else {}
    if not isinstance(settings, dict):
        raise ConfigError("'tool.pivot' must be a table", where=Place(_FILE, _line_of("", lines)))
    return settings


def _flat(table: dict[str, Any], section: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        path = (*section, name)
        if isinstance(value, dict):
            yield from _flat(value, path)
        else:
            yield ".".join(path), value


def _lines(text: str) -> Lines:
    # Not a parser: good enough to point at a line of a text that has been parsed.
    found: Lines = []
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            found.append((table, number))
        elif assignment := _ASSIGNMENT.match(line):
            found.append(((*table, *_parts(assignment[1])), number))
    return found


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in key.split("."))


def _line_of(key: str, lines: Lines) -> int:
    """Give the line of the header or assignment that leads farthest towards a key."""
    wanted = ("tool", "pivot", *filter(None, key.split(".")))
    around = [(len(path), -number) for path, number in lines if path == wanted[: len(path)]]
    return -max(around)[1] if around else 1
