"""What is wrong is told with the distribution, the place, and the way to mend it."""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path

import pytest

from pivot.errors import PluginError
from pivot.plugins import MissingLoaderError, MissingPluginError, Problem
from pivot.plugins.problems import describe, missing, noun, spell

BROKEN = Problem("acme", "pivot.hooks", "notify", "is broken")


def absent(group: str, name: str, *names: str, off: str | None = None, problems=()) -> str:
    return str(missing(group, name, names=names, off=off, problems=problems))


def caught(act) -> BaseException:
    with pytest.raises(BaseException) as info:
        act()
    return info.value


def test_a_problem_begins_with_the_distribution():
    assert str(BROKEN) == "acme: is broken"


def test_a_group_has_a_noun():
    assert noun("pivot.executors") == "executor"
    assert spell("pivot.executors", "slurm") == "executor 'slurm'"
    assert spell("pivot.loaders", "CSV") == "loaders.CSV"


def test_who_is_missing_is_told_with_the_nearest_names():
    text = absent("pivot.executors", "loki", "inline", "loky")
    assert text == "there is no executor 'loki'\n  did you mean loky?"


def test_several_names_may_be_near():
    text = absent("pivot.exporters", "table", "tables", "tabled", "mermaid")
    assert text.endswith("did you mean tables or tabled?")


def test_case_does_not_hide_a_name():
    assert absent("pivot.loaders", "json", "JSON").endswith("did you mean JSON?")


def test_what_pivots_own_plugin_would_provide_is_told_with_its_extra():
    text = absent("pivot.loaders", "CSV", "JSON")
    expected = "loaders.CSV is provided by pivot-loaders-pandas: pip install 'pivot[pandas]'"
    assert text == f"loaders.CSV is not installed\n  {expected}"


def test_the_display_that_is_not_installed_is_told_with_its_extra():
    text = absent("pivot.displays", "tui")
    assert text.endswith("display 'tui' is provided by pivot-tui: pip install 'pivot[tui]'")


def test_what_is_switched_off_is_told_before_what_could_be_installed():
    text = absent("pivot.loaders", "CSV", "JSON", off="pivot-loaders-pandas")
    assert "pivot-loaders-pandas, which is switched off" in text
    assert "PIVOT_DISABLE_PLUGINS" in text
    assert "pip install" not in text


def test_those_who_might_have_known_are_told():
    text = absent("pivot.executors", "slurm", "loky", problems=[BROKEN])
    assert text.endswith("\n  acme: is broken")


def test_a_missing_loader_is_an_attribute_error_and_others_are_not():
    loader = missing("pivot.loaders", "X", names=["JSON"], off=None, problems=())
    executor = missing("pivot.executors", "x", names=["loky"], off=None, problems=())
    assert isinstance(loader, MissingLoaderError)
    assert isinstance(loader, AttributeError)
    assert isinstance(executor, MissingPluginError)
    assert not isinstance(executor, AttributeError)
    assert isinstance(executor, PluginError)


@pytest.mark.parametrize("group", ["pivot.loaders", "pivot.executors"])
def test_the_error_travels_by_pickle(group):
    error = missing(group, "x", names=["y"], off=None, problems=())
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))
    assert (again.group, again.wanted) == (group, "x")


def test_an_exception_is_described_in_one_line_with_its_place():
    def fail() -> None:
        raise ValueError("two\n  lines")

    text = describe(caught(fail))
    line = fail.__code__.co_firstlineno + 1
    assert text == f"ValueError: two lines ({Path(__file__)}:{line})"


def test_an_exception_without_a_message_is_its_type():
    def fail() -> None:
        raise KeyError

    assert describe(caught(fail)).startswith("KeyError (")


def test_the_place_is_not_in_the_machinery_of_imports():
    error = caught(lambda: importlib.import_module("no_such_module"))
    assert f"({Path(__file__)}:" in describe(error)


def test_an_exception_that_was_never_raised_has_no_place():
    assert describe(ValueError("x")) == "ValueError: x"
