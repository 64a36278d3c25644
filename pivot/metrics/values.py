"""The values in a file of metrics, one by one: each with its name, dotted where they are nested.

A list is one value, as is an empty mapping. A key with a dot in it is quoted, so that two values
never have one name. Example: `{"test": {"loss": 0.1}}` has the one value `test.loss`.
Tests: tests/metrics/test_values.py.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any, TypeGuard, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a file can hold: as JSON, and the numbers that JSON has no word for.
type Value = bool | int | float | str | list[Value] | dict[str, Value] | None

_AMBIGUOUS = frozenset('."')
#: Python writes no number in decimal that has more than 4300 digits, but YAML reads it from hex.
_MOST_BITS = 4300 * 3


def flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Give the single values of what a parser gave; that of a file with one value has no name."""
    if not isinstance(value, dict) or not value:
        yield prefix, plain(value)
        return
    for key, item in cast("dict[Any, Any]", value).items():
        name = _key(key)
        yield from flatten(item, f"{prefix}.{name}" if prefix else name)


def _key(key: Any) -> str:
    text = key if isinstance(key, str) else str(plain(key))
    return text if text and not _AMBIGUOUS.intersection(text) else json.dumps(text)


def plain(value: Any) -> Value:
    """Give a value of YAML or TOML as JSON would have it: dates as texts, sets as lists.

    Raises `ValueError` for a number that is too long.
    """
    match value:
        case int() if value.bit_length() > _MOST_BITS:
            raise ValueError("it has a number that is too long to be read")
        case None | bool() | int() | float() | str():
            return value
        case dict():
            items = cast("dict[Any, Any]", value).items()
            return {str(plain(key)): plain(item) for key, item in items}
        case list() | tuple() | set():
            return [plain(item) for item in cast("list[Any]", value)]
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def is_number(value: Value) -> TypeGuard[int | float]:
    """Say whether a value can be reckoned with."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_json(value: Any) -> Any:
    """Give a value for a JSON document: infinite numbers, and what is none, as texts."""
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [as_json(item) for item in cast("list[Any]", value)]
        case dict():
            return {key: as_json(item) for key, item in cast("dict[str, Any]", value).items()}
        case _:
            return value
