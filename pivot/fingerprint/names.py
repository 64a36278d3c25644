"""Which names of the world around it does a piece of source use? The answer is a tuple of `Use`.

Names that a function binds itself (parameters, assignments, loops, nested definitions) are its own
and are left out; a function-local import is followed to the module it names. Nested functions,
comprehensions and lambdas are part of the source. Annotations count where something may read them:
in class bodies and on decorated functions. Example: in ::

    def f(x):
        from pkg import tools as t
        return [t.clean(y, LIMIT) for y in x]

the uses are `pkg:tools.clean` and `LIMIT`. Tests: tests/fingerprint/test_names.py.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pivot.fingerprint.scopes import PRESENCE, SUBCLASSES, Scope, Use
from pivot.fingerprint.syntax import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pivot.fingerprint.scopes import Kind

#: Functions whose argument names a module.
_IMPORT_FUNCTIONS = frozenset({"import_module", "__import__"})
#: Functions that evaluate a text, and methods of data frames that take names in one as `@name`.
_EVALUATORS = frozenset({"eval", "exec"})
_FRAME_EVALUATORS = frozenset({"eval", "query"})
_AT_NAME = re.compile(r"@([^\W\d]\w*)")
#: Subscripts in annotations whose texts are no annotations themselves.
_TEXT_SUBSCRIPTS = frozenset({"Literal", "Annotated"})


def uses_of(node: ast.AST) -> tuple[Use, ...]:
    """Give what a definition, a statement or an expression uses, sorted."""
    collector = _Collector()
    collector.walk(node)
    return collector.result()[node]


def uses_in_module(tree: ast.Module) -> Mapping[ast.AST, tuple[Use, ...]]:
    """Give the uses of a module, of its statements, and of every definition and lambda in it.

    Those of the module itself are what it uses of *other* modules, and the names that nothing in it
    binds.
    """
    collector = _Collector()
    collector.regions[tree] = collector.whole
    for statement in tree.body:
        collector.walk(statement)
    return collector.result()


#: How a node is read: as code, as an annotation, or as what stands beside types in an annotation.
_CODE, _ANNOTATION, _METADATA = range(3)


class _At(NamedTuple):
    """Where and how a node is read."""

    scope: Scope
    mode: int = _CODE


class _Region:
    """A node whose uses are wanted: what is found below it is found for those around it, too."""

    __slots__ = ("around", "begin", "uses")

    def __init__(self, around: _Region | None, begin: int) -> None:
        self.around = around
        #: The number of the first scope that is inside.
        self.begin = begin
        self.uses: set[Use] = set()


class _Collector:
    """Walks trees with its own stack, and resolves the names when all bindings are known."""

    def __init__(self) -> None:
        #: The globals, as far as they are bound by what is read.
        self.top = Scope(None, "module", 0)
        self.scopes: list[Scope] = []
        #: The region that each scope lies in.
        self.lies: list[_Region] = []
        #: All that is read.
        self.whole = _Region(None, 0)
        self.region = self.whole
        self.regions: dict[ast.AST, _Region] = {}
        #: What is still to be read, and the regions that end when it's done.
        self.stack: list[tuple[Any, _At]] = []
        self.loads: list[tuple[tuple[str, ...], _At, _Region]] = []

    def walk(self, node: ast.AST) -> None:
        """Read a node on its own: what it binds is a global."""
        outer = Scope(self.top, "outer", len(self.scopes) + 1)
        at = _At(outer)
        self.begin(node, at)
        self.scopes.append(outer)
        self.lies.append(self.region)
        stack = self.stack
        stack.append((node, at))
        while stack:
            item, at = stack.pop()
            handler = _HANDLERS.get(item.__class__)
            if handler is None:
                stack += [(child, at) for child in children(item)]
            else:
                handler(self, item, at)
        self.top.take_over(outer)

    def result(self) -> Mapping[ast.AST, tuple[Use, ...]]:
        for path, at, region in self.loads:
            self.resolve(path, at, region)
        self.whole.uses.update(self.top.remaining())
        for scope, region in zip(self.scopes, self.lies, strict=True):
            # What is left of the globals was just said for all statements together.
            last = region.around if scope.kind == "outer" else None
            for use in scope.remaining():
                _add(use, region, last)
        return {node: tuple(sorted(region.uses)) for node, region in self.regions.items()}

    def resolve(self, path: tuple[str, ...], at: _At, region: _Region) -> None:
        """Give each region around a chain what the chain stands for, seen from outside of it."""
        owner = at.scope.owner(path[0])
        annotation = at.mode != _CODE
        outside = Use(path, "", 0, annotation)
        inside: list[Use] | None = None
        around: _Region | None = region
        while around is not None:
            if owner is None or owner.number < around.begin:
                around.uses.add(outside)
            elif around is self.whole and owner.kind == "outer":
                around.uses.update(self.top.read(path, annotation=annotation))
            else:
                inside = owner.read(path, annotation=annotation) if inside is None else inside
                around.uses.update(inside)
            around = around.around

    def begin(self, node: ast.AST, at: _At) -> None:
        """Begin the region of a node; it ends when all that is pushed from now on is done."""
        if node not in self.regions:
            self.region = self.regions[node] = _Region(self.region, len(self.scopes) + 1)
            self.stack.append((self.region, at))

    def end(self, region: _Region, _: _At) -> None:
        self.region = region.around or self.whole

    def push(self, nodes: Iterable[ast.AST | None], at: _At) -> None:
        self.stack += [(node, at) for node in nodes if node is not None]

    def enter(self, parent: Scope, kind: Kind) -> Scope:
        scope = Scope(parent, kind, len(self.scopes) + 1)
        self.scopes.append(scope)
        self.lies.append(self.region)
        return scope

    def load(self, path: tuple[str, ...], at: _At) -> None:
        self.loads.append((path, at, self.region))

    def name(self, node: ast.Name, at: _At) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load((node.id,), at)
        else:
            at.scope.bind(node.id)

    def branch(self, node: ast.If | ast.While | ast.IfExp | ast.Assert, at: _At) -> None:
        self.test(node.test, at)
        self.push((child for child in children(node) if child is not node.test), at)

    def test(self, node: ast.expr, at: _At) -> None:
        """Read an expression of which only the truth counts."""
        match node:
            case ast.Name():
                self.load((node.id, PRESENCE), at)
            case ast.BoolOp():
                for value in node.values:
                    self.test(value, at)
            case _:
                self.push([node], at)

    def negation(self, node: ast.UnaryOp, at: _At) -> None:
        if isinstance(node.op, ast.Not):
            self.test(node.operand, at)
        else:
            self.push([node.operand], at)

    def comparison(self, node: ast.Compare, at: _At) -> None:
        match node.comparators:
            case [ast.Constant(value=None)]:
                self.test(node.left, at)
            case _:
                self.push(children(node), at)

    def attribute(self, node: ast.Attribute, at: _At) -> None:
        names: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            names.append(base.attr)
            base = base.value
        if SUBCLASSES.path[0] in names:
            _add(SUBCLASSES, self.region)
        if isinstance(base, ast.Name):
            self.load((base.id, *reversed(names)), at)
        else:
            self.push([base], at)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, at: _At) -> None:
        self.begin(node, at)
        at.scope.bind(node.name)
        self.push(node.decorator_list, _At(at.scope))
        outer = self.type_parameters(node.type_params, at.scope)
        if node.decorator_list:
            given = children(node.args)
            annotations = [one.annotation for one in given if isinstance(one, ast.arg)]
            self.push([*annotations, node.returns], _At(outer, _ANNOTATION))
        self.parameters(node.args, node.body, _At(outer))

    def lambda_(self, node: ast.Lambda, at: _At) -> None:
        self.begin(node, at)
        self.parameters(node.args, [node.body], at)

    def parameters(self, given: ast.arguments, body: Iterable[ast.AST], at: _At) -> None:
        self.push([*given.defaults, *given.kw_defaults], _At(at.scope))
        inner = self.enter(at.scope, "function")
        names = (one.arg for one in children(given) if isinstance(one, ast.arg))
        inner.bound.update(names)
        self.push(body, _At(inner))

    def type_parameters(self, parameters: list[ast.type_param], scope: Scope) -> Scope:
        if not parameters:
            return scope
        inner = self.enter(scope, "function")
        for parameter in parameters:
            inner.bound.add(getattr(parameter, "name", ""))
            self.push(children(parameter), _At(inner, _ANNOTATION))
        return inner

    def class_(self, node: ast.ClassDef, at: _At) -> None:
        self.begin(node, at)
        at.scope.bind(node.name)
        self.push(node.decorator_list, _At(at.scope))
        outer = self.type_parameters(node.type_params, at.scope)
        self.push([*node.bases, *(keyword.value for keyword in node.keywords)], _At(outer))
        self.push(node.body, _At(self.enter(outer, "class")))

    def type_alias(self, node: ast.TypeAlias, at: _At) -> None:
        self.push([node.name], _At(at.scope))
        outer = self.type_parameters(node.type_params, at.scope)
        self.push([node.value], _At(outer, _ANNOTATION))

    def walrus(self, node: ast.NamedExpr, at: _At) -> None:
        at.scope.bind_walrus(node.target.id)
        self.push([node.value], at)

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, at: _At
    ) -> None:
        inner = self.enter(at.scope, "comprehension")
        for number, generator in enumerate(node.generators):
            inner.bound.update(_stored_names(generator.target))
            self.push([generator.target, *generator.ifs], _At(inner))
            # The first iterable is evaluated outside, where the loop's own names aren't known.
            self.push([generator.iter], _At(inner if number else at.scope))
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.push(made, _At(inner))

    def annotated(self, node: ast.AnnAssign, at: _At) -> None:
        self.push([node.target, node.value], _At(at.scope))
        # Annotations of a function's own variables are never evaluated.
        if at.scope.kind != "function":
            self.push([node.annotation], _At(at.scope, _ANNOTATION))

    def constant(self, node: ast.Constant, at: _At) -> None:
        if at.mode == _ANNOTATION and isinstance(node.value, str):
            self.push(_parsed(node.value), at)

    def subscript(self, node: ast.Subscript, at: _At) -> None:
        self.push([node.value], at)
        text = at.mode == _ANNOTATION and _last_name(node.value) in _TEXT_SUBSCRIPTS
        self.push([node.slice], _At(at.scope, _METADATA) if text else at)

    def call(self, node: ast.Call, at: _At) -> None:
        name = _last_name(node.func)
        match node.args:
            case [ast.Constant(value=str(text)), *others] if _is_evaluator(node.func):
                # Written out, the text is code like any other, and the evaluator of no interest.
                self.push([*_parsed(text), *others], _At(at.scope))
                return
            case [ast.Constant(value=str(text)), *_] if text and name in _IMPORT_FUNCTIONS:
                module = text.lstrip(".")
                _add(Use((), module, len(text) - len(module)), self.region)
            case [ast.Constant(value=str(text)), *_] if name in _FRAME_EVALUATORS:
                for outer in _AT_NAME.findall(text):
                    self.load((outer,), at)
            case _:
                pass
        self.push(children(node), at)

    def import_(self, node: ast.Import, at: _At) -> None:
        for alias in node.names:
            if alias.asname:
                at.scope.bind_import(alias.asname, Use((), alias.name))
                continue
            first, *rest = alias.name.split(".")
            at.scope.bind_import(first, Use((), first))
            if rest:
                at.scope.submodules.append((first, *rest))

    def import_from(self, node: ast.ImportFrom, at: _At) -> None:
        for alias in node.names:
            path = () if alias.name == "*" else (alias.name,)
            use = Use(path, node.module or "", node.level)
            at.scope.bind_import(alias.asname or alias.name, use)

    def global_(self, node: ast.Global, at: _At) -> None:
        at.scope.declared_global.update(node.names)

    def capture(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, at: _At) -> None:
        if node.name:
            at.scope.bind(node.name)
        self.push(children(node), at)

    def mapping_pattern(self, node: ast.MatchMapping, at: _At) -> None:
        if node.rest:
            at.scope.bind(node.rest)
        self.push(children(node), at)


_HANDLERS: dict[type, Callable[..., None]] = {
    _Region: _Collector.end,
    ast.Name: _Collector.name,
    ast.If: _Collector.branch,
    ast.While: _Collector.branch,
    ast.IfExp: _Collector.branch,
    ast.Assert: _Collector.branch,
    ast.UnaryOp: _Collector.negation,
    ast.Compare: _Collector.comparison,
    ast.Attribute: _Collector.attribute,
    ast.FunctionDef: _Collector.function,
    ast.AsyncFunctionDef: _Collector.function,
    ast.Lambda: _Collector.lambda_,
    ast.ClassDef: _Collector.class_,
    ast.TypeAlias: _Collector.type_alias,
    ast.NamedExpr: _Collector.walrus,
    ast.ListComp: _Collector.comprehension,
    ast.SetComp: _Collector.comprehension,
    ast.GeneratorExp: _Collector.comprehension,
    ast.DictComp: _Collector.comprehension,
    ast.AnnAssign: _Collector.annotated,
    ast.Constant: _Collector.constant,
    ast.Subscript: _Collector.subscript,
    ast.Call: _Collector.call,
    ast.Import: _Collector.import_,
    ast.ImportFrom: _Collector.import_from,
    ast.Global: _Collector.global_,
    ast.ExceptHandler: _Collector.capture,
    ast.MatchAs: _Collector.capture,
    ast.MatchStar: _Collector.capture,
    ast.MatchMapping: _Collector.mapping_pattern,
}


def _add(use: Use, region: _Region | None, last: _Region | None = None) -> None:
    """Add a use to a region and to those around it, up to but without the last one."""
    while region is not last and region is not None:
        region.uses.add(use)
        region = region.around


def _stored_names(target: ast.expr) -> set[str]:
    nodes = (node for node in ast.walk(target) if isinstance(node, ast.Name))
    return {node.id for node in nodes if isinstance(node.ctx, ast.Store)}


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_evaluator(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _EVALUATORS


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
