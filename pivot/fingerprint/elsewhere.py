"""Which defaults of which classes are tracked elsewhere? They do not count here.

The values of parameters are compared by themselves: whether a default changed or an override, only
the value matters. A class may inherit a field, so its bases are concerned as well. But a class is
only *reduced* by its fields as long as nothing but an annotation, or the root itself, names it:
code that makes instances on its own gets the defaults. Example: `Elsewhere({Params: {"rate"}})`
leaves the 1 out of `class Params: rate: int = 1`. Tests: tests/fingerprint/test_elsewhere.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.fingerprint.identity import identity_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: frozenset[str] = frozenset()


class Elsewhere:
    """Knows the fields; asks classes for nothing, not even for their hash."""

    def __init__(self, fields: Mapping[type, frozenset[str]]) -> None:
        self._fields: dict[int, frozenset[str]] = {}
        #: What keeps the identities from being taken by other classes.
        self._classes = tuple(fields)
        for cls, names in fields.items():
            for base in cls.__mro__:
                self._fields[identity_of(base)] = self.fields(base) | names

    def fields(self, cls: type) -> frozenset[str]:
        """Give the fields of a class that are tracked elsewhere."""
        return self._fields.get(identity_of(cls), _NONE)
