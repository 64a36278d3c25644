"""What is the symbol of a node, and which nodes does it lead to? The answer is an `Entry`.

The hash of a function or a class is made of its own normalised source, of what each name in it
stands for, and of its environment. It is *not* made of the hashes of the things named: each of
those is a symbol of its own. Example: the entry of `def f(): return g()` has the symbol `func:m:f`
and leads to the node of `g`. Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, NamedTuple

from pivot.errors import Place
from pivot.fingerprint.binding import Binding
from pivot.fingerprint.bytecode import code_names, code_text
from pivot.fingerprint.digest import Digest, Opaque
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.index import Source
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.manifest import Symbol
from pivot.fingerprint.marked import opaque_decorators, without_opaque
from pivot.fingerprint.names import uses_of
from pivot.fingerprint.nodes import (
    ClassNode,
    ConstNode,
    FunctionNode,
    ModuleNode,
    Node,
    OpaqueNode,
    OriginNode,
    RanNode,
    ScriptNode,
    SetupNode,
    SourceNode,
    ValueNode,
)
from pivot.fingerprint.plain import shown
from pivot.fingerprint.ran import KIND, WHOLE
from pivot.fingerprint.scopes import SUBCLASSES, read_use, use_texts, written_uses
from pivot.fingerprint.setup import Setup
from pivot.fingerprint.syntax import syntax_hash, without_defaults
from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pivot.fingerprint.binding import Binder
    from pivot.fingerprint.marked import Chain
    from pivot.fingerprint.references import Home
    from pivot.fingerprint.scripts import Scripts
    from pivot.fingerprint.sources import Defined
    from pivot.fingerprint.values import Values

_SEPARATOR = "\x1d"
_NOTHING = Digest("")
_SUBCLASSES = str(SUBCLASSES)


class Entry(NamedTuple):
    """A node's symbol, and the nodes that it names, some perhaps several times."""

    #: None for a node that only leads to others.
    symbol: Symbol | None
    nodes: tuple[Node, ...] = ()
    #: Whether what the node is could not be determined.
    unstable: bool = False
    #: The nodes of what is opaque: it is known, and doesn't count.
    hidden: tuple[Node, ...] = ()


class _Code(NamedTuple):
    """The source of a node, or what stands for it."""

    hash: str
    #: Their texts.
    uses: Sequence[str]
    place: Place | None
    #: Whether there ought to be a source, and it can't be found.
    lost: bool = False
    #: Gives the trees, in which there may be something opaque.
    trees: Callable[[], Sequence[ast.AST | None]] = tuple


class Symbols:
    """Makes the symbols of nodes."""

    def __init__(self, root: Path, binder: Binder, values: Values) -> None:
        self.root = root
        self.setup = Setup(binder)
        #: Made for the first script, which most pipelines don't have.
        self.scripts: Scripts | None = None
        self.binder = binder
        self.values = values
        self.references = values.references
        self.sources = values.references.sources
        self._makers: dict[type[Node], Callable[..., Entry]] = {
            FunctionNode: self._function,
            ClassNode: self._class,
            ConstNode: self._const,
            ModuleNode: self._module,
            OriginNode: self._origin,
            OpaqueNode: self._opaque,
            SourceNode: self._source,
            RanNode: self._ran,
            ScriptNode: self._script,
            SetupNode: self._setup,
            ValueNode: self._value,
        }
        #: File -> what people are shown of it.
        self._shown_files: dict[str, str] = {}
        #: Identity of a namespace -> its node, which keeps it.
        self._setup_nodes: dict[int, SetupNode] = {}

    def entry(self, node: Node) -> Entry:
        """Give the entry of a node."""
        return self._makers[type(node)](node)

    def _origin(self, node: OriginNode) -> Entry:
        origin = node.subject
        return Entry(Symbol(origin.kind, origin.name, origin.version))

    def _source(self, node: SourceNode) -> Entry:
        code = self._statements(node.subject, node.name)
        return self._entry(f"source:{node.module}:{node.name}", code, node.subject, _NOTHING)

    def _function(self, node: FunctionNode) -> Entry:
        function = node.subject
        environment = _NOTHING
        if node.environment:
            environment = self.values.digest_of(self.values.callables.environment(function))
        key = self.references.function_key(function)
        return self._entry(key, self._function_code(node), function.__globals__, environment)

    def _function_code(self, node: FunctionNode) -> _Code:
        code = self.references.code(node.subject)
        defined = self.references.defined(node.subject)
        if defined is None:
            # What was made by `exec` has no source; what lies in a file ought to have one.
            lost = Path(code.co_filename).is_absolute()
            uses = sorted(code_names(code))
            place = self._place(code.co_filename, code.co_firstlineno)
            return _Code(hash_text(code_text(code)), uses, place, lost)
        uses, cells = defined.use_texts, code.co_freevars
        if cells:
            # Names of the functions around it are in its cells, and so in its environment.
            uses = [text for text in uses if not _starts_in(text, cells)]
        place = self._place(code.co_filename, defined.line)
        return _Code(defined.hash, uses, place, trees=lambda: [defined.node])

    def _class(self, node: ClassNode) -> Entry:
        home = self.references.home(node.subject)
        environment = _NOTHING
        if node.environment:
            parts = self.values.classes.environment(node.subject, reduced=node.reduced)
            environment = self.values.digest_of(parts)
        code = self._class_code(node, home)
        key = self.references.class_key(node.subject)
        made = self._entry(key, code, home.namespace, environment)
        nodes: list[Node] = []
        if node.reduced:
            nodes += [
                _as_base(inner, node) if type(inner) is ClassNode else inner for inner in made.nodes
            ]
        if _SUBCLASSES in code.uses:
            nodes = [*(nodes or made.nodes), *self.binder.subclasses(node.subject)]
        return Entry(made.symbol, tuple(nodes), made.unstable) if nodes else made

    def _class_code(self, node: ClassNode, home: Home) -> _Code:
        cls, defined = node.subject, home.defined
        if defined is None:
            # Made by a call: `namedtuple(...)`, `type(...)`, `Enum(...)`.
            code = self._statements(home.namespace, cls.__name__)
            return code._replace(lost="__firstlineno__" in vars(cls))
        place = self._place(_file(home.namespace), defined.line)
        without = self.values.classes.elsewhere.fields(cls) if node.reduced else None
        if without:
            digest, uses = defined.without(without)
            return _Code(
                digest, use_texts(uses), place, trees=lambda: _reduced(defined.node, without)
            )
        return _Code(defined.hash, defined.use_texts, place, trees=lambda: [defined.node])

    def _opaque(self, node: OpaqueNode) -> Entry:
        subject, place = node.subject, None
        hidden: tuple[Node, ...] = ()
        if is_a(subject, FunctionType) and self.references.function_origin(subject) is None:
            hidden = (FunctionNode.of(subject),)
            code = self.references.code(subject)
            place = self._place(code.co_filename, code.co_firstlineno)
        elif is_a(subject, type) and self.references.origins.of_class(subject) is None:
            hidden = (ClassNode.of(subject, environment=True),)
            home = self.references.home(subject)
            if home.defined is not None:
                place = self._place(_file(home.namespace), home.defined.line)
        return Entry(Symbol("opaque", node.name, node.version, place), hidden=hidden)

    def _const(self, node: ConstNode) -> Entry:
        value = node.subject[node.name]
        found = self.values.digest(value)
        name = f"{node.module}:{node.name}"
        if found.opaque is Opaque.NO:
            place = self._statements_place(node.subject, node.name)
            symbol = Symbol("const", name, found.hash, place, shown(value))
            return Entry(symbol, (*found.nodes, self._setup_node(node.subject)))
        code = self._statements(node.subject, node.name)
        lost = found.opaque is Opaque.UNKNOWN and not code.hash
        return self._entry(f"const:{name}", code._replace(lost=lost), node.subject, found)

    def _statements(self, namespace: Mapping[str, object], name: str) -> _Code:
        """Give the statements that bind a global, as a stand-in for a value."""
        file = _file(namespace)
        source = self.sources.read(file) if file else None
        statements = source.statements(name) if source else []
        code = self._of_statements(file, statements)
        return code._replace(uses=[text for text in code.uses if read_use(text).path != (name,)])

    def _statements_place(self, namespace: Mapping[str, object], name: str) -> Place | None:
        file = _file(namespace)
        source = self.sources.read(file) if file else None
        line = source.first_line(name) if source else None
        return None if line is None else self._place(file, line)

    def _of_statements(self, file: str | None, statements: list[Defined]) -> _Code:
        digest = _SEPARATOR.join(one.hash for one in statements)
        uses = {text for one in statements for text in one.use_texts}
        place = self._place(file, statements[0].line) if statements else None
        return _Code(digest, sorted(uses), place, trees=lambda: [one.node for one in statements])

    def _ran(self, node: RanNode) -> Entry:
        key = f"{KIND}:{node.where}:{node.name}"
        file = _file(node.subject)
        source = self.sources.read(file) if file else None
        if source is None:
            return Entry(None)
        if node.name == WHOLE:
            whole = _Code(source.whole.hash, source.whole.use_texts, self._place(file, 1))
            return self._entry(key, whole, node.subject, _NOTHING)
        if not source.statements(node.name):
            return Entry(None)  # it is gone: the lock misses it
        return self._entry(key, self._statements(node.subject, node.name), node.subject, _NOTHING)

    def _script(self, node: ScriptNode) -> Entry:
        path = node.subject.path
        file = str(self.root / path)
        source = self.sources.read(file)
        if source is None:
            # Whatever it is, its text is known; and what isn't there is another one's error.
            return Entry(Symbol("script", path, _bytes_hash(file), self._place(file, 1)))
        if self.scripts is None:
            from pivot.fingerprint.scripts import Scripts

            self.scripts = Scripts(self.root, self.references.origins)
        symbol = Symbol("script", path, source.whole.hash, self._place(file, 1))
        return Entry(symbol, tuple(self.scripts.imported(node.subject, source)))

    def _module(self, node: ModuleNode) -> Entry:
        module = sys.modules.get(node.name)
        namespace = vars(module) if module else self.binder.unloaded.namespace(node.name) or {}
        file = _file(namespace)
        source = self.sources.read(file) if file else None
        uses = source.whole.use_texts if source and module is None else ()
        text = source.whole.hash if source else ""
        if module is None and source is None and file is not None:
            # What is no Python can't be imported, as long as it's this text.
            text = _bytes_hash(file)
        # A directory without __init__.py is a package without a source.
        code = _Code(text, uses, self._place(file, 1), lost=not text and file is not None)
        key = f"module:{self.references.module_name(namespace)}"
        bindings = self._contents(namespace) if module else self.binder.bind(uses, namespace)
        made = _entry(key, code, bindings)
        return made._replace(nodes=(*made.nodes, self._setup_node(namespace)))

    def _contents(self, namespace: Mapping[str, object]) -> list[Binding]:
        names = [name for name in namespace if not (name[:2] == name[-2:] == "__")]
        found = [(name, self.binder.global_name(namespace, name)) for name in sorted(names)]
        return [Binding(f"{name}={one.text}", one.nodes) for name, one in found]

    def _setup(self, node: SetupNode) -> Entry:
        inner = [self._setup_node(one) for one in self.setup.imports(node.subject)]
        statements = self.setup.statements(node.subject)
        if not statements:
            return Entry(None, tuple(inner))
        code = self._of_statements(_file(node.subject), statements)
        made = _entry(f"setup:{node.module}", code, self.binder.bind(code.uses, node.subject))
        return Entry(made.symbol, (*made.nodes, *inner))

    def _setup_node(self, namespace: Mapping[str, object]) -> Node:
        known = self._setup_nodes.get(identity_of(namespace))
        if known is None:
            known = SetupNode.of(namespace, self.references.module_name(namespace))
            self._setup_nodes[identity_of(namespace)] = known
        return known

    def _entry(
        self, key: str, code: _Code, namespace: Mapping[str, object], environment: Digest
    ) -> Entry:
        bindings = self.binder.bind(code.uses, namespace)
        if self.binder.marks:
            decorators = opaque_decorators(one.text for one in bindings)
            if decorators:
                code = self._without_opaque(code, decorators, key.partition(":")[0])
                bindings = self.binder.bind(code.uses, namespace)
        return _entry(key, code, bindings, environment, self._setup_node(namespace))

    def _without_opaque(self, code: _Code, decorators: Collection[Chain], kind: str) -> _Code:
        whole = kind in {"func", "class"}

        def emptied() -> Source | None:
            trees = code.trees()
            if None in trees:
                return None
            kept = [without_opaque(tree, decorators, whole=whole) for tree in trees if tree]
            uses = {use for tree in kept for use in uses_of(tree)}
            return Source(_SEPARATOR.join(map(syntax_hash, kept)), written_uses(sorted(uses)))

        chains = sorted(".".join(chain) for chain in decorators)
        key = " ".join(("whole" if whole else "emptied", code.hash, *chains))
        found = self.sources.index.derived(key, emptied)
        if found is None:
            return code  # the file has changed: what is known of it stays
        kept = set(use_texts(found.uses))
        uses = [text for text in code.uses if text in kept]
        return code._replace(hash=found.hash, uses=uses)

    def _value(self, node: ValueNode) -> Entry:
        found = self.values.digest(node.subject)
        symbol = Symbol("value", node.label, found.hash, None, shown(node.subject))
        return Entry(symbol, found.nodes, found.opaque is Opaque.UNKNOWN)

    def _place(self, file: str | None, line: int) -> Place | None:
        if file is None:
            return None
        shown = self._shown_files.get(file)
        if shown is None:
            # A pseudo-file such as <string> is no path.
            absolute = Path(file).is_absolute()
            shown = Path(os.path.relpath(file, self.root)).as_posix() if absolute else file
            self._shown_files[file] = shown
        return Place(shown, line)


def _starts_in(use: str, names: Collection[str]) -> bool:
    found = read_use(use)
    return not found.imported and found.path[0] in names


def _reduced(node: ast.AST | None, fields: AbstractSet[str]) -> list[ast.AST | None]:
    return [without_defaults(node, fields) if isinstance(node, ast.ClassDef) else node]


def _as_base(node: ClassNode, derived: ClassNode) -> Node:
    """Give the node of a base of a reduced class, to which its source leads as well, reduced."""
    is_base = any(base is node.subject for base in derived.subject.__mro__[1:])
    return node.of_reduced() if is_base else node


def _entry(
    key: str,
    code: _Code,
    bindings: Sequence[Binding],
    environment: Digest = _NOTHING,
    *more: Node,
) -> Entry:
    texts = {binding.text for binding in bindings}
    nodes = [node for binding in bindings for node in binding.nodes]
    digest = hash_text(_SEPARATOR.join((code.hash, *sorted(texts), environment.hash)))
    kind, _, name = key.partition(":")
    symbol = Symbol(kind, name, digest, code.place)
    return Entry(symbol, (*nodes, *environment.nodes, *more), code.lost)


def _bytes_hash(file: str) -> str:
    try:
        return hash_text(Path(file).read_bytes().decode("latin-1"))
    except OSError:
        return ""


def _file(namespace: Mapping[str, object]) -> str | None:
    file = namespace.get("__file__")
    return file if isinstance(file, str) else None
