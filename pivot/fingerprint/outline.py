"""What does a source file define, bind and import? An `Outline` says it without the syntax tree.

An outline is plain data - texts, numbers, tuples, lists, dicts - so that it can be kept and loaded
again. Its *pieces* are the file as a whole, every definition (a function, a class, a lambda), and
every other top-level statement; each has a hash and uses. A piece is known by its number, which is
its place in the order of `pieces_of`. The *label* of a definition names it within its module: the
qualified name (`Model.fit`), made unique where several share it - for a lambda by the statement it
stands in and its position there (`DISPATCH.<lambda>.2`), else by the hash of its syntax. Line
numbers find a definition, but are never part of a label or a hash.

Example: in the outline of `K = 1`, the piece number `outline.statements["K"][0]` is that statement.
Tests: tests/fingerprint/test_outline.py and tests/fingerprint/test_sources.py.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from pivot.fingerprint.names import uses_in_module, uses_of
from pivot.fingerprint.scopes import written_uses
from pivot.fingerprint.statements import (
    BLOCKS,
    bound_names,
    concerned_names,
    imported,
    is_skipped,
    touched_names,
)
from pivot.fingerprint.syntax import syntax_hashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


LAMBDA = "<lambda>"

#: Of a lambda: first line and column of its body, last ones, and the lines and columns of itself.
type Extent = tuple[int, int, int, int, int, int]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: The commonest statements of those that hold no others.
_SIMPLE = (ast.Assign, ast.Expr, ast.Return, ast.AnnAssign, ast.AugAssign, ast.Raise, ast.Import)


class Piece(NamedTuple):
    """A piece of source."""

    #: "" of a statement, and of the whole file.
    label: str
    line: int
    hash: str
    #: As `written_uses` writes them: a tenth of the time that loading tuples takes.
    uses: str
    #: Of a function: the number of the class whose body it is a statement of, else None.
    within: int | None = None
    extent: Extent | None = None


class Outline(NamedTuple):
    """What there is in a file; numbers stand for pieces."""

    #: The first one is the whole file. As plain tuples: a `Piece` is made of one when it's needed.
    pieces: list[tuple[Any, ...]]
    #: First line, that of a decorator if there's one -> name and number of each function.
    functions: dict[int, list[tuple[str, int]]]
    #: Qualified name -> first line and number of each class.
    classes: dict[str, list[tuple[int, int]]]
    #: Line -> lambdas.
    lambdas: dict[int, list[int]]
    #: Global name -> the top-level statements that bind it, or may change what it stands for.
    statements: dict[str, list[int]]
    #: The top-level statements that are there for an effect, with the names that it may touch.
    effects: list[tuple[int, list[str]]]
    #: What the module imports at its top level, with the name that is bound to it, or "*", or "".
    imports: list[tuple[str, str]]
    #: The names that anything but an import binds at the top level.
    bound: list[str]
    #: First line, last line and bound names of each top-level statement.
    spans: list[tuple[int, int, list[str]]]


def outline(tree: ast.Module) -> tuple[Outline, list[ast.AST]]:
    """Give the outline of a file, and the nodes of its pieces."""
    outliner = _Outliner(tree)
    return outliner.outline(), outliner.nodes


def pieces_of(tree: ast.Module) -> list[ast.AST]:
    """Give the node of each piece, by its number."""
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return _pieces(tree, _definitions(tree), lambdas)


def _pieces(
    tree: ast.Module, definitions: Iterable[_Definition], lambdas: Iterable[ast.Lambda]
) -> list[ast.AST]:
    statements = [node for node in tree.body if not isinstance(node, (*_FUNCTIONS, ast.ClassDef))]
    ordered = sorted(lambdas, key=lambda node: (node.lineno, node.col_offset))
    return [tree, *(one.node for one in definitions), *ordered, *statements]


class _Outliner:
    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.hashes = syntax_hashes(tree)
        self.uses = uses_in_module(tree)
        self.lambdas = self._lambdas_by_statement()
        self.definitions = list(_definitions(tree))
        inner = [node for found in self.lambdas.values() for node in found]
        self.nodes = _pieces(tree, self.definitions, inner)
        self.numbers = {node: number for number, node in enumerate(self.nodes)}
        self.labels: dict[ast.AST, str] = {}
        self.within: dict[ast.AST, int] = {}

    def outline(self) -> Outline:
        functions, classes = self._functions_and_classes()
        lambdas = self._lambdas()
        executed = [node for node in self.tree.body if not is_skipped(node)]
        bound = {node: sorted(bound_names(node)) for node in self.tree.body}
        return Outline(
            [tuple(self._piece(node)) for node in self.nodes],
            functions,
            classes,
            lambdas,
            self._statements(),
            [(self.numbers[node], sorted(names)) for node, names in _effects(executed)],
            [(name, written_uses([use])) for node in executed for name, use in imported(node)],
            sorted(set[str]().union(*bound.values())),
            [(first_line(node), last_line(node), names) for node, names in bound.items()],
        )

    def _piece(self, node: ast.AST) -> Piece:
        return Piece(
            self.labels.get(node, ""),
            getattr(node, "lineno", 1),
            self.hashes.get(node, ""),
            # Where nothing is evaluated (annotations in a function), names aren't looked for.
            written_uses(self.uses.get(node) or uses_of(node)),
            self.within.get(node),
            _extent(node) if isinstance(node, ast.Lambda) else None,
        )

    def _functions_and_classes(
        self,
    ) -> tuple[dict[int, list[tuple[str, int]]], dict[str, list[tuple[int, int]]]]:
        classes: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        found: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]] = []
        for node, label, owner in self.definitions:
            if isinstance(node, ast.ClassDef):
                self.labels[node] = label
                classes[label].append((first_line(node), self.numbers[node]))
                continue
            found.append((node, label))
            if isinstance(owner, ast.ClassDef):
                self.within[node] = self.numbers[owner]
        functions: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for node in self._label(found):
            functions[first_line(node)].append((node.name, self.numbers[node]))
        return dict(functions), dict(classes)

    def _lambdas_by_statement(self) -> dict[ast.stmt, list[ast.Lambda]]:
        found: dict[ast.stmt, list[ast.Lambda]] = {node: [] for node in self.tree.body}
        current: list[ast.Lambda] = []
        # The hashes of a statement come before those of what is in it.
        for node in self.hashes:
            if isinstance(node, ast.stmt) and node in found:
                current = found[node]
            elif isinstance(node, ast.Lambda):
                current.append(node)
        return found

    def _lambdas(self) -> dict[int, list[int]]:
        named: list[tuple[ast.Lambda, str]] = []
        for statement, nodes in self.lambdas.items():
            nodes.sort(key=lambda node: (node.lineno, node.col_offset))
            for number, node in enumerate(nodes):
                label = f"{self._statement_name(statement)}.{LAMBDA}"
                named.append((node, f"{label}.{number}" if number else label))
        found: defaultdict[int, list[int]] = defaultdict(list)
        for node in self._label(named):
            found[node.lineno].append(self.numbers[node])
        return dict(found)

    def _label[T: (ast.FunctionDef | ast.AsyncFunctionDef, ast.Lambda)](
        self, named: list[tuple[T, str]]
    ) -> list[T]:
        """Label definitions so that no two share a label.

        The last one keeps it, being what the name stands for in the end; `_` stands for nothing.
        """
        taken: set[str] = set()
        for node, name in sorted(named, key=lambda one: one[0].lineno, reverse=True):
            label = name
            if label in taken or label.rpartition(".")[2] == "_":
                label = f"{label}#{self.hashes[node][:8]}"
            taken.add(label)
            self.labels[node] = label
        return [node for node, _ in named]

    def _statement_name(self, statement: ast.stmt) -> str:
        match statement:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                return name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name
            case _:
                return f"#{self.hashes[statement][:8]}"

    def _statements(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for node in self.tree.body:
            for name in sorted(concerned_names(node)):
                found[name].append(self.numbers[node])
        return dict(found)


def _effects(statements: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, set[str]]]:
    for node in statements:
        names = touched_names(node)
        if names:
            yield node, names


class _Definition(NamedTuple):
    """A function or a class, its qualified name, and the node right around it."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    label: str
    around: ast.AST


def _definitions(tree: ast.Module) -> Iterator[_Definition]:
    stack: list[tuple[ast.AST, str, ast.AST]] = [(tree, "", tree)]
    while stack:
        node, prefix, around = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            label = prefix + node.name
            yield _Definition(node, label, around)
            prefix = f"{label}." if isinstance(node, ast.ClassDef) else f"{label}.<locals>."
        # Expressions hold no definitions but lambdas, and needn't be entered.
        if not isinstance(node, _SIMPLE):
            inner = (child for name in BLOCKS for child in getattr(node, name, ()))
            stack.extend((child, prefix, node) for child in inner)


def first_line(node: ast.AST) -> int:
    """Give the line where a node begins, decorators included."""
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else getattr(node, "lineno", 1)


def last_line(node: ast.stmt) -> int:
    """Give the line where a statement ends."""
    return node.end_lineno or node.lineno


def _extent(node: ast.Lambda) -> Extent:
    body = node.body
    end = (body.end_lineno or 0, body.end_col_offset or 0)
    size = (node.end_lineno or 0) - node.lineno, (node.end_col_offset or 0) - node.col_offset
    return (body.lineno, body.col_offset, *end, *size)
