"""How does a symbol's source read? The answer, an *excerpt*, is written anew from its syntax tree.

It is for people: comments, docstrings and formatting are left out, as they are from hashes, so that
the difference between two excerpts shows what counts. A function or a class is its definition, a
constant the top-level statements that bind or change it. Example: of the file `K = 2  # two`, the
excerpt of `const:m:K` is `K = 2`. Tests: tests/fingerprint/test_excerpts.py.
"""

from __future__ import annotations

import ast
import functools
import io
import textwrap
import tokenize
from typing import TYPE_CHECKING

from pivot.fingerprint.ran import WHOLE
from pivot.fingerprint.statements import concerned_names, is_skipped, touched_names
from pivot.fingerprint.syntax import has_no_effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

type _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BODIES = ("body", "orelse", "finalbody")
_LAMBDA = "<lambda>"
#: The width at which a display or a call gets a line for each of its items.
_WIDTH = 88


def excerpt(text: bytes, kind: str, name: str, line: int | None = None) -> str | None:
    """Give the source of the symbol `kind:name` in the text of a file, None if it isn't there.

    `line` is where it begins; without one, a definition is found by its qualified name.
    """
    found: Sequence[ast.AST] = ()
    try:
        tree = _parsed(text)
        found = _nodes(tree, kind, name.rpartition(":")[2], line)
        return "\n".join(_written(node) for node in found) or None
    except (SyntaxError, ValueError, MemoryError):
        return None
    except RecursionError:
        # A tree that is too deep to be written: as it stands in the file, then.
        return _raw(text, found) or None


@functools.lru_cache(maxsize=32)
def _parsed(text: bytes) -> ast.Module:
    return ast.parse(text)


def _nodes(tree: ast.Module, kind: str, label: str, line: int | None) -> Sequence[ast.AST]:
    match kind:
        case "opaque":
            return ()  # only its version counts
        case "module" | "script":
            return [tree]
        case "setup":
            return [node for node in tree.body if touched_names(node) and not is_skipped(node)]
        case "ran" if label == WHOLE:
            return [tree]
        case "const" | "source" | "ran":
            return _statements(tree, label)
        case _ if _LAMBDA in label:
            return _lambda(tree, label, line)
        case _:
            # A class may be made by a call: `namedtuple(...)`.
            return _definition(tree, label, line) or _statements(tree, label.partition(".")[0])


def _statements(tree: ast.Module, name: str) -> Sequence[ast.AST]:
    return [node for node in tree.body if name in concerned_names(node)]


def _definition(tree: ast.Module, label: str, line: int | None) -> Sequence[ast.AST]:
    plain = label.partition("#")[0]
    found = [node for qualname, node in _definitions(tree) if qualname == plain]
    # What a name stands for in the end is what it was given last.
    return [node for node in found if line in {None, node.lineno}][-1:]


def _definitions(tree: ast.Module) -> Iterator[tuple[str, _Definition]]:
    """Give every function and class with its qualified name, in the order of the source."""
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, prefix = stack.pop()
        if isinstance(node, _DEFINITIONS):
            yield prefix + node.name, node
            inner = "." if isinstance(node, ast.ClassDef) else ".<locals>."
            prefix = f"{prefix}{node.name}{inner}"
        stack.extend((child, prefix) for child in reversed(list(ast.iter_child_nodes(node))))


def _lambda(tree: ast.Module, label: str, line: int | None) -> Sequence[ast.AST]:
    """Give the lambda of a label; its number counts those of the statement that it stands in."""
    statement, _, number = label.partition(f".{_LAMBDA}")
    for node in tree.body if line else _statements(tree, statement):
        found = [inner for inner in ast.walk(node) if isinstance(inner, ast.Lambda)]
        found.sort(key=lambda inner: (inner.lineno, inner.col_offset))
        here = [inner for inner in found if line in {None, inner.lineno}]
        if here:
            position = number.removeprefix(".")
            return found[int(position) :][:1] if position.isdecimal() else here[:1]
    return ()


def _written(node: ast.AST) -> str:
    # The tree may be asked for again: doing this to it twice changes nothing.
    for inner in ast.walk(node):
        for name in _BODIES:
            body = getattr(inner, name, None)
            if isinstance(body, list):
                kept = [one for one in body if not has_no_effect(one)]
                setattr(inner, name, kept or (body and [ast.Pass()]))
    return "\n".join(part for line in ast.unparse(node).splitlines() for part in _split(line))


def _split(line: str) -> list[str]:
    """Give a long line as several: one for each item of its largest pair of brackets."""
    if len(line) <= _WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    commas = _commas(line.strip())
    if len(commas) <= 1:
        return [line]
    cuts = zip([0, *commas], [*commas, None], strict=True)
    first, *items, last = (line.strip()[begin:end].strip() for begin, end in cuts)
    parts = (part for item in items for part in _split(f"{indent}    {item}"))
    return [indent + first, *parts, indent + last]


def _commas(line: str) -> list[int]:
    """Give where to cut a line: after the largest outer bracket and its commas, before its end."""
    groups: list[list[int]] = []
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            if token.type != tokenize.OP:
                continue
            if token.string in "([{":
                depth += 1
                if depth == 1:
                    groups.append([token.end[1]])
            elif token.string in ")]}":
                depth -= 1
                if depth == 0:
                    groups[-1].append(token.start[1])
            elif token.string == "," and depth == 1:
                groups[-1].append(token.end[1])
    except (tokenize.TokenError, SyntaxError, IndexError):
        return []
    return max(groups, key=lambda group: group[-1] - group[0], default=[])


def _raw(text: bytes, nodes: Sequence[ast.AST]) -> str:
    lines = text.decode("utf-8", "replace").splitlines()
    spans = ((getattr(node, "lineno", 1), getattr(node, "end_lineno", None)) for node in nodes)
    return "\n".join(textwrap.dedent("\n".join(lines[begin - 1 : end])) for begin, end in spans)
