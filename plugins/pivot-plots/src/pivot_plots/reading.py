"""What is in a plot's file: an image as its bytes, or a table of columns.

Tables are CSV and TSV with a header, and JSON: a list of objects, of lists or of numbers, an object
of lists, an object of numbers, or an object around one of these. Example::

    read_table("loss.json", b'[{"step": 0, "loss": 1.5}]')  # {"step": (0,), "loss": (1.5,)}

Tests: tests/test_reading.py.
"""

from __future__ import annotations

import csv
import io
import json
import math
import posixpath
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from pivot.errors import PivotError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    #: What a cell holds; None: nothing.
    type Cell = float | str | None
    #: Columns of one length by their names.
    type Table = Mapping[str, tuple[Cell, ...]]

#: The images that a browser shows, by suffix.
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".svg": "image/svg+xml",
}
_TABLES = {".csv": ",", ".tsv": "\t", ".json": None}
#: What a series is called that has no name.
VALUE = "value"


class PlotFileError(PivotError):
    """A plot's file, `path`, can't be drawn."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


def is_plot_file(path: str) -> bool:
    """Say whether the name of a file is that of something that can be drawn."""
    return image_type(path) is not None or _suffix(path) in _TABLES


def image_type(path: str) -> str | None:
    """Give the media type of an image by its name; None: it's no image."""
    return IMAGES.get(_suffix(path))


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()


def read_table(path: str, data: bytes) -> Table:
    """Give the columns of a table; raise `PlotFileError`."""
    suffix = _suffix(path)
    if suffix not in _TABLES:
        known = ", ".join(sorted([*IMAGES, *_TABLES]))
        raise PlotFileError(path, f"it can't be drawn: its name ends in none of {known}")
    try:
        text = data.decode("utf-8-sig")
        delimiter = _TABLES[suffix]
        table = _json(text) if delimiter is None else _delimited(text, delimiter)
    except UnicodeDecodeError:
        raise PlotFileError(path, "it is not UTF-8 text") from None
    except RecursionError:
        raise PlotFileError(path, "it is nested too deeply") from None
    except (ValueError, csv.Error) as error:
        raise PlotFileError(path, str(error)) from None
    return table


def _delimited(text: str, delimiter: str) -> Table:
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if not rows:
        raise ValueError("it is empty")
    titles, *lines = rows
    names = [title or f"column {number}" for number, title in enumerate(titles, 1)]
    if len(set(names)) < len(names):
        raise ValueError("it has two columns of one name")
    for number, line in enumerate(lines, 2):
        if len(line) != len(names):
            raise ValueError(f"row {number} has {len(line)} cells, and the header {len(names)}")
    return {name: tuple(_cell(line[n]) for line in lines) for n, name in enumerate(names)}


def _cell(text: str) -> Cell:
    stripped = text.strip()
    if not stripped:
        return None
    try:
        return text if "_" in stripped else float(stripped)
    except ValueError:
        return text


def _json(text: str) -> Table:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not valid JSON: {error.msg} (line {error.lineno})") from None
    table = _columns(found)
    while table is None and isinstance(found, dict):
        # A table may have others around it: {"roc": [{...}]}.
        inner = [
            one for one in cast("dict[str, Any]", found).values() if isinstance(one, list | dict)
        ]
        if len(inner) != 1:
            break
        found = inner[0]
        table = _columns(found)
    if table is None:
        raise ValueError("it has no series: a list of objects or numbers, or an object of lists")
    return table


def _columns(found: Any) -> Table | None:
    match found:
        case [dict(), *_] if all(isinstance(row, dict) for row in found):
            rows = cast("list[dict[str, Any]]", found)
            names = dict.fromkeys(name for row in rows for name in row)
            return {name: tuple(_plain(row.get(name)) for row in rows) for name in names}
        case [list(), *_] if len({len(row) if isinstance(row, list) else -1 for row in found}) == 1:
            return {
                f"column {n}": tuple(map(_plain, one))
                for n, one in enumerate(zip(*found, strict=True), 1)
            }
        case [*_] if found and all(_is_number(one) or one is None for one in found):
            return {VALUE: tuple(map(_plain, found))}
        case dict() if found:
            return _of_object(cast("dict[str, Any]", found))
        case _:
            return None


def _of_object(found: dict[str, Any]) -> Table | None:
    lists = {name: one for name, one in found.items() if isinstance(one, list)}
    flat = [name for name, one in lists.items() if not any(isinstance(i, list | dict) for i in one)]
    if flat and len(flat) == len(found) and len({len(lists[name]) for name in flat}) == 1:
        return {name: tuple(map(_plain, lists[name])) for name in flat}
    if all(_is_number(one) for one in found.values()):
        return {"name": tuple(found), VALUE: tuple(map(_plain, found.values()))}
    return None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if _is_number(value):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return json.dumps(value)


def is_numeric(column: Sequence[Cell]) -> bool:
    """Say whether a column has numbers, and nothing else but gaps."""
    return any(isinstance(c, float) for c in column) and not any(isinstance(c, str) for c in column)
