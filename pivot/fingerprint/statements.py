"""What does a top-level statement do? It binds names, changes what they stand for, or imports.

Example: `K = 1` *binds* the name `K`; `K[0] = f()` and `K.append(1)` *touch* it; all of them
*concern* it. Tests: tests/fingerprint/test_statements.py.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeIs

from pivot.fingerprint.scopes import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The fields of a statement that hold statements, or what holds statements.
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def concerned_names(statement: ast.stmt) -> set[str]:
    """Give the global names that a top-level statement binds, or whose values it may change."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name.partition(".")[0] for alias in names}
        case ast.Assign(targets=targets):
            return {name for target in targets for name in _mentioned(target)}
        case ast.AnnAssign(target=target):
            return _mentioned(target)
        case _:
            # A call may change what it is given; a branch or a loop may bind anything in it.
            inner = (ast.Import, ast.ImportFrom, *_DEFINITIONS)
            bound = (concerned_names(one) for one in flat(statement) if isinstance(one, inner))
            return _mentioned(statement).union(*bound)


def bound_names(statement: ast.stmt) -> set[str]:
    """Give the global names that a top-level statement binds by anything but an import."""
    names: set[str] = set()
    for node in flat(statement):
        if isinstance(node, _DEFINITIONS):
            names.add(node.name)
            continue
        outside = [value for name, value in ast.iter_fields(node) if name not in BLOCKS]
        parts = (part for value in outside for part in _walk(value))
        names.update(part.id for part in parts if _is_stored(part))
    return names


def touched_names(statement: ast.stmt) -> set[str]:
    """Give the names that a top-level statement calls for an effect, or assigns to a part of."""
    names: set[str] = set()
    for node in flat(statement):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name("setattr" | "delattr"), args=[part, *_])):
                names.add(_first_name(part))
            case ast.Expr(value=ast.Call(func=called)):
                names.add(_first_name(called))
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                names.update(map(_first_name, filter(_is_part, targets)))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target) if _is_part(target):
                names.add(_first_name(target))
            case _:
                pass
    return names - {""}


def imported(statement: ast.stmt) -> Iterator[tuple[str, Use]]:
    """Give what a top-level statement imports, with the name that is bound to it, or `*`."""
    for node in flat(statement):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    first = alias.name.partition(".")[0]
                    yield alias.asname or first, Use((), alias.name if alias.asname else first)
                    # `import a.b` binds `a`, and imports `a.b` without giving it a name.
                    yield "", Use((), alias.name)
            case ast.ImportFrom(names=names):
                for alias in names:
                    path = () if alias.name == "*" else (alias.name,)
                    yield alias.asname or alias.name, Use(path, node.module or "", node.level)
            case _:
                pass


def is_skipped(statement: ast.stmt) -> bool:
    """Say whether a statement is only for type checkers, or for running the file as a script."""
    match statement:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False


def flat(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Give a top-level statement, and those inside of it that are executed when it is."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, _DEFINITIONS):
            todo.extend(child for name in BLOCKS for child in getattr(node, name, ()))


def _mentioned(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _walk(value: object) -> Iterator[ast.AST]:
    for node in value if isinstance(value, list) else [value]:
        if isinstance(node, ast.AST):
            yield from ast.walk(node)


def _is_stored(node: ast.AST) -> TypeIs[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_part(target: ast.expr) -> bool:
    return isinstance(target, (ast.Attribute, ast.Subscript))


def _first_name(node: ast.expr) -> str:
    """Give the name that an expression like `a.b(c)[d].e` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
