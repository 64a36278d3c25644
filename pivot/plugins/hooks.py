r"""Who has hooks, and how they are called: the contract of `pivot.hookspecs`, kept by pluggy.

pluggy checks what a plugin implements and puts the implementations in order. They are called one by
one here, since a listener that raises must not keep Pivot from telling the next. Example::

    class Bell:
        @hookimpl
        def pivot_run_finished(self, event):
            print("\a")

Tests: tests/plugins_host/test_hooks.py.
"""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

import pluggy

from pivot import hookspecs
from pivot.errors import PluginError
from pivot.hookspecs import HOOKS
from pivot.interfaces import Executor, Exporter, Remote
from pivot.plugins.problems import FAILURES, Problem, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Marks a function or a method as the implementation of the hook that it is named after.
hookimpl = pluggy.HookimplMarker("pivot")
_hookspec = pluggy.HookspecMarker("pivot")
#: What the answer to a question must be, besides None.
_ANSWERS = {
    "pivot_get_loader": type,
    "pivot_open_remote": Remote,
    "pivot_make_executor": Executor,
    "pivot_get_exporter": Exporter,
    "pivot_hash_value": str,
}


class Hooks:
    """The registered plugins with hooks; `report` is told what goes wrong while they are called."""

    def __init__(self, report: Callable[[Problem], None], last: object) -> None:
        self._report = report
        self._manager = _Manager("pivot")
        for name, question in HOOKS.items():
            _hookspec(firstresult=question)(getattr(hookspecs, name))
        self._manager.add_hookspecs(hookspecs)
        for name, question in HOOKS.items():
            if question and (answer := getattr(type(last), name, None)):
                hookimpl(trylast=True)(answer)
        self._last = last
        self._manager.register(last, "pivot")

    def register(self, plugin: object, distribution: str) -> None:
        """Add a module or an object; raise `PluginError`, and add nothing, if it is wrong."""
        if mistakes := "; ".join(_mistakes(plugin)):
            raise PluginError(f"{distribution}: {mistakes}", hint=f"the hooks are: {_names()}")
        # pluggy wants unique names, and one distribution may have several plugins.
        name = f"{distribution}#{len(self._manager.list_name_plugin())}"
        try:
            self._manager.register(plugin, name)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(f"{distribution}: {' '.join(str(error).split())}") from error

    def tell(self, hook: str, event: object) -> None:
        """Call all implementations of an announcement."""
        for listener in self._implementations(hook):
            self._call(listener, hook, {"event": event})

    def ask(self, question: str, arguments: dict[str, object]) -> Any:
        """Give the first answer that is not None; Pivot's own comes last, and may raise."""
        for answerer in self._implementations(question):
            if answerer.plugin is self._last:
                return _invoke(answerer, arguments)
            answer = self._call(answerer, question, arguments)
            if isinstance(answer, _ANSWERS[question]):
                return answer
            if answer is not None:
                self._blame(answerer, question, f"gave {type(answer).__name__} for an answer")
        return None

    def _implementations(self, hook: str) -> Iterator[pluggy.HookImpl]:
        # pluggy keeps them in the reverse of the order in which they are to be called.
        return reversed(getattr(self._manager.hook, hook).get_hookimpls())

    def _call(self, one: pluggy.HookImpl, hook: str, arguments: dict[str, object]) -> Any:
        try:
            return _invoke(one, arguments)
        except FAILURES as error:
            self._blame(one, hook, f"raised {describe(error)}")
            return None

    def _blame(self, one: pluggy.HookImpl, hook: str, what: str) -> None:
        distribution = one.plugin_name.partition("#")[0]
        self._report(Problem(distribution, "pivot.hooks", hook, f"{hook} {what}"))


class _Manager(pluggy.PluginManager):
    """A plugin manager that runs no property's code; pluggy has learnt that after 1.5 only."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        return super().parse_hookimpl_opts(plugin, name) if _function(plugin, name) else None


def signature(hook: str) -> str:
    """Give a hook's name and parameters, as its documentation does."""
    # Annotations are texts in the module, and would come out between quotes.
    return hook + str(inspect.signature(getattr(hookspecs, hook))).replace("'", "")


def _invoke(one: pluggy.HookImpl, arguments: dict[str, object]) -> Any:
    return one.function(*(arguments[name] for name in one.argnames))


def _names() -> str:
    return ", ".join(HOOKS)


def _mistakes(plugin: object) -> Iterator[str]:
    """Say what pluggy would pass over in silence: nobody would ever call such a function."""
    if inspect.isclass(plugin):
        yield f"{plugin.__qualname__} is a class; give a module or an instance"
    for name in dir(plugin):
        function = _function(plugin, name)
        if function is None:
            continue
        marks = getattr(function, "pivot_impl", None)
        if marks is None and not (name.startswith("pivot_") and _is_own(plugin, function)):
            continue
        hook = (marks and marks["specname"]) or name
        if hook not in HOOKS:
            near = difflib.get_close_matches(hook, HOOKS, n=1)
            yield f"there is no hook {hook!r}" + (f"; did you mean {near[0]}?" if near else "")
        elif marks is None:
            yield f"{name} is not marked as a hook; put @pivot.hookimpl above it"
        elif marks["wrapper"] or marks["hookwrapper"]:
            yield f"{name} is a wrapper; Pivot calls hooks one by one"
        elif unknown := set(_parameters(function)) - set(_parameters(getattr(hookspecs, hook))):
            yield f"{name} takes {', '.join(sorted(unknown))}; the hook is {signature(hook)}"


def _function(plugin: object, name: str) -> Callable[..., Any] | None:
    """Give an attribute that is a function or a method, without running a property's code."""
    static = inspect.getattr_static(plugin, name, None)
    is_function = inspect.isfunction(getattr(static, "__func__", static))
    return getattr(plugin, name) if is_function else None


def _is_own(plugin: object, function: Callable[..., Any]) -> bool:
    """Tell what a module defines from what it imports, such as `pandas.pivot_table`."""
    return not inspect.ismodule(plugin) or function.__module__ == plugin.__name__


def _parameters(function: Callable[..., Any]) -> list[str]:
    """Give the names of the parameters that have no default; pluggy fills in no others."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is p.empty]
