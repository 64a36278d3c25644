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
from typing import TYPE_CHECKING

from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

type FunctionSyntax = ast.FunctionDef | ast.AsyncFunctionDef
type Definition = FunctionSyntax | ast.ClassDef | ast.Lambda

_MEANINGLESS_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_END = ")"
_SEPARATOR = "\x1f"


def syntax_hash(node: ast.AST) -> str:
    """Give the hash of a tree's normalised text."""
    return hash_text(normalised(node))


def normalised(node: ast.AST) -> str:
    """Give the text that two trees share exactly when they mean the same.

    The walk keeps its own stack: an `elif` chain of a thousand branches is a thousand levels deep.
    """
    parts: list[str] = []
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.AST):
            if isinstance(item, ast.Constant):
                parts.append(f"{type(item.value).__name__}:{scalar_text(item.value)}")
                continue
            parts.append(type(item).__name__)
            stack.append(_Text(_END))
            for name in reversed(_fields(type(item))):
                _push_field(stack, name, getattr(item, name, None))
        elif isinstance(item, _Text):
            parts.append(item)
        else:
            parts.append(scalar_text(item))
    return _SEPARATOR.join(parts)


class _Text(str):
    """Something to be copied into the result as it is."""

    __slots__ = ()


def _push_field(stack: list[object], name: str, value: object) -> None:
    if isinstance(value, list):
        items = [item for item in value if not _has_no_effect(item)]
        if items:
            stack.append(_Text("]"))
            # None stands for "no default" in kw_defaults and for `**` in dict keys.
            stack.extend(reversed(items))
            stack.append(_Text(f"{name}["))
    elif value is not None:
        stack.append(value)
        stack.append(_Text(name))


def _has_no_effect(statement: object) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass)


@functools.cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    return tuple(sorted(name for name in kind._fields if name not in _MEANINGLESS_FIELDS))


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
