"""What can a symbol be made of? A `Node` names one thing in the live program, before it's hashed.

Two nodes are the same exactly if they name the same thing, so a set of nodes holds each once; a
node keeps its subject alive, so that no other object can take its identity. Example: the global
`LIMIT` of `pipeline` is `ConstNode.of(vars(pipeline), "pipeline", "LIMIT")`.
Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from pivot.fingerprint.identity import identity_of
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from types import CodeType, FunctionType

    from pivot.fingerprint.origins import Origin
    from pivot.shell import Script


@frozen
class Node:
    """One thing in the live program."""

    identity: tuple[Hashable, ...]
    #: The thing itself; the subclasses say what type it has.
    subject: Any = field(compare=False, hash=False, repr=False)


@frozen
class FunctionNode(Node):
    """A function; with `environment`, its defaults, cells and attributes are part of it."""

    environment: bool

    @classmethod
    def of(cls, function: FunctionType) -> FunctionNode:
        """Name a function."""
        return cls(("func", identity_of(function)), function, True)

    @classmethod
    def of_code(cls, function: FunctionType, code: CodeType) -> FunctionNode:
        """Name just the code of a function, which others share that were made in its place."""
        parts = identity_of(code), identity_of(function.__globals__)
        return cls(("code", *parts), function, False)


@frozen
class ClassNode(Node):
    """A class; with `reduced`, the values that are tracked elsewhere are left out."""

    environment: bool
    reduced: bool

    @classmethod
    def of(cls, subject: type, *, environment: bool, reduced: bool = False) -> ClassNode:
        """Name a class."""
        identity = ("class", identity_of(subject), environment, reduced)
        return cls(identity, subject, environment, reduced)

    def of_reduced(self) -> ClassNode:
        """Give the node of the same class without the values that are tracked elsewhere."""
        return ClassNode.of(self.subject, environment=self.environment, reduced=True)


@frozen
class ConstNode(Node):
    """A global name that stands for a value; the subject is its namespace."""

    module: str
    name: str

    @classmethod
    def of(cls, namespace: Mapping[str, object], module: str, name: str) -> ConstNode:
        """Name a global."""
        return cls(("const", identity_of(namespace), name), namespace, module, name)


@frozen
class ModuleNode(Node):
    """A whole module, imported or not; it has no subject, being found by its name."""

    name: str

    @classmethod
    def of(cls, name: str) -> ModuleNode:
        """Name a module."""
        return cls(("module", name), None, name)


@frozen
class SourceNode(Node):
    """A global name of a module that isn't loaded; the subject stands for its namespace."""

    module: str
    name: str

    @classmethod
    def of(cls, namespace: Mapping[str, object], module: str, name: str) -> SourceNode:
        """Name a global by the source that binds it."""
        return cls(("source", module, name), namespace, module, name)


@frozen
class RanNode(Node):
    """Code that only running showed: a global name of a file, or all of it; see `ran`."""

    where: str
    name: str

    @classmethod
    def of(cls, namespace: Mapping[str, object], where: str, name: str) -> RanNode:
        """Name the source behind a key."""
        return cls(("ran", where, name), namespace, where, name)


@frozen
class ScriptNode(Node):
    """A file that another process runs; the subject says which, and where it imports from."""

    @classmethod
    def of(cls, script: Script) -> ScriptNode:
        """Name a script, or a file that one imports."""
        return cls(("script", script.path, script.base), script)


@frozen
class SetupNode(Node):
    """What importing a module does to others; the subject is its namespace."""

    module: str

    @classmethod
    def of(cls, namespace: Mapping[str, object], module: str) -> SetupNode:
        """Name a module's setup."""
        return cls(("setup", identity_of(namespace)), namespace, module)


@frozen
class OriginNode(Node):
    """Code of others, by its version; the subject is its origin."""

    @classmethod
    def of(cls, origin: Origin) -> OriginNode:
        """Name a distribution, or Python."""
        return cls((origin.kind, origin.name), origin)


@frozen
class OpaqueNode(Node):
    """What a version stands for that a person stated; see `marked`."""

    name: str
    version: str

    @classmethod
    def of(cls, subject: object, name: str, version: str) -> OpaqueNode:
        """Name an object, or the code of a function, that is not to be followed."""
        return cls(("opaque", identity_of(subject)), subject, name, version)


@frozen
class ValueNode(Node):
    """A value that was given as a root, under a label."""

    label: str

    @classmethod
    def of(cls, label: str, value: object) -> ValueNode:
        """Name a given value."""
        return cls(("value", label, identity_of(value)), value, label)
