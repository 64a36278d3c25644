"""What does any value consist of? Each kind of value is asked about at the door that knows it.

The doors, in order: plain values (`plain`), things with a name of their own (`references`),
callables (`callables`), classes (`classes`), what belongs to the process (`runtime`), instances
(`instances`). Example: `Values(...).digest({"a": 1}).hash`.
Tests: tests/fingerprint/cases/values.toml.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Digest, Name, Parts, digest, new_leaves
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.likeness import of_parts
from pivot.fingerprint.references import NAMED
from pivot.fingerprint.runtime import runtime_parts
from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pivot.fingerprint.callables import Callables
    from pivot.fingerprint.classes import Classes
    from pivot.fingerprint.instances import Instances
    from pivot.fingerprint.plain import Plain
    from pivot.fingerprint.references import References


class Values:
    """Digests values."""

    def __init__(
        self,
        references: References,
        plain: Plain,
        callables: Callables,
        classes: Classes,
        instances: Instances,
    ) -> None:
        self.references = references
        self.plain = plain
        self.callables = callables
        self.classes = classes
        self.instances = instances
        self._leaves = new_leaves()
        #: Identity of a thing -> its name, if it has one of its own.
        self._names: dict[int, Name] = {}
        #: What values share that are alike in all -> their digest.
        self._alike: dict[Hashable, Digest] = {}
        #: Type -> the door for its values.
        self._doors: dict[type, Callable[[object], Parts | None]] = {}

    def digest(self, value: object) -> Digest:
        """Digest any value."""
        likeness = self.instances.likeness(value)
        if likeness is None:
            return self._digest(self.take_apart(value))
        if likeness not in self._alike:
            self._alike[likeness] = self._digest(self.take_apart(value))
        return self._alike[likeness]

    def digest_of(self, parts: Parts) -> Digest:
        """Digest what was taken apart already."""
        if not parts.children:
            return digest(parts, self.take_apart)
        # Functions with the same defaults, classes with the same bases are many.
        likeness = of_parts(parts, self._names)
        if likeness is None:
            return self._digest(parts)
        found = self._alike.get(likeness)
        if found is None:
            found = self._alike[likeness] = self._digest(parts)
        return found

    def _digest(self, parts: Parts) -> Digest:
        return digest(parts, self.take_apart, self._leaves, self._names)

    def take_apart(self, value: object) -> Parts:
        """Take a value apart by one level."""
        if type(value) is Parts:
            return value
        kind = type(value)
        door = self._doors.get(kind)
        if door is None:
            door = self._doors[kind] = self._door(value)
        return door(value) or self.instances.take_apart(value)

    def _door(self, value: object) -> Callable[[object], Parts | None]:
        """Give the door that knows values of a type; the value itself makes no difference."""
        kind = type(value)
        if self.plain.take_apart(value) is not None:
            return self.plain.take_apart
        if issubclass(kind, NAMED):
            return self._named
        inner = self._inner_door(value)

        def unless_opaque(value: object) -> Parts | None:
            return self._opaque(value) or inner(value)

        return unless_opaque

    def _inner_door(self, value: object) -> Callable[[object], Parts | None]:
        if self.callables.knows(type(value)):
            return self.callables.take_apart
        return runtime_parts if runtime_parts(value) else self.instances.take_apart

    def _opaque(self, value: object) -> Parts | None:
        opaque = self.references.opaque(value)
        return None if opaque is None else Parts(opaque.name, nodes=opaque.nodes)

    def _named(self, value: object) -> Parts | None:
        """Take apart what may have a name of its own."""
        reference = self.references.reference(value)
        if reference is not None:
            found = hash_text(reference.name), reference.nodes, value
            self._names[identity_of(value)] = found
            return Parts(reference.name, nodes=reference.nodes)
        opaque = None if is_a(value, FunctionType) else self._opaque(value)
        return opaque or self.callables.take_apart(value) or self.classes.take_apart(value)
