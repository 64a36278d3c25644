"""What does a source file define, and where? The answer is a `SourceFile`, parsed once.

A *definition* is a function, a class or a lambda. Its *label* names it within its module: the
qualified name (`Model.fit`), made unique where several share it - for a lambda by the statement it
stands in and its position there (`DISPATCH.<lambda>.2`), else by the hash of its syntax. Line
numbers find a definition, but are never part of a label or a hash.

A file that was edited after it was imported is not the source of what runs. `SourceFile.find` tells
by compiling the file: the code object in question must come out equal. Example::

    SourceFiles().read("/project/pipeline.py").find(train.__code__).label  # 'train'

Tests: tests/fingerprint/test_sources.py.
"""

from __future__ import annotations

import ast
import functools
import importlib.machinery
import importlib.util
import linecache
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from pivot.fingerprint.names import uses_of, uses_of_module
from pivot.fingerprint.statements import (
    BLOCKS,
    bound_names,
    concerned_names,
    imported,
    is_skipped,
    touched_names,
)
from pivot.fingerprint.syntax import syntax_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.fingerprint.scopes import Use

_LAMBDA = "<lambda>"


@dataclass(slots=True, eq=False)
class Defined:
    """A piece of source, with what is computed from it when it's first asked for."""

    node: ast.AST
    label: str
    line: int
    _hash: str | None = field(default=None, repr=False)
    _uses: tuple[Use, ...] | None = field(default=None, repr=False)

    @property
    def hash(self) -> str:
        """The hash of the normalised syntax."""
        if self._hash is None:
            self._hash = syntax_hash(self.node)
        return self._hash

    @property
    def uses(self) -> tuple[Use, ...]:
        """The names that come from outside."""
        if self._uses is None:
            node = self.node
            self._uses = uses_of_module(node) if isinstance(node, ast.Module) else uses_of(node)
        return self._uses


class SourceFile:
    """One parsed file."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.tree = ast.parse(text)
        #: The file as a whole.
        self.whole = Defined(self.tree, "", 1)
        #: Identity of a code object -> what was found; the object is kept, and so its identity.
        self._found: dict[tuple[int, bool], tuple[Defined | None, CodeType]] = {}

    def find(self, code: CodeType, *, verbatim: bool) -> Defined | None:
        """Give the definition that a code object was compiled from, None if it isn't here.

        With `verbatim` the file must still compile to that very code.
        """
        # By identity: to hash a code object, Python reads all of it.
        known = self._found.get((id(code), verbatim))
        if known is None:
            found = self._find(code) if not verbatim or code in self._codes else None
            known = self._found[id(code), verbatim] = found, code
        return known[0]

    def find_class(self, qualname: str, line: int | None) -> Defined | None:
        """Give a class by its qualified name and, if it's known, the line where it begins."""
        places = self._classes.get(qualname, ())
        return next((found for found in places if line in {None, _first_line(found.node)}), None)

    def labels_at(self, name: str, line: int) -> list[str]:
        """Give the labels of the functions of a name that begin in a line; lambdas: all of them."""
        if name == _LAMBDA:
            return [one.label for one in self._lambdas.get(line, ())]
        return [one.label for found, one in self._by_line.get(line, ()) if found == name]

    def names_at(self, line: int) -> list[str]:
        """Give the global names that the top-level statement around a line binds, sorted."""
        for first, last, names in self._spans:
            if first <= line <= last:
                return names
        return []

    def binds_otherwise(self, name: str) -> bool:
        """Say whether anything but an import binds a global name."""
        return name in self._bound

    def statements(self, name: str) -> list[Defined]:
        """Give the top-level statements that bind or change a global name."""
        return self._statements.get(name, [])

    def imported_as(self, name: str) -> list[Use]:
        """Give what an import at the top level may have bound a global name to."""
        return self._imported.get(name, [])

    def imported_by_star(self, name: str) -> list[Use]:
        """Give what a star import at the top level may have bound a global name to."""
        return [replace(use, path=(name,)) for use in self._imported.get("*", ())]

    def _find(self, code: CodeType) -> Defined | None:
        if code.co_name == _LAMBDA:
            return self._find_lambda(code)
        places = self._by_line.get(code.co_firstlineno, ())
        return next((found for name, found in places if name == code.co_name), None)

    def _find_lambda(self, code: CodeType) -> Defined | None:
        found = self._lambdas.get(code.co_firstlineno, [])
        if len(found) > 1:
            # Python marks what stands for no source (the start of a function) with column 0, 0.
            spots = [spot for spot in code.co_positions() if None not in spot and spot[3]]
            found = [one for one in found if all(_covers(_body(one.node), spot) for spot in spots)]
        return min(found, key=lambda one: _extent(one.node), default=None)

    @functools.cached_property
    def _codes(self) -> frozenset[CodeType]:
        try:
            top = compile(self.tree, self.file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()
        found: set[CodeType] = set()
        todo = [top]
        while todo:
            code = todo.pop()
            found.add(code)
            todo.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))
        return frozenset(found)

    @functools.cached_property
    def _definitions(self) -> list[Defined]:
        return list(_definitions(self.tree))

    @functools.cached_property
    def _by_line(self) -> Mapping[int, list[tuple[str, Defined]]]:
        found: dict[int, list[tuple[str, Defined]]] = {}
        for one in _made_unique([one for one in self._definitions if not _is_class(one)]):
            name = getattr(one.node, "name", "")
            found.setdefault(_first_line(one.node), []).append((name, one))
        return found

    @functools.cached_property
    def _classes(self) -> Mapping[str, list[Defined]]:
        found: dict[str, list[Defined]] = {}
        for one in filter(_is_class, self._definitions):
            found.setdefault(one.label, []).append(one)
        return found

    @functools.cached_property
    def effects(self) -> list[tuple[Defined, set[str]]]:
        """The top-level statements that are there for an effect, with the names it may touch."""
        found = [(Defined(node, "", node.lineno), touched_names(node)) for node in self._executed]
        return [(one, names) for one, names in found if names]

    @functools.cached_property
    def imports(self) -> list[Use]:
        """What the module imports at its top level."""
        return [use for node in self._executed for _, use in imported(node)]

    @functools.cached_property
    def _bound(self) -> frozenset[str]:
        return frozenset[str]().union(*map(bound_names, self.tree.body))

    @functools.cached_property
    def _imported(self) -> Mapping[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for node in self._executed:
            for name, use in imported(node):
                found.setdefault(name, []).append(use)
        return found

    @functools.cached_property
    def _executed(self) -> list[ast.stmt]:
        return [node for node in self.tree.body if not is_skipped(node)]

    @functools.cached_property
    def _statements(self) -> Mapping[str, list[Defined]]:
        found: dict[str, list[Defined]] = {}
        for node in self.tree.body:
            one = Defined(node, "", node.lineno)
            for name in concerned_names(node):
                found.setdefault(name, []).append(one)
        return found

    @functools.cached_property
    def _spans(self) -> list[tuple[int, int, list[str]]]:
        """The lines of each top-level statement, and the names that it binds."""
        return [
            (_first_line(node), node.end_lineno or node.lineno, sorted(bound_names(node)))
            for node in self.tree.body
        ]

    @functools.cached_property
    def _lambdas(self) -> Mapping[int, list[Defined]]:
        found: dict[int, list[Defined]] = {}
        for one in _made_unique([one for node in self.tree.body for one in _lambdas(node)]):
            found.setdefault(one.line, []).append(one)
        return found


class SourceFiles:
    """Reads and parses files, each once for a content."""

    def __init__(self) -> None:
        self._files: dict[str, SourceFile | None] = {}

    def read(self, file: str) -> SourceFile | None:
        """Give a file as it is on disk now; None if it can't be read or is no Python."""
        if file not in self._files:
            text = _text(file)
            self._files[file] = None if text is None else _parse(text, file)
        return self._files[file]


@functools.lru_cache(maxsize=512)
def _parse(text: str, file: str) -> SourceFile | None:
    try:
        return SourceFile(text, file)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _text(file: str) -> str | None:
    try:
        return importlib.util.decode_source(Path(file).read_bytes())
    except (OSError, SyntaxError, UnicodeError, ValueError):
        # A notebook's cells are in no file; IPython enters them in linecache, without a time.
        match linecache.cache.get(file):
            case (_, None, lines, _):
                return "".join(lines)
            case _:
                return None


def compiled_verbatim(loader: object) -> bool:
    """Say whether a module's loader compiles the source as it stands (some rewrite it first)."""
    plain = importlib.machinery.SourceFileLoader.source_to_code
    return loader is None or getattr(type(loader), "source_to_code", None) is plain


def _first_line(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else getattr(node, "lineno", 1)


def _definitions(tree: ast.Module) -> Iterator[Defined]:
    """Give every function and class, labelled with its qualified name."""
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, prefix = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            label = prefix + node.name
            yield Defined(node, label, node.lineno)
            prefix = f"{label}." if isinstance(node, ast.ClassDef) else f"{label}.<locals>."
        # Expressions hold no definitions but lambdas, and needn't be entered.
        inner = (child for name in BLOCKS for child in getattr(node, name, ()))
        stack.extend((child, prefix) for child in inner)


def _is_class(one: Defined) -> bool:
    return isinstance(one.node, ast.ClassDef)


def _made_unique(found: list[Defined]) -> list[Defined]:
    """Let no two definitions share a label.

    The last one keeps it, being what the name stands for in the end; `_` stands for nothing.
    """
    taken: set[str] = set()
    for one in sorted(found, key=lambda one: one.line, reverse=True):
        if one.label in taken or one.label.rpartition(".")[2] == "_":
            one.label = f"{one.label}#{one.hash[:8]}"
        taken.add(one.label)
    return found


def _lambdas(statement: ast.stmt) -> Iterator[Defined]:
    nodes = [node for node in ast.walk(statement) if isinstance(node, ast.Lambda)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    for number, node in enumerate(nodes):
        label = f"{_statement_name(statement)}.{_LAMBDA}" + (f".{number}" if number else "")
        yield Defined(node, label, node.lineno)


def _body(node: ast.AST) -> ast.AST:
    return node.body if isinstance(node, ast.Lambda) else node


def _statement_name(statement: ast.stmt) -> str:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return f"#{syntax_hash(statement)[:8]}"


def _covers(node: ast.AST, spot: tuple[int | None, ...]) -> bool:
    line, end_line, column, end_column = spot
    begin = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    end = (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0))
    return begin <= (line, column) and (end_line, end_column) <= end


def _extent(node: ast.AST) -> tuple[int, int]:
    lines = getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0)
    return lines, getattr(node, "end_col_offset", 0) - getattr(node, "col_offset", 0)
