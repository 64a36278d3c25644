"""Hooks are checked when they are registered, called in order, and can't stop one another."""

from __future__ import annotations

import types

import pluggy
import pytest

import pivot.plugins
from pivot.errors import PluginError
from pivot.events import RunStarted, StageStarted
from pivot.plugins import PluginHost, Problem, hookimpl

STARTED = RunStarted(("train",), "inline", 1)


@pytest.fixture
def host() -> PluginHost:
    return PluginHost(disabled="all")


class Listener:
    """Notes what it is told."""

    def __init__(self, heard: list[object], name: str = "listener") -> None:
        self.heard = heard
        self.name = name

    @hookimpl
    def pivot_run_started(self, event: RunStarted) -> None:
        self.heard.append((self.name, event))


class Raiser:
    @hookimpl
    def pivot_run_started(self, event: RunStarted) -> None:
        raise ValueError(f"cannot hear of\n{event.stages[0]}")


class Exiter:
    @hookimpl
    def pivot_run_started(self) -> None:
        raise SystemExit(9)


def test_hookimpl_is_pluggys_marker_for_pivot():
    assert isinstance(pivot.plugins.hookimpl, pluggy.HookimplMarker)
    assert hookimpl.project_name == "pivot"
    with pytest.raises(AttributeError, match="no attribute 'hookspec'"):
        pivot.plugins.hookspec  # noqa: B018 - the attribute access is what raises


def test_a_registered_object_is_told(host):
    heard: list[object] = []
    host.register(Listener(heard))
    host.announce(STARTED)
    assert heard == [("listener", STARTED)]


def test_an_object_is_told_of_what_it_listens_to_only(host):
    heard: list[object] = []
    host.register(Listener(heard))
    host.announce(StageStarted("train"))
    assert heard == []


def test_a_hook_may_leave_out_the_arguments_that_it_does_not_want(host):
    heard: list[str] = []

    class Bell:
        @hookimpl
        def pivot_run_started(self) -> None:
            heard.append("ding")

    host.register(Bell())
    host.announce(STARTED)
    assert heard == ["ding"]


def test_one_that_raises_stops_no_other_and_is_reported_with_its_place(host):
    heard: list[object] = []
    host.register(Listener(heard, "first"))
    host.register(Raiser())
    host.register(Listener(heard, "last"))
    host.announce(STARTED)
    assert [name for name, _ in heard] == ["last", "first"]
    (problem,) = host.problems
    assert problem.distribution == "Raiser (registered by the application)"
    assert problem.group == "pivot.hooks"
    start = "pivot_run_started raised ValueError: cannot hear of train ("
    assert problem.message.startswith(start + __file__)


def test_one_that_exits_stops_no_other(host):
    heard: list[object] = []
    host.register(Listener(heard))
    host.register(Exiter())
    host.announce(STARTED)
    assert len(heard) == 1
    assert "SystemExit: 9" in host.problems[0].message


def test_one_that_raises_every_time_is_reported_once():
    told: list[Problem] = []
    host = PluginHost(on_problem=told.append, disabled="all")
    host.register(Raiser())
    host.announce(STARTED)
    host.announce(STARTED)
    assert told == list(host.problems)
    assert len(told) == 1


def test_tryfirst_and_trylast_order_the_listeners(host):
    heard: list[str] = []

    def listener(name: str, **options: bool) -> object:
        def pivot_run_started() -> None:
            heard.append(name)

        return types.SimpleNamespace(pivot_run_started=hookimpl(**options)(pivot_run_started))

    host.register(listener("first", tryfirst=True))
    host.register(listener("last", trylast=True))
    host.register(listener("middle"))
    host.announce(STARTED)
    assert heard == ["first", "middle", "last"]


def rejected(host: PluginHost, plugin: object) -> PluginError:
    with pytest.raises(PluginError) as caught:
        host.register(plugin)
    return caught.value


def test_a_misspelt_hook_is_an_error_with_the_right_name(host):
    class Misspelt:
        @hookimpl
        def pivot_run_start(self, event: object) -> None: ...

    error = rejected(host, Misspelt())
    assert error.message == (
        "Misspelt (registered by the application): "
        "there is no hook 'pivot_run_start'; did you mean pivot_run_started?"
    )
    assert error.hint is not None
    assert "pivot_stage_finished" in error.hint


def test_a_misspelt_hook_without_its_mark_is_an_error_too(host):
    class Misspelt:
        def pivot_zzz(self) -> None: ...

    assert rejected(host, Misspelt()).message.endswith("there is no hook 'pivot_zzz'")


def test_a_marked_function_with_a_name_that_is_no_hooks_is_an_error(host):
    class Marked:
        @hookimpl
        def on_start(self) -> None: ...

    assert "there is no hook 'on_start'" in rejected(host, Marked()).message


def test_a_hook_that_is_not_marked_is_an_error(host):
    class Unmarked:
        def pivot_run_started(self, event: object) -> None: ...

    assert "pivot_run_started is not marked" in rejected(host, Unmarked()).message


def test_an_unknown_argument_is_an_error_with_the_signature(host):
    class Wrong:
        @hookimpl
        def pivot_get_loader(self, name: str, path: str) -> None: ...

    message = rejected(host, Wrong()).message
    assert "pivot_get_loader takes path; the hook is pivot_get_loader(name: str)" in message


def test_all_mistakes_of_a_plugin_are_told_at_once(host):
    class Wrong:
        @hookimpl
        def pivot_run_start(self) -> None: ...

        @hookimpl
        def pivot_stage_end(self) -> None: ...

    message = rejected(host, Wrong()).message
    assert "pivot_run_start" in message
    assert "pivot_stage_end" in message


@pytest.mark.parametrize("kind", ["wrapper", "hookwrapper"])
def test_a_wrapper_is_an_error(host, kind):
    class Wrapper:
        @hookimpl(**{kind: True})
        def pivot_run_started(self, event: object):
            yield

    assert "is a wrapper" in rejected(host, Wrapper()).message


def test_a_class_is_an_error(host):
    assert "Listener is a class; give a module or an instance" in rejected(host, Listener).message


def test_one_object_twice_is_an_error(host):
    listener = Listener([])
    host.register(listener)
    assert "already registered" in rejected(host, listener).message


def test_a_plugin_with_a_mistake_is_not_told_anything(host):
    heard: list[object] = []

    class Half(Listener):
        @hookimpl
        def pivot_run_start(self) -> None: ...

    rejected(host, Half(heard))
    host.announce(STARTED)
    assert heard == []


def test_specname_says_which_hook_a_function_of_another_name_is(host):
    heard: list[object] = []

    class Named:
        @hookimpl(specname="pivot_run_started")
        def hear(self, event: RunStarted) -> None:
            heard.append(event)

    host.register(Named())
    host.announce(STARTED)
    assert heard == [STARTED]


def test_what_a_plugin_module_imports_is_not_taken_for_its_hook(host):
    def pivot_table() -> None: ...

    plugin = types.ModuleType("acme_notify")
    pivot_table.__module__ = "pandas"
    plugin.pivot_table = pivot_table  # pyright: ignore[reportAttributeAccessIssue] - as imported
    host.register(plugin)
    host.announce(STARTED)
    assert host.problems == ()


def test_static_and_class_methods_can_be_hooks(host):
    heard: list[object] = []

    class Methods:
        @staticmethod
        @hookimpl
        def pivot_run_started(event: RunStarted) -> None:
            heard.append(event)

        @classmethod
        @hookimpl
        def pivot_stage_started(cls, event: StageStarted) -> None:
            heard.append(event)

    host.register(Methods())
    host.announce(STARTED)
    host.announce(StageStarted("train"))
    assert heard == [STARTED, StageStarted("train")]


def test_a_property_is_not_run_when_an_object_is_registered(host):
    class Touchy(Listener):
        @property
        def pivot_anything(self) -> None:
            raise AssertionError("registering runs no code of the object")

    host.register(Touchy([]))
