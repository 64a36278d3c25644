"""What a file of metrics says: JSON, YAML, TOML, or CSV and TSV with a header and one row.

The suffix of its name tells the format; without one that is known, it is JSON. Example:
`read_metrics("scores.json", b'{"test": {"loss": 0.1}}')` is `{"test.loss": 0.1}`.
Tests: tests/metrics/test_reading.py.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
import re
import tomllib
from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError
from pivot.metrics.values import flatten
from pivot.plain_yaml import plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.metrics.values import Value

_INTEGER = re.compile(r"[+-]?\d+")
#: What YAML 1.1 takes for a text, but whoever wrote it for a number: 1e-3.
_EXPONENT = re.compile(r"[-+]?(?:\d[\d_]*)(?:\.[\d_]*)?[eE][-+]?\d+$")
_WORDS: Mapping[str, Value] = {"": None, "true": True, "false": False}


class MetricsFileError(PivotError):
    """A file of metrics, `path`, can't be understood, or can't be read at all."""

    def __init__(self, path: str, reason: str, hint: str | None = None) -> None:
        super().__init__(f"{path}: {reason}", hint=hint)
        self.path = path


def is_metrics_file(path: str) -> bool:
    """Say whether the name of a file is that of a format that metrics may have."""
    return _suffix(path) in _READERS


def read_metrics(path: str, data: bytes) -> dict[str, Value]:
    """Give the values in a file by their names, in its order; `path` is its name.

    Raises `MetricsFileError`.
    """
    read = _READERS.get(_suffix(path), _json)
    try:
        return dict(flatten(read(data.decode("utf-8-sig"))))
    except UnicodeDecodeError:
        raise MetricsFileError(path, "it is not UTF-8 text") from None
    except RecursionError:
        raise MetricsFileError(path, "it is nested too deeply") from None
    except ValueError as error:
        known = _suffix(path) in _READERS
        hint = None if known else "the suffix says what it is: .json, .yaml, .toml, .csv or .tsv"
        raise MetricsFileError(path, str(error), hint) from None


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"it is not valid JSON: {error.msg} ({place})") from None
    except ValueError:
        raise ValueError("it has a number that is too long to be read") from None


def _yaml(text: str) -> Any:
    import yaml  # only who has metrics in YAML pays for it

    class Loader(yaml.SafeLoader):
        """Reads numbers as everybody writes them."""

    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789"))
    try:
        return plain_value(text, Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValueError(f"it is not valid YAML: {error.problem or error.context}{place}") from None
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise ValueError(f"it is not valid YAML: {' '.join(str(error).split())}") from None


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not valid TOML: {error}") from None


def _csv(text: str) -> Any:
    return _row(text, ",")


def _tsv(text: str) -> Any:
    return _row(text, "\t")


def _row(text: str, delimiter: str) -> Any:
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise ValueError(f"it is not valid CSV: {error}") from None
    titles = lines[0] if lines else []
    rows = lines[1:]
    if len(rows) != 1:
        found = f"{len(rows) or 'no'} row{'' if len(rows) == 1 else 's'}"
        raise ValueError(
            f"it has {found}, and metrics have one, below a header; a series of numbers is a Plot"
        )
    if len(titles) != len(rows[0]):
        raise ValueError(f"its header has {len(titles)} columns, and its row {len(rows[0])}")
    # pandas writes its index in front, in a column without a name.
    unnamed = len(titles) > 1 and not titles[0]
    pairs = list(zip(titles, rows[0], strict=True))[unnamed:]
    if len(dict(pairs)) != len(pairs):
        raise ValueError("it has two columns of one name")
    return {title: _cell(cell) for title, cell in pairs}


def _cell(text: str) -> Value:
    stripped = text.strip()
    if stripped.lower() in _WORDS:
        return _WORDS[stripped.lower()]
    if "_" in stripped:
        return text  # for Python 1_000 would be a number
    try:
        return int(stripped) if _INTEGER.fullmatch(stripped) else float(stripped)
    except ValueError:
        return text


_READERS: Mapping[str, Callable[[str], Any]] = {
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".toml": _toml,
    ".csv": _csv,
    ".tsv": _tsv,
}
