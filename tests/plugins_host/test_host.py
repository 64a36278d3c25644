"""The host tells, asks and lists; it is lazy, and a broken plugin stops nobody."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pivot import events, hookspecs
from pivot.errors import PluginError
from pivot.interfaces import Display, Executor, ExecutorOptions, Exporter, Plan
from pivot.plugins import MissingPluginError, PluginHost, Problem, hookimpl


def no_initializer() -> None: ...


OPTIONS = ExecutorOptions(jobs=2, initializer=no_initializer, generation="g")
HOOKS = "[pivot.hooks]\nnotify = acme_notify\n"
NOTIFY = """
import pivot.plugins
heard = []

@pivot.plugins.hookimpl
def pivot_run_started(event):
    heard.append(event)
"""
EVENTS = {
    "pivot_run_started": events.RunStarted(("train",), "inline", 1),
    "pivot_stage_decided": events.StageDecided("train", "run", ("never run",)),
    "pivot_stage_started": events.StageStarted("train"),
    "pivot_stage_finished": events.StageFinished("train", events.Status.RAN, 0.5),
    "pivot_run_finished": events.RunFinished({"ran": 1}, 0.5),
}


@pytest.fixture
def host() -> PluginHost:
    return PluginHost(disabled="all")


@pytest.mark.parametrize(
    "hook", [name for name, question in hookspecs.HOOKS.items() if not question]
)
def test_every_announcement_is_told_with_its_event(host, hook):
    heard: list[object] = []

    class Listener: ...

    def listen(self: object, event: object) -> None:
        heard.append(event)

    setattr(Listener, hook, hookimpl(listen))
    host.register(Listener())
    for event in EVENTS.values():
        host.announce(event)
    assert heard == [EVENTS[hook]]


@pytest.mark.parametrize(
    "event",
    [events.StageOutput("s", "line"), events.StageWaiting("s", "me"), events.Warned("careful")],
)
def test_events_without_a_hook_are_told_to_nobody(host, event):
    class Everything: ...

    for hook in EVENTS:

        def listen(self: object, event: object) -> None:
            raise AssertionError("told of an event without a hook")

        setattr(Everything, hook, hookimpl(listen))
    host.register(Everything())
    host.announce(event)
    assert host.problems == ()


def test_an_installed_hook_plugin_is_told(install):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY})
    PluginHost(disabled="").announce(EVENTS["pivot_run_started"])
    assert sys.modules["acme_notify"].heard == [EVENTS["pivot_run_started"]]


def test_a_hook_plugin_that_is_switched_off_is_not_imported(install):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY})
    PluginHost(disabled="acme-notify").announce(EVENTS["pivot_run_started"])
    assert "acme_notify" not in sys.modules


def test_the_environment_variable_switches_off(install, monkeypatch):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY})
    monkeypatch.setenv("PIVOT_DISABLE_PLUGINS", "acme-notify")
    PluginHost().announce(EVENTS["pivot_run_started"])
    assert "acme_notify" not in sys.modules


def test_a_hook_plugin_that_cannot_be_imported_is_reported_and_stops_no_other(install):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY})
    install("acme-broken", "[pivot.hooks]\nx = acme_broken\n", {"acme_broken": "import nowhere\n"})
    told: list[Problem] = []
    host = PluginHost(on_problem=told.append, disabled="")
    host.announce(EVENTS["pivot_run_started"])
    assert len(sys.modules["acme_notify"].heard) == 1
    (problem,) = told
    assert (problem.distribution, problem.name) == ("acme-broken", "x")
    assert "ModuleNotFoundError: No module named 'nowhere'" in str(problem)


def test_a_hook_plugin_with_a_misspelt_hook_is_reported_and_left_out(install):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY + "\ndef pivot_run_start(): ...\n"})
    host = PluginHost(disabled="")
    host.announce(EVENTS["pivot_run_started"])
    assert sys.modules["acme_notify"].heard == []
    assert "did you mean pivot_run_started?" in host.problems[0].message


def test_a_hook_plugin_may_ask_for_a_loader_while_it_is_imported(install):
    code = NOTIFY + "from pivot import loaders\nKIND = loaders.AcmeOne\n"
    points = HOOKS + "[pivot.loaders]\nAcmeOne = acme_one:One\n"
    one = "class One:\n    load = save = print\n"
    install("acme-notify", points, {"acme_notify": code, "acme_one": one})
    host = PluginHost(disabled="")
    host.announce(EVENTS["pivot_run_started"])
    assert host.problems == ()
    assert sys.modules["acme_notify"].KIND.__name__ == "One"


# --- questions


class Answerer:
    """Answers to the name "mine", with what it was made with."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def reply(self, name: str) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if name in {"mine", "JSON", "mermaid", "inline"} else None

    @hookimpl
    def pivot_get_loader(self, name: str) -> object:
        return self.reply(name)

    @hookimpl
    def pivot_get_exporter(self, name: str) -> object:
        return self.reply(name)

    @hookimpl
    def pivot_make_executor(self, name: str, options: ExecutorOptions) -> object:
        assert options is OPTIONS
        return self.reply(name)


class NoteExporter:
    def export(self, plan: Plan) -> str:
        return "\n"


class NoExecutor:
    workers = 1
    isolated = False

    def submit(self, call: object, task: object) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


def test_the_application_answers_first(host):
    host.register(Answerer(int))
    assert host.loader("mine") is int
    assert host.loader("JSON") is int


def test_the_object_registered_last_is_asked_first(host):
    host.register(Answerer(int))
    host.register(Answerer(str))
    assert host.loader("mine") is str


def test_who_does_not_know_leaves_the_answer_to_pivot(host):
    host.register(Answerer(int))
    assert host.loader("YAML").__name__ == "YAML"


def test_an_exporter_and_an_executor_may_come_from_the_application(host):
    exporter, executor = NoteExporter(), NoExecutor()
    host.register(Answerer(exporter))
    assert host.exporter("mine") is exporter
    host.register(Answerer(executor))
    assert host.make_executor("mine", OPTIONS) is executor


def test_one_that_raises_is_reported_and_the_next_is_asked(host):
    host.register(Answerer(int))
    host.register(Answerer(KeyError("URL")))
    assert host.loader("mine") is int
    assert "pivot_get_loader raised KeyError: 'URL'" in host.problems[0].message


def test_an_answer_of_the_wrong_type_is_reported_and_passed_over(host):
    host.register(Answerer("not a class"))
    assert host.loader("JSON").__name__ == "JSON"
    assert host.problems[0].message == "pivot_get_loader gave str for an answer"


def test_when_nobody_knows_the_error_tells_of_those_that_failed(host):
    host.register(Answerer(KeyError("URL")))
    with pytest.raises(MissingPluginError) as caught:
        host.make_executor("slurm", OPTIONS)
    assert (caught.value.group, caught.value.wanted) == ("pivot.executors", "slurm")
    assert "pivot_make_executor raised KeyError: 'URL'" in str(caught.value)


def test_nobody_hashes_a_value_without_plugins(host):
    assert host.hash_value(object()) is None


def test_a_plugin_may_hash_the_values_that_it_knows(host):
    class Complexes:
        @hookimpl
        def pivot_hash_value(self, value: object) -> str | None:
            return str(value) if isinstance(value, complex) else None

    host.register(Complexes())
    assert host.hash_value(1 + 2j) == "(1+2j)"
    assert host.hash_value("text") is None


def test_a_hash_that_is_no_text_is_reported(host):
    class Wrong:
        @hookimpl
        def pivot_hash_value(self, value: object) -> object:
            return 7

    host.register(Wrong())
    assert host.hash_value(1) is None
    assert host.problems[0].message == "pivot_hash_value gave int for an answer"


# --- drivers

DRIVERS = """
[pivot.loaders]
AcmeFunction = acme_drivers:function
AcmeHollow = acme_drivers:Hollow
[pivot.executors]
acme = acme_drivers:open_executor
acme-wrong = acme_drivers:function
acme-fails = acme_drivers:fails
acme-refuses = acme_drivers:refuses
[pivot.displays]
acme = acme_drivers:AcmeDisplay
acme-wrong = acme_drivers:function
[pivot.exporters]
acme = acme_drivers:AcmeExporter
acme-wrong = acme_drivers:Hollow
"""
DRIVERS_CODE = """
from pivot.errors import ConfigError

def function(*arguments):
    return None

class Hollow: ...

class AcmeExecutor:
    isolated = False
    def __init__(self, options):
        self.workers = options.jobs
    def submit(self, call, task): ...
    def stop(self): ...
    def close(self): ...

open_executor = AcmeExecutor

def fails(options):
    raise OSError("no cluster")

def refuses(options):
    raise ConfigError("set acme.queue first")

class AcmeDisplay:
    def __init__(self, runs):
        self.runs = runs
    def tell(self, event): ...
    def explain(self, stage, text): ...
    def show(self): ...

class AcmeExporter:
    def export(self, plan):
        return "acme\\n"
"""


@pytest.fixture
def acme(install) -> PluginHost:
    install("acme-drivers", DRIVERS, {"acme_drivers": DRIVERS_CODE})
    return PluginHost(disabled="")


def test_an_installed_executor_is_made_with_the_options(acme):
    executor = acme.make_executor("acme", OPTIONS)
    assert isinstance(executor, Executor)
    assert executor.workers == 2


def test_an_installed_exporter_is_made(acme):
    exporter = acme.exporter("acme")
    assert isinstance(exporter, Exporter)
    assert exporter.export(Plan((), ())) == "acme\n"


def test_an_installed_display_is_made_with_the_runs(acme):
    runs = object()
    display = acme.make_display("acme", runs)
    assert isinstance(display, Display)
    assert display.runs is runs


def test_what_makes_no_display_is_an_error_that_names_the_distribution(acme):
    with pytest.raises(PluginError, match=r"acme-drivers 1.0 is broken: display 'acme-wrong'"):
        acme.make_display("acme-wrong", object())


@pytest.mark.parametrize("name", ["AcmeFunction", "AcmeHollow"])
def test_what_is_no_loader_class_is_an_error_that_names_the_distribution(acme, name):
    with pytest.raises(PluginError, match=rf"acme-drivers 1.0 is broken: loaders.{name} .*is not"):
        acme.loader(name)


def test_what_makes_no_executor_is_an_error_that_names_the_distribution(acme):
    with pytest.raises(PluginError, match=r"acme-drivers 1.0 is broken: executor 'acme-wrong'"):
        acme.make_executor("acme-wrong", OPTIONS)


def test_what_makes_no_exporter_is_an_error_that_names_the_distribution(acme):
    with pytest.raises(PluginError, match=r"acme-drivers 1.0 is broken: exporter 'acme-wrong'"):
        acme.exporter("acme-wrong")


def test_a_driver_that_cannot_be_opened_is_an_error_that_names_the_distribution(acme):
    with pytest.raises(PluginError, match=r"acme-drivers 1.0 can't open .*OSError: no cluster"):
        acme.make_executor("acme-fails", OPTIONS)


def test_what_a_driver_says_in_pivots_own_terms_is_left_as_it_is(acme):
    with pytest.raises(PluginError.__base__, match=r"^set acme\.queue first$"):
        acme.make_executor("acme-refuses", OPTIONS)


# --- listing


def test_everything_found_is_listed_with_its_distribution(acme):
    found = [p for p in acme.found() if p.distribution == "acme-drivers"]
    assert [(p.group, p.name) for p in found][-2:] == [
        ("pivot.loaders", "AcmeFunction"),
        ("pivot.loaders", "AcmeHollow"),
    ]
    assert {p.problem for p in found} == {None}
    assert "acme_drivers" not in sys.modules


def test_a_conflict_is_listed_as_a_problem_of_both(install):
    install("acme-a", "[pivot.loaders]\nAcmeOne = acme_a:One\n")
    install("acme-b", "[pivot.loaders]\nAcmeOne = acme_b:One\n")
    problems = {p.distribution: p.problem for p in PluginHost(disabled="").found()}
    assert problems["acme-a"] == "loaders.AcmeOne is also provided by acme-b 1.0 (acme_b:One)"
    assert problems["acme-b"] == "loaders.AcmeOne is also provided by acme-a 1.0 (acme_a:One)"


def test_two_hook_plugins_may_have_the_same_name(install):
    install("acme-notify", HOOKS, {"acme_notify": NOTIFY})
    install("acme-other", "[pivot.hooks]\nnotify = acme_other\n", {"acme_other": NOTIFY})
    problems = {p.distribution: p.problem for p in PluginHost(disabled="").found()}
    assert problems["acme-notify"] is None
    assert problems["acme-other"] is None


def test_what_is_switched_off_is_listed_as_such(install):
    install("acme-notify", HOOKS)
    problems = {p.distribution: p.problem for p in PluginHost(disabled="all").found()}
    assert problems["acme-notify"] == "switched off by PIVOT_DISABLE_PLUGINS"
    assert problems["pivot"] is None


def test_a_broken_hook_plugin_is_listed_with_its_problem(install):
    install("acme-broken", "[pivot.hooks]\nx = acme_broken\n", {"acme_broken": "import nowhere\n"})
    problems = {p.distribution: p.problem for p in PluginHost(disabled="").found()}
    assert "No module named 'nowhere'" in str(problems["acme-broken"])


def test_a_listing_with_load_finds_drivers_that_cannot_be_imported(install):
    install("acme-a", "[pivot.loaders]\nAcmeOne = acme_nowhere:One\n")
    host = PluginHost(disabled="")
    assert {p.problem for p in host.found() if p.distribution == "acme-a"} == {None}
    (found,) = [p for p in host.found(load=True) if p.distribution == "acme-a"]
    assert "No module named 'acme_nowhere'" in str(found.problem)


# --- laziness


def in_a_new_process(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


LOADED = (
    "print(*sorted({'pluggy', 'stevedore', 'importlib.metadata', 'pandas'} & set(sys.modules)))"
)


def test_making_a_host_looks_at_nothing():
    code = f"import sys; from pivot.plugins import PluginHost; PluginHost(); {LOADED}"
    assert in_a_new_process(code) == ""


def test_announcing_to_nobody_loads_neither_pluggy_nor_stevedore():
    code = (
        "import sys; from pivot.plugins import PluginHost; from pivot.events import StageStarted;"
        f"PluginHost(disabled='all').announce(StageStarted('train')); {LOADED}"
    )
    assert in_a_new_process(code) == ""


def test_a_driver_is_loaded_without_pluggy_when_nobody_has_hooks():
    code = (
        "import sys; from pivot.plugins import PluginHost;"
        f"PluginHost(disabled='all').loader('JSON'); {LOADED}"
    )
    assert in_a_new_process(code) == "importlib.metadata stevedore"
