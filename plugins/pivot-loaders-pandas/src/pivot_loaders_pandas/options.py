"""Options of loaders as authors write them, and as a frozen loader keeps them.

The options of a loader are hashable, so that lists become tuples, and mappings tuples of pairs that
do not depend on their order. Example: `frozen_map({"b": "int64", "a": "str"})` is
`(("a", "str"), ("b", "int64"))`. Tests: tests/test_options.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

#: A column's type, in any form that pandas takes: "int64", "category", float, ...
type ColumnType = Any
#: A column, by its name or its position.
type Column = str | int


def frozen_list(given: Any) -> Any:
    """Give a list or a set of values as a tuple, and all else as it is."""
    if isinstance(given, set | frozenset):
        return tuple(sorted(cast("set[Any]", given), key=_order))
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        return tuple(cast("Iterable[Any]", given))
    return given


def frozen_map(given: Any) -> Any:
    """Give a mapping as sorted pairs, its values being lists or not, and all else as it is."""
    if not isinstance(given, Mapping):
        return given
    pairs = cast("Mapping[Any, Any]", given).items()
    return tuple(
        (key, frozen_list(value)) for key, value in sorted(pairs, key=lambda p: _order(p[0]))
    )


def thawed(kept: Any) -> Any:
    """Give a tuple of pairs as a dict, any other tuple as a list, and all else as it is."""
    if not isinstance(kept, tuple):
        return kept
    items = cast("tuple[Any, ...]", kept)
    if items and all(isinstance(item, tuple) for item in items):
        return {key: thawed(value) for key, value in items}
    return list(items)


def listed(kept: Any) -> list[Any]:
    """Give the columns that an option names: none, one or several."""
    if kept is None or isinstance(kept, bool):
        return []
    return list(cast("tuple[Any, ...]", kept)) if isinstance(kept, tuple) else [kept]


def _order(key: object) -> tuple[str, Any]:
    return type(key).__name__, key
