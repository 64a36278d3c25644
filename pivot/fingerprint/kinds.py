"""Is a value of a type, whatever it says of itself? A mock may claim to be another thing.

`isinstance` also asks the value for its `__class__`, and that may be anybody's code. Example:
`is_a(Mock(spec=Path), Path)` is False. Tests: tests/fingerprint/test_kinds.py.
"""

from __future__ import annotations

from typing import TypeIs


def is_a[T](value: object, kind: type[T]) -> TypeIs[T]:
    """Say whether the type of a value is a type, or derived from it."""
    return issubclass(type(value), kind)
