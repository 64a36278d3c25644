"""Encoded parameters one by one: each value with its name, dotted where values are nested.

Two different sets of parameters never give the same names and values: what could be taken for
something else is quoted. Where the type of a field leaves the class of a model open, the class is a
value of its own, called `(class)`. Example: `{"optimizer": {"rate": 0.1}}` has one leaf,
`optimizer.rate`.

Tests: tests/stage_def/test_leaves.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

_AMBIGUOUS = frozenset('.("')
_CLASS = "(class)"


@frozen
class Leaf:
    """A value that is no mapping of others."""

    #: The names that lead to the value; to that of which it's the class.
    path: tuple[str, ...]
    name: str
    value: Json
    #: Whether the value is the class of what is at the path.
    is_class: bool = False

    @property
    def text(self) -> str:
        """The value as JSON, equal exactly when values are."""
        return json.dumps(self.value, sort_keys=True, ensure_ascii=False)


def leaves(
    params: Mapping[str, Json], path: tuple[str, ...] = (), prefix: str = ""
) -> Iterator[Leaf]:
    """Give the single values of encoded parameters, in order."""
    for key, value in params.items():
        plain = key and not _AMBIGUOUS.intersection(key)
        name = prefix + (key if plain else json.dumps(key, ensure_ascii=False))
        tag, body = untagged(value)
        if not isinstance(body, dict) or not body:
            yield Leaf((*path, key), name, value)
            continue
        if tag is not None:
            yield Leaf((*path, key), f"{name}.{_CLASS}", tag, is_class=True)
        yield from leaves(body, (*path, key), f"{name}.")


def untagged(value: Json) -> tuple[str | None, Json]:
    """Give the class that a value is tagged with, if it is, and the rest of the value.

    See `pivot.stage_def.encoding`.
    """
    if isinstance(value, dict) and len(value) == 1:
        ((key, body),) = value.items()
        if key.startswith("!") and not key.startswith("!!"):
            return key[1:], body
    return None, value
