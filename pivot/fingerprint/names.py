"""Which names of the world around it does a piece of source use? The answer is a set of `Use`.

A *use* is a chain of names that begins outside of the source: `helper`, or `settings.limits.LOW`.
Names that a function binds itself (parameters, assignments, loops, nested definitions) are its own
and are left out; a function-local import is followed to the module it names. Nested functions,
comprehensions and lambdas are part of the source. Example: in ::

    def f(x):
        from pkg import tools as t
        return [t.clean(y, LIMIT) for y in x]

the uses are `pkg` -> `tools.clean` and `LIMIT`. Where it can't be known whether a name is outside,
it counts as outside: that costs a needless run at worst. Tests: tests/fingerprint/test_names.py.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Functions whose argument names a module.
_IMPORT_FUNCTIONS = frozenset({"import_module", "__import__"})
#: Functions that evaluate a text, and methods of data frames that take names in one as `@name`.
_EVALUATORS = frozenset({"eval", "exec"})
_FRAME_EVALUATORS = frozenset({"eval", "query"})
_AT_NAME = re.compile(r"@([^\W\d]\w*)")
#: Subscripts in annotations whose texts are no annotations themselves.
_TEXT_SUBSCRIPTS = frozenset({"Literal", "Annotated"})


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A chain of names that starts in the globals, or in an imported module."""

    #: Of a global chain all names; of an imported one those after the module (may be none).
    path: tuple[str, ...]
    #: The module that a local import names, "" for a global chain.
    module: str = ""
    #: The number of leading dots of a relative import.
    level: int = 0
    #: Whether the chain stands in an annotation.
    annotation: bool = False

    @property
    def imported(self) -> bool:
        """Whether the chain starts with a local import."""
        return bool(self.module or self.level)

    def __str__(self) -> str:
        start = f"{'.' * self.level}{self.module}:" if self.imported else ""
        return start + ".".join(self.path)


def uses_of(node: ast.AST) -> tuple[Use, ...]:
    """Give what a definition, an expression or a whole module uses, sorted."""
    return _Collector().collect([node], _Scope(None, "outer"))


def uses_of_module(tree: ast.Module) -> tuple[Use, ...]:
    """Give what a module uses of *other* modules, and of names that nothing in it binds."""
    return _Collector().collect(tree.body, _Scope(None, "module"))


@dataclass(slots=True, eq=False)
class _Scope:
    parent: _Scope | None
    #: "outer" (of the source itself), "module", "function", "comprehension" or "class".
    kind: str
    bound: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    #: Local name -> the imports that bind it.
    imports: dict[str, list[Use]] = field(default_factory=dict)
    #: What `import a.b` runs beside binding `a`: ("a", "b").
    submodules: list[tuple[str, ...]] = field(default_factory=list)
    #: The chains that start with one of these imports.
    chains: set[tuple[str, ...]] = field(default_factory=set)

    def bind(self, name: str) -> None:
        scope = self
        # A walrus inside of a comprehension binds in the function around it.
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        scope.bound.add(name)

    def owner(self, name: str) -> _Scope | None:
        """Give the scope inside the source that binds a name, None if it comes from outside."""
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.declared_global and name not in scope.imports:
                return None
            if name in scope.imports and (scope is self or scope.kind != "class"):
                return scope
            # A class body is no scope for its methods, and may read a global before binding it.
            if name in scope.bound and scope.kind not in {"class", "outer"}:
                return scope
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Load:
    scope: _Scope
    path: tuple[str, ...]
    annotation: bool


#: How a node is read: as code, as an annotation, as what stands beside types in an annotation.
_CODE, _ANNOTATION, _METADATA = range(3)


class _Collector:
    """Walks trees with its own stack, and resolves the names when all bindings are known."""

    def __init__(self) -> None:
        self.stack: list[tuple[ast.AST, _Scope, int]] = []
        self.loads: list[_Load] = []
        self.scopes: list[_Scope] = []
        self.uses: set[Use] = set()

    def collect(self, nodes: Iterable[ast.AST], scope: _Scope) -> tuple[Use, ...]:
        self.scopes.append(scope)
        self.push(nodes, scope)
        while self.stack:
            node, scope, mode = self.stack.pop()
            handler = _HANDLERS.get(type(node))
            if handler is None:
                self.push(ast.iter_child_nodes(node), scope, mode)
            else:
                handler(self, node, scope, mode)
        self._resolve()
        return tuple(sorted(self.uses))

    def push(self, nodes: Iterable[ast.AST | None], scope: _Scope, mode: int = _CODE) -> None:
        self.stack.extend((node, scope, mode) for node in nodes if node is not None)

    def enter(self, parent: _Scope, kind: str) -> _Scope:
        scope = _Scope(parent, kind)
        self.scopes.append(scope)
        return scope

    def load(self, scope: _Scope, path: tuple[str, ...], mode: int) -> None:
        self.loads.append(_Load(scope, path, mode != _CODE))

    def _resolve(self) -> None:
        for load in self.loads:
            owner = load.scope.owner(load.path[0])
            if owner is None:
                self.uses.add(Use(load.path, annotation=load.annotation))
                continue
            for start in owner.imports.get(load.path[0], ()):
                owner.chains.add(load.path)
                path = start.path + load.path[1:]
                self.uses.add(Use(path, start.module, start.level, load.annotation))
        for scope in self.scopes:
            self.uses.update(Use((name,)) for name in scope.declared_global)
            self.uses.update(_unused_imports(scope))


def _unused_imports(scope: _Scope) -> Iterator[Use]:
    """Give the imports that no chain starts with: they are there for what they do."""
    used = {path[0] for path in scope.chains}
    for name, starts in scope.imports.items():
        if name not in used:
            yield from starts
    for module in scope.submodules:
        if not any(path[: len(module)] == module for path in scope.chains):
            yield Use((), ".".join(module))


def _name(collector: _Collector, node: ast.Name, scope: _Scope, mode: int) -> None:
    if isinstance(node.ctx, ast.Load):
        collector.load(scope, (node.id,), mode)
    else:
        scope.bind(node.id)


def _attribute(collector: _Collector, node: ast.Attribute, scope: _Scope, mode: int) -> None:
    names: list[str] = []
    base: ast.expr = node
    while isinstance(base, ast.Attribute):
        names.append(base.attr)
        base = base.value
    if isinstance(base, ast.Name):
        collector.load(scope, (base.id, *reversed(names)), mode)
    else:
        collector.push([base], scope, mode)


def _function(
    collector: _Collector,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    scope: _Scope,
    mode: int,
) -> None:
    arguments = node.args
    collector.push([*arguments.defaults, *arguments.kw_defaults], scope)
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    outer = scope
    if not isinstance(node, ast.Lambda):
        scope.bind(node.name)
        collector.push(node.decorator_list, scope)
        outer = _type_parameters(collector, node.type_params, scope)
        if node.decorator_list:
            annotations = [*(argument.annotation for argument in given), node.returns]
            collector.push(annotations, outer, _ANNOTATION)
    inner = collector.enter(outer, "function")
    inner.bound.update(argument.arg for argument in given)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    collector.push(body, inner)


def _type_parameters(
    collector: _Collector, parameters: list[ast.type_param], scope: _Scope
) -> _Scope:
    if not parameters:
        return scope
    inner = collector.enter(scope, "function")
    for parameter in parameters:
        inner.bound.add(getattr(parameter, "name", ""))
        collector.push(ast.iter_child_nodes(parameter), inner, _ANNOTATION)
    return inner


def _class(collector: _Collector, node: ast.ClassDef, scope: _Scope, mode: int) -> None:
    scope.bind(node.name)
    collector.push(node.decorator_list, scope)
    outer = _type_parameters(collector, node.type_params, scope)
    collector.push([*node.bases, *(keyword.value for keyword in node.keywords)], outer)
    collector.push(node.body, collector.enter(outer, "class"))


def _type_alias(collector: _Collector, node: ast.TypeAlias, scope: _Scope, mode: int) -> None:
    collector.push([node.name], scope)
    outer = _type_parameters(collector, node.type_params, scope)
    collector.push([node.value], outer, _ANNOTATION)


def _comprehension(
    collector: _Collector,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    scope: _Scope,
    mode: int,
) -> None:
    inner = collector.enter(scope, "comprehension")
    for number, generator in enumerate(node.generators):
        inner.bound.update(_target_names(generator.target))
        collector.push([generator.target, *generator.ifs], inner)
        # The first iterable is evaluated outside, where the loop's own names aren't known.
        collector.push([generator.iter], inner if number else scope)
    if isinstance(node, ast.DictComp):
        collector.push([node.key, node.value], inner)
    else:
        collector.push([node.elt], inner)


def _target_names(target: ast.expr) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _annotated_assignment(
    collector: _Collector, node: ast.AnnAssign, scope: _Scope, mode: int
) -> None:
    collector.push([node.target, node.value], scope)
    # Annotations of a function's own variables are never evaluated.
    if scope.kind != "function":
        collector.push([node.annotation], scope, _ANNOTATION)


def _constant(collector: _Collector, node: ast.Constant, scope: _Scope, mode: int) -> None:
    if mode == _ANNOTATION and isinstance(node.value, str):
        collector.push(_parsed(node.value), scope, mode)


def _subscript(collector: _Collector, node: ast.Subscript, scope: _Scope, mode: int) -> None:
    collector.push([node.value], scope, mode)
    name = _last_name(node.value)
    inner = _METADATA if mode == _ANNOTATION and name in _TEXT_SUBSCRIPTS else mode
    collector.push([node.slice], scope, inner)


def _call(collector: _Collector, node: ast.Call, scope: _Scope, mode: int) -> None:
    name = _last_name(node.func)
    match node.args:
        case [ast.Constant(value=str(text)), *others]:
            if isinstance(node.func, ast.Name) and name in _EVALUATORS:
                # Written out, the text is code like any other, and the evaluator of no interest.
                collector.push([*_parsed(text), *others], scope)
                return
            if name in _IMPORT_FUNCTIONS:
                module = text.lstrip(".")
                collector.uses.add(Use((), module, len(text) - len(module)))
            elif name in _FRAME_EVALUATORS:
                for outer in _AT_NAME.findall(text):
                    collector.load(scope, (outer,), mode)
        case _:
            pass
    collector.push(ast.iter_child_nodes(node), scope, mode)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []


def _import(collector: _Collector, node: ast.Import, scope: _Scope, mode: int) -> None:
    for alias in node.names:
        if alias.asname:
            _bind_import(scope, alias.asname, Use((), alias.name))
        else:
            first, *rest = alias.name.split(".")
            _bind_import(scope, first, Use((), first))
            if rest:
                scope.submodules.append((first, *rest))


def _import_from(collector: _Collector, node: ast.ImportFrom, scope: _Scope, mode: int) -> None:
    for alias in node.names:
        use = Use((alias.name,) if alias.name != "*" else (), node.module or "", node.level)
        _bind_import(scope, alias.asname or alias.name, use)


def _bind_import(scope: _Scope, name: str, use: Use) -> None:
    scope.bind(name)
    scope.imports.setdefault(name, []).append(use)


def _global(collector: _Collector, node: ast.Global, scope: _Scope, mode: int) -> None:
    scope.declared_global.update(node.names)


def _handler(collector: _Collector, node: ast.ExceptHandler, scope: _Scope, mode: int) -> None:
    if node.name:
        scope.bind(node.name)
    collector.push(ast.iter_child_nodes(node), scope)


def _capture(
    collector: _Collector, node: ast.MatchAs | ast.MatchStar, scope: _Scope, mode: int
) -> None:
    if node.name:
        scope.bind(node.name)
    collector.push(ast.iter_child_nodes(node), scope)


def _mapping_pattern(
    collector: _Collector, node: ast.MatchMapping, scope: _Scope, mode: int
) -> None:
    if node.rest:
        scope.bind(node.rest)
    collector.push(ast.iter_child_nodes(node), scope)


_HANDLERS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _function,
    ast.ClassDef: _class,
    ast.TypeAlias: _type_alias,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.AnnAssign: _annotated_assignment,
    ast.Constant: _constant,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.ExceptHandler: _handler,
    ast.MatchAs: _capture,
    ast.MatchStar: _capture,
    ast.MatchMapping: _mapping_pattern,
}
