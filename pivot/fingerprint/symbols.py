"""What is the symbol of a node, and which nodes does it lead to? The answer is an `Entry`.

The hash of a function or a class is made of its own normalised source, of what each name in it
stands for, and of its environment. It is *not* made of the hashes of the things named: each of those
is a symbol of its own. Example: the entry of `def f(): return g()` has the symbol `func:m:f` and
leads to the node of `g`. Tests: tests/fingerprint/test_symbols.py.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from pivot.errors import Place
from pivot.fingerprint.digest import Digest, Opaque
from pivot.fingerprint.manifest import Symbol
from pivot.fingerprint.names import Use, uses_of
from pivot.fingerprint.nodes import (
    ClassNode,
    ConstNode,
    FunctionNode,
    ModuleNode,
    Node,
    OriginNode,
    ValueNode,
)
from pivot.fingerprint.origins import module_file
from pivot.fingerprint.plain import shown
from pivot.fingerprint.syntax import scalar_text, syntax_hash, without_defaults
from pivot.hashing import hash_text

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping

    from pivot.fingerprint.binding import Binder
    from pivot.fingerprint.sources import Defined
    from pivot.fingerprint.values import Values

_SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class Entry:
    """A node's symbol, and the nodes that it names."""

    symbol: Symbol
    nodes: tuple[Node, ...] = ()
    unstable: bool = False


class Symbols:
    """Makes the symbols of nodes."""

    def __init__(self, root: Path, binder: Binder, values: Values) -> None:
        self.root = root
        self.binder = binder
        self.values = values
        self.references = values.references
        self.sources = self.references.sources

    def entry(self, node: Node) -> Entry:
        """Give the entry of a node."""
        match node:
            case FunctionNode():
                return self._function(node)
            case ClassNode():
                return self._class(node)
            case ConstNode():
                return self._const(node)
            case ModuleNode():
                return self._module(node)
            case OriginNode(origin=origin):
                return Entry(Symbol(origin.kind, origin.name, origin.version))
            case ValueNode():
                return self._value(node)
            case _:
                raise TypeError(f"{node!r} is no kind of node")

    def _function(self, node: FunctionNode) -> Entry:
        function = node.function
        name = self.references.function_key(function).partition(":")[2]
        defined = self.references.defined(function)
        code = function.__code__
        if defined is not None:
            inner = frozenset(code.co_freevars)
            uses = [use for use in defined.uses if use.imported or use.path[0] not in inner]
            own, place = defined.hash, self._place(code.co_filename, defined.line)
        else:
            uses = [Use((name,)) for name in sorted(_code_names(code))]
            own, place = (
                hash_text(code_text(code)),
                self._place(code.co_filename, code.co_firstlineno),
            )
        environment = (
            self.values.digest(self.values.callables.environment(function))
            if node.environment
            else None
        )
        # What was written to be executed has no source; what lies in a file ought to have one.
        lost = defined is None and Path(code.co_filename).is_absolute()
        return self._entry(
            "func", name, place, own, uses, function.__globals__, environment, lost=lost
        )

    def _class(self, node: ClassNode) -> Entry:
        cls = node.cls
        classes = self.values.classes
        name = self.references.class_key(cls).partition(":")[2]
        namespace = self.references.namespace(cls) or {}
        defined = classes.defined(cls)
        environment = (
            self.values.digest(classes.environment(cls, reduced=node.reduced))
            if node.environment
            else None
        )
        if defined is None:
            statements = self._statements(namespace, cls.__name__)
            own = _SEPARATOR.join(statement.hash for statement in statements)
            uses = [
                use
                for statement in statements
                for use in statement.uses
                if use.path != (cls.__name__,)
            ]
            place = self._place_of_statement(namespace, statements)
            lost = "__firstlineno__" in vars(cls)
        else:
            tree: ast.ClassDef = defined.node  # pyright: ignore[reportAssignmentType] - `find_class` gives classes
            own, uses, lost = defined.hash, list(defined.uses), False
            without = classes.elsewhere.get(cls, frozenset()) if node.reduced else frozenset()
            if without:
                tree = without_defaults(tree, without)
                own, uses = syntax_hash(tree), list(uses_of(tree))
            place = self._place(self._file(namespace), defined.line)
        return self._entry("class", name, place, own, uses, namespace, environment, lost=lost)

    def _const(self, node: ConstNode) -> Entry:
        value = node.namespace[node.name]
        found = self.values.digest(value)
        statements = self._statements(node.namespace, node.name)
        place = self._place_of_statement(node.namespace, statements)
        name = f"{node.module}:{node.name}"
        if found.opaque is Opaque.NO:
            return Entry(Symbol("const", name, found.hash, place, shown(value)), found.nodes)
        own = _SEPARATOR.join(statement.hash for statement in statements)
        uses = [
            use for statement in statements for use in statement.uses if use.path != (node.name,)
        ]
        lost = found.opaque is Opaque.UNKNOWN and not statements
        return self._entry("const", name, place, own, uses, node.namespace, found, lost=lost)

    def _module(self, node: ModuleNode) -> Entry:
        module = sys.modules.get(node.name)
        found = self.binder.origins.find(node.name) if module is None else None
        file = module_file(module) if module else found and found.file
        source = self.sources.read(file) if file else None
        own = source.whole.hash if source else ""
        nodes: dict[Node, None] = {}
        if module is not None:
            namespace = vars(module)
            texts = []
            for name in sorted(namespace):
                if not (name.startswith("__") and name.endswith("__")):
                    binding = self.binder.global_name(namespace, name)
                    texts.append(f"{name}={binding.text}")
                    nodes.update(dict.fromkeys(binding.nodes))
            name = self.references.module_name(namespace)
        else:
            package = node.name if found and found.directories else node.name.rpartition(".")[0]
            uses = source.whole.uses if source else ()
            bindings = list(self.binder.bind(uses, {"__package__": package, "__name__": node.name}))
            texts = [binding.text for binding in bindings]
            nodes.update((inner, None) for binding in bindings for inner in binding.nodes)
            name = node.name
        place = self._place(file, 1) if file else None
        # A directory without __init__.py is a package without a source.
        lost = source is None and file is not None
        digest = hash_text(_SEPARATOR.join((own, *texts)))
        return Entry(Symbol("module", name, digest, place), tuple(nodes), lost)

    def _value(self, node: ValueNode) -> Entry:
        found = self.values.digest(node.value)
        symbol = Symbol("value", node.label, found.hash, None, shown(node.value))
        return Entry(symbol, found.nodes, found.opaque is Opaque.UNKNOWN)

    def _entry(
        self,
        kind: str,
        name: str,
        place: Place | None,
        own: str,
        uses: Iterable[Use],
        namespace: Mapping[str, object],
        environment: Digest | None,
        *,
        lost: bool,
    ) -> Entry:
        bindings = list(self.binder.bind(uses, namespace))
        texts = sorted({binding.text for binding in bindings})
        digest = hash_text(_SEPARATOR.join((own, *texts, environment.hash if environment else "")))
        nodes = {node: None for binding in bindings for node in binding.nodes}
        nodes.update(dict.fromkeys(environment.nodes if environment else ()))
        return Entry(Symbol(kind, name, digest, place), tuple(nodes), lost)

    def _statements(self, namespace: Mapping[str, object], name: str) -> list[Defined]:
        file = self._file(namespace)
        source = self.sources.read(file) if file else None
        return source.statements(name) if source else []

    def _place_of_statement(
        self, namespace: Mapping[str, object], statements: list[Defined]
    ) -> Place | None:
        file = self._file(namespace)
        return self._place(file, statements[0].line) if file and statements else None

    def _file(self, namespace: Mapping[str, object]) -> str | None:
        file = namespace.get("__file__")
        return file if isinstance(file, str) else None

    def _place(self, file: str | None, line: int) -> Place | None:
        if file is None:
            return None
        if not os.path.isabs(file):  # noqa: PTH117 - a pseudo-file such as <string> is no path
            return Place(file, line)
        return Place(Path(os.path.relpath(file, self.root)).as_posix(), line)


def code_text(code: CodeType) -> str:
    """Give a text for code without source: what it does, without lines and paths."""
    constants = [
        code_text(constant) if isinstance(constant, CodeType) else _constant_text(constant)
        for constant in code.co_consts
    ]
    signature = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return scalar_text(
        (code.co_name, signature, code.co_code, code.co_exceptiontable, names, constants)
    )


def _constant_text(constant: object) -> str:
    if isinstance(constant, frozenset):
        return f"frozenset {sorted(map(scalar_text, constant))}"
    return scalar_text(constant)


def _code_names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _code_names(constant)
    return names
