"""A composition is the whole manifest of a stage, and what its last run showed."""

from __future__ import annotations

from pivot import api

PIPELINE = """
import functools
import importlib
import json
import helpers

def by_name(name):
    return importlib.import_module(name).hidden

def stage(params: Params) -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
    with open("limits.json") as file:
        limit = json.load(file)
    return min(limit, by_name("plug" + "in")())

REGISTRY.register(stage, code=[functools.partial(helpers.named, 3)])
"""
HELPERS = """
LIMIT = 3

def named(number):
    return number + LIMIT
"""


def compose(project):
    project.pipeline("class Params(StageParams):\n    rate: float = 0.5\n" + PIPELINE)
    project.write("helpers.py", HELPERS)
    project.write("plugin.py", "def hidden():\n    return 1\n")
    project.write("limits.json", "5")
    return api.composition("stage", project.root)


def test_it_begins_at_what_the_stage_was_given(project):
    found = compose(project)
    assert found.roots["stage"] == ("func:pipeline:stage",)
    assert found.roots["params"] == ("class:pipeline:Params",)
    assert set(found.roots) == {"stage", "params", "loader:outs.return", "code:0", "python:python"}


def test_each_symbol_has_those_that_it_leads_to(project):
    found = compose(project)
    assert "func:pipeline:by_name" in found.edges["func:pipeline:stage"]
    assert found.edges["value:code:0"] == ("func:helpers:named",)
    assert found.edges["func:helpers:named"] == ("const:helpers:LIMIT",)
    assert found.symbols["const:helpers:LIMIT"].shown == "3"


def test_it_has_what_the_lock_has_and_all_of_it_is_reached(project):
    compose(project)
    assert project.run() == {"stage": "ran"}
    found = api.composition("stage", project.root)
    seen = {key for keys in found.roots.values() for key in keys}
    todo = list(seen)
    while todo:
        new = set(found.edges[todo.pop()]) - seen
        seen |= new
        todo += new
    assert seen == set(found.symbols)


def test_what_only_the_last_run_showed_is_there(project):
    compose(project)
    project.run()
    found = api.composition("stage", project.root)
    assert found.facts["file:limits.json"].endswith(" 1 bytes")
    assert found.roots["ran:plugin.py:*"] == ("ran:plugin.py:*",)


def test_what_has_another_value_at_every_import_is_marked(project):
    project.pipeline(
        """
        import time
        NOW = time.time_ns()

        def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
            return NOW

        REGISTRY.register(stage)
        """
    )
    project.run()
    assert api.composition("stage", project.root).unstable == {"const:pipeline:NOW"}


def test_what_can_not_be_determined_is_marked(project):
    project.pipeline(
        """
        import sys
        STREAM = type("S", (), {"__reduce__": lambda self: 1 / 0})

        def make():
            return STREAM()

        class Odd:
            def __init__(self):
                self.inner = (number for number in [1])

        def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
            return 1

        REGISTRY.register(stage, code=[Odd()])
        """
    )
    assert api.composition("stage", project.root).unstable == {"value:code:0"}
