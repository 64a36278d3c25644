"""The contract of hooks: complete, documented, and typed."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections import abc

import pytest

from pivot import events, hookspecs, interfaces
from pivot.hookspecs import HOOKS

ANNOUNCEMENTS = [name for name, question in HOOKS.items() if not question]
QUESTIONS = [name for name, question in HOOKS.items() if question]


def spec(name: str) -> inspect.Signature:
    return inspect.signature(getattr(hookspecs, name))


def test_every_function_of_the_module_is_a_hook():
    functions = {
        name
        for name, value in vars(hookspecs).items()
        if inspect.isfunction(value) and name.startswith("pivot_")
    }
    assert functions == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for(name):
    start = "Ask for" if HOOKS[name] else "Tell that"
    assert inspect.getdoc(getattr(hookspecs, name)).startswith(start)


@pytest.mark.parametrize("name", ANNOUNCEMENTS)
def test_an_announcement_takes_its_event_and_gives_nothing(name):
    (parameter,) = spec(name).parameters.values()
    assert parameter.name == "event"
    assert issubclass(getattr(events, parameter.annotation), events.Event)
    assert parameter.annotation == name.removeprefix("pivot_").title().replace("_", "")
    assert spec(name).return_annotation == "None"


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_may_be_left_to_others(name):
    assert spec(name).return_annotation.endswith("| None")


@pytest.mark.parametrize("name", HOOKS)
def test_all_types_of_a_signature_exist(name):
    names = {**vars(abc), **vars(events), **vars(interfaces)}
    assert typing.get_type_hints(getattr(hookspecs, name), names)


def test_the_contract_imports_neither_pluggy_nor_the_events():
    code = "import sys, pivot.hookspecs; print({'pluggy', 'pivot.events'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "set()\n"
