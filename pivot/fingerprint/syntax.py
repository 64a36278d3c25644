"""What does a piece of source mean, whatever it looks like? The answer is a text to be hashed.

The text is the syntax tree without what can't matter: positions, comments, formatting,
docstrings, `pass`, type comments, contexts, and empty fields - a field that a newer Python adds is
empty in older code, so the text is the same under every supported Python. Example:
`x  =  1 # one` and `x = 1` both give `Assign targets [ Name id 'x ) ] value int:1 )`, more or less.
Tests: tests/fingerprint/test_syntax.py.
"""

from __future__ import annotations

import ast
import copy
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_MEANINGLESS_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
#: Nodes without any name, number or node in them: operators, and whether a name is read or bound.
_BARE = (ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context)
_DEFINING = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})
_SEPARATOR = "\x1f"
_END = ")"


def syntax_hash(node: ast.AST) -> str:
    """Give the hash of a tree's normalised text."""
    return hash_text(normalised(node))


def syntax_hashes(tree: ast.Module) -> dict[ast.AST, str]:
    """Give the hashes of a module, of its statements, and of all definitions and lambdas in it.

    What has no effect (a docstring, `pass`) has no hash. The text of what lies within is a part of
    the text around it, so that one walk is enough.
    """
    found: dict[ast.AST, str] = {}
    for statement in tree.body:
        if not has_no_effect(statement):
            marks: list[_Mark] = []
            parts = _parts(statement, marks)
            found[statement] = hash_text(_SEPARATOR.join(parts))
            for mark in marks:
                if mark.node is not statement:
                    text = _SEPARATOR.join(parts[mark.begin : mark.end])
                    found[mark.node] = hash_text(text)
    whole = [found[statement] for statement in tree.body if statement in found]
    found[tree] = hash_text(_SEPARATOR.join(whole))
    return found


def normalised(node: ast.AST) -> str:
    """Give the text that two trees share exactly when they mean the same."""
    return _SEPARATOR.join(_parts(node, []))


@dataclass(slots=True, eq=False)
class _Mark:
    """Where the text of a definition or a lambda begins and ends."""

    node: ast.AST
    begin: int
    end: int = 0


def _parts(node: ast.AST, marks: list[_Mark]) -> list[str]:
    """Give the text of a tree in parts, and mark what is defined in it.

    The walk keeps its own stack: an `elif` chain of a thousand branches is a thousand levels deep.
    """
    parts: list[str] = []
    # Nodes still to be written, and texts that are ready; the next one is at the end.
    stack: list[ast.AST | str | _Mark] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if isinstance(item, _Mark):
            item.end = len(parts)
            continue
        kind = item.__class__
        if kind in _DEFINING:
            marks.append(_Mark(item, len(parts)))
            stack.append(marks[-1])
        parts.append(kind.__name__)
        stack.append(_END)
        values = item.__dict__
        for name in _fields(kind):
            value = values.get(name)
            if isinstance(value, list):
                _push_list(stack, name, value)
            elif isinstance(value, ast.AST):
                stack.append(_leaf(value) or value)
                stack.append(name)
            elif value is not None or kind is ast.Constant:
                stack.append(f"{name} {type(value).__name__} {scalar_text(value)}")
    return parts


def children(node: ast.AST) -> list[ast.AST]:
    """Give the nodes right below a node, without those that can hold nothing of interest."""
    found: list[ast.AST] = []
    values = node.__dict__
    for name in _fields(type(node)):
        value = values.get(name)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _BARE):
            found.append(value)
    return found


def _push_list(stack: list[ast.AST | str | _Mark], name: str, values: list[object]) -> None:
    items = [item for item in values if not has_no_effect(item)]
    if not items:
        return
    stack.append("]")
    for item in reversed(items):
        if isinstance(item, ast.AST):
            stack.append(_leaf(item) or item)
        else:
            # A name in `global a, b`, or None for "no default" and for `**` in a dict.
            stack.append(scalar_text(item))
    stack.append(f"{name}[")


def _leaf(node: ast.AST) -> str | None:
    """Give the text of the commonest nodes at once."""
    if isinstance(node, ast.Name):
        return f"Name {node.id}"
    if isinstance(node, ast.Constant):
        return f"Constant {type(node.value).__name__} {scalar_text(node.value)}"
    return None


def has_no_effect(statement: object) -> bool:
    """Say whether something in a block is a docstring, another bare constant, or `pass`."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass)


@functools.cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Give the names of the fields that count, sorted backwards, whatever order Python has."""
    return tuple(sorted(set(kind._fields) - _MEANINGLESS_FIELDS, reverse=True))


def scalar_text(value: object) -> str:
    """Give the ASCII text of a number, a string, bytes or None; the same under every Python."""
    try:
        return ascii(value)
    except ValueError:
        # An integer with more digits than Python will turn into decimal.
        return hex(value) if isinstance(value, int) else "?"


def without_defaults(node: ast.ClassDef, fields: AbstractSet[str]) -> ast.ClassDef:
    """Give a class body in which the named fields have lost their default values."""
    if not fields:
        return node
    body: list[ast.stmt] = []
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) if name in fields:
                changed = ast.AnnAssign(
                    target=statement.target,
                    annotation=statement.annotation,
                    value=None,
                    simple=statement.simple,
                )
                body.append(ast.copy_location(changed, statement))
            case ast.Assign(targets=[ast.Name(id=name)]) if name in fields:
                continue
            case _:
                body.append(statement)
    reduced = copy.copy(node)
    reduced.body = body
    return reduced
