"""Does a version that a person stated stand for some code? What is *opaque* is not followed.

Marked with `pivot.opaque` is an object, or what a function is written in: the class of a method,
the function around a nested one. In source that no live object is at hand for, the decorator tells.
Example: with `@pivot.opaque(version="3") class Model`, `stated_version(Model.fit)` is "3". Tests:
tests/fingerprint/test_opaque.py.
"""

from __future__ import annotations

import ast
import copy
from types import FunctionType
from typing import TYPE_CHECKING, override

from pivot.fingerprint.kinds import is_a
from pivot.opacity import opaque_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import CodeType

type Chain = tuple[str, ...]

#: What the names of the decorator stand for: bound by an import, or reached through the package.
DECORATORS = ("=pivot.opacity:opaque", "=pivot:opaque")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_opaque(value: object) -> bool:
    """Say whether a version stands for an object, or for the code that a function is part of."""
    return stated_version(value) is not None


def stated_version(value: object) -> str | None:
    """Give the version that stands for an object, None if it is to be followed."""
    version = opaque_version(value)
    if version is not None or not is_a(value, FunctionType):
        return version
    return version_around(value, value.__code__)


def version_around(function: FunctionType, code: CodeType) -> str | None:
    """Give the version of the class or function that a function is written in, if it's marked."""
    if "." not in code.co_qualname:
        return None
    first, *rest = code.co_qualname.split(".")
    found: object = function.__globals__.get(first)
    for name in rest:
        version = opaque_version(found)
        # What has the name now may have been defined anew, after the function.
        if version is not None and _begins(found) <= code.co_firstlineno:
            return version
        if not is_a(found, type):
            break
        found = vars(found).get(name)
    return None


def _begins(definition: object) -> int:
    if is_a(definition, FunctionType):
        return definition.__code__.co_firstlineno
    return getattr(definition, "__firstlineno__", 0)


def opaque_decorators(bindings: Iterable[str]) -> frozenset[Chain]:
    """Give the chains of names that stand for the decorator, among the texts of bindings."""
    found = [text.partition("=")[0] for text in bindings if text.endswith(DECORATORS)]
    return frozenset(tuple(use.split(".")) for use in found)


def without_opaque(node: ast.AST, decorators: Collection[Chain], *, whole: bool) -> ast.AST:
    """Give a tree in which opaque definitions have lost all but their names and decorators.

    If `whole`, the tree itself is no such definition, whatever its decorators are.
    """
    emptier = _Emptier(decorators)
    tree = copy.deepcopy(node)
    return emptier.inside(tree) if whole else emptier.visit(tree)


class _Emptier(ast.NodeTransformer):
    def __init__(self, decorators: Collection[Chain]) -> None:
        self.decorators = decorators
        self.inside = super().generic_visit

    @override
    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, _DEFINITIONS) and any(map(self._marks, node.decorator_list)):
            empty = ast.ClassDef(node.name, body=[ast.Pass()], decorator_list=node.decorator_list)
            return ast.copy_location(empty, node)
        return self.inside(node)

    def _marks(self, decorator: ast.expr) -> bool:
        return isinstance(decorator, ast.Call) and _chain(decorator.func) in self.decorators


def _chain(node: ast.expr) -> Chain:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()
