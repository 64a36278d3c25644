"""What the value of a cell is, and when two values are the same.

Numbers are the same if they are equal, whatever their type: 1 and 1.0. NaN is the same as NaN, and
neither null nor 0; true is not 1. Lists and objects are the same item by item. What is the same has
one *canonical* form, a hashable value, and what is not has another. Example::

    same([1, float("nan")], [1.0, float("nan")])  # True
    same(0.1, 0.1001, tolerance=0.001)  # True

Tests: tests/test_values.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

_NUMBERS = (int, float, Decimal)
#: The commonest types of keys, which are canonical as they are.
_CANONICAL = frozenset({str, int, type(None)})


def same(old: object, new: object, tolerance: float = 0.0) -> bool:
    """Say whether two values are the same; two numbers may differ by `tolerance`."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, _NUMBERS):
        return isinstance(new, _NUMBERS) and _close(old, new, tolerance)
    if isinstance(old, Mapping):
        return isinstance(new, Mapping) and _same_items(
            cast("Mapping[Any, Any]", old), cast("Mapping[Any, Any]", new), tolerance
        )
    if isinstance(old, list | tuple):
        return isinstance(new, list | tuple) and _same_sequence(
            cast("Sequence[Any]", old), cast("Sequence[Any]", new), tolerance
        )
    return bool(old == new)


def _close(old: Any, new: Any, tolerance: float) -> bool:
    if old == new:
        return True
    if old != old or new != new:
        return bool(old != old and new != new)
    if not tolerance:
        return False
    if isinstance(old, Decimal) or isinstance(new, Decimal):
        old, new = Decimal(old), Decimal(new)
    try:
        return abs(old - new) <= tolerance
    except ArithmeticError:
        # Too far apart, or too large, to be subtracted.
        return False


def _same_items(old: Mapping[Any, Any], new: Mapping[Any, Any], tolerance: float) -> bool:
    return old.keys() == new.keys() and all(same(old[key], new[key], tolerance) for key in old)


def _same_sequence(old: Sequence[Any], new: Sequence[Any], tolerance: float) -> bool:
    return len(old) == len(new) and all(
        same(left, right, tolerance) for left, right in zip(old, new, strict=True)
    )


def canonical(value: Any) -> Hashable:
    """Give a hashable value that is equal to another's exactly when the two are the same."""
    if type(value) in _CANONICAL:
        return value
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, _NUMBERS):
        return value if value == value else ("nan",)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return ("object", frozenset((key, canonical(item)) for key, item in items))
    if isinstance(value, list | tuple):
        return ("list", *(canonical(item) for item in cast("Sequence[Any]", value)))
    return value
