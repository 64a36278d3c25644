"""Functions and values as bytes, to be sent to a process that may not know them.

What can be imported by name is sent as its name. Lambdas, nested functions, and everything of
`__main__` is sent whole, with what it refers to (cloudpickle). Example::

    loads(dumps(lambda x: x + 1))(1)  # 2

Tests: tests/executors/test_payload.py.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from typing import TYPE_CHECKING

from pivot.errors import PivotError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How deep to look for the part of a value that can't be pickled.
_DEPTH = 8


class PayloadError(PivotError):
    """Something can't be turned into bytes, or back."""


def dumps(value: object) -> bytes:
    """Give the bytes of a value; raise `PayloadError` that names the part that has none."""
    plain = _plain(value)
    if plain is not None:
        return plain
    # Late: only what really runs needs it.
    import cloudpickle

    try:
        return cloudpickle.dumps(value)
    except Exception as error:
        part, reason = _culprit(value, _label(value), error, _DEPTH)
        raise PayloadError(
            f"{part} can't be sent to a worker: {reason}",
            hint="make it where it's used, in the function itself, or put it into a module",
        ) from error


def _plain(value: object) -> bytes | None:
    """Give a value's pickle, if all in it can be imported where it's unpacked; None if not.

    That takes a fifth of the time of cloudpickle, which would write the same.
    """
    wanted = sys.modules.get("cloudpickle")
    if wanted is not None and wanted.list_registry_pickle_by_value():
        return None
    try:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - cloudpickle may know better, or tell why not
        return None
    return None if b"__main__" in data else data


def loads(data: bytes) -> object:
    """Give the value of bytes that `dumps` made; raise `PayloadError` with the reason."""
    try:
        return pickle.loads(data)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise PayloadError(f"a worker can't unpack what it was sent: {reason}") from error


def _culprit(value: object, label: str, error: Exception, depth: int) -> tuple[str, str]:
    """Follow what can't be pickled to its smallest part; give that part's name and the reason."""
    import cloudpickle

    for part_label, part in _parts(value) if depth else ():
        try:
            cloudpickle.dumps(part)
        except Exception as part_error:  # noqa: BLE001 - pickling runs any code and may raise anything
            return _culprit(part, f"{part_label} of {label}", part_error, depth - 1)
    return label, str(error) or type(error).__name__


def _parts(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return [(f"the entry {key!r}", part) for key, part in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        return [(f"the item {index}", part) for index, part in enumerate(value)]
    return [(f"{name!r}", part) for name, part in _named_parts(value).items()]


def _named_parts(value: object) -> dict[str, object]:
    code = getattr(value, "__code__", None)
    if code is None:
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        present = {name: getattr(value, name) for name in slots if hasattr(value, name)}
        return {**present, **getattr(value, "__dict__", {})}
    variables = getattr(value, "__globals__", {})
    named: dict[str, object] = {
        name: variables[name] for name in code.co_names if name in variables
    }
    for name, cell in zip(code.co_freevars, getattr(value, "__closure__", None) or (), strict=True):
        with contextlib.suppress(ValueError):  # a variable without a value has an empty cell
            named[name] = cell.cell_contents
    return named


def _label(value: object) -> str:
    name = getattr(value, "__qualname__", None) or f"a {type(value).__qualname__}"
    return f"{name!r}" if callable(value) else str(name)
