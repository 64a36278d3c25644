"""What does any value consist of? Each kind of value is asked about at the door that knows it.

The doors, in order: plain values (`plain`), things with a name of their own (`references`),
callables (`callables`), classes (`classes`), what belongs to the process (`runtime`), instances
(`instances`). Example: `Values(...).digest({"a": 1}).hash`.
Tests: tests/fingerprint/edits/values.toml.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Digest, Parts, digest, new_leaves
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.runtime import runtime_parts

if TYPE_CHECKING:
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

    def digest(self, value: object) -> Digest:
        """Digest any value."""
        return self.digest_of(self.take_apart(value))

    def digest_of(self, parts: Parts) -> Digest:
        """Digest what was taken apart already."""
        return digest(parts, self.take_apart, self._leaves)

    def take_apart(self, value: object) -> Parts:
        """Take a value apart by one level."""
        if type(value) is Parts:
            return value
        plain = self.plain.take_apart(value)
        if plain is not None:
            return plain
        reference = self.references.reference(value)
        if reference is not None:
            return Parts(reference.name, nodes=reference.nodes)
        opaque = self.references.opaque(value)
        if opaque is not None and not is_a(value, FunctionType):
            return Parts(opaque.name, nodes=opaque.nodes)
        return (
            self.callables.take_apart(value)
            or self.classes.take_apart(value)
            or runtime_parts(value)
            or self.instances.take_apart(value)
        )
