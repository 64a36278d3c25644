"""Random call graphs over several modules: an edit changes, and runs, exactly what reaches it."""

import importlib
import shutil
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pivot.fingerprint import Fingerprinter

FUNCTIONS, MODULES = 8, 3
STYLES = ("module.f", "from module import f", "import as", "local", "dict", "partial", "default")


@st.composite
def graphs(draw):
    """Give for each function: its module, whom it calls (and how), and the one to edit."""
    homes = [draw(st.integers(0, MODULES - 1)) for _ in range(FUNCTIONS)]
    calls = [
        draw(st.lists(st.tuples(st.integers(0, n - 1), st.sampled_from(STYLES)), max_size=3))
        if n
        else []
        for n in range(FUNCTIONS)
    ]
    return homes, calls, draw(st.integers(0, FUNCTIONS - 1))


def sources(homes, calls, edited):
    """Write each module; a function calls only earlier ones, modules are imported at the end."""
    heads = [[] for _ in range(MODULES)]
    bodies = [[] for _ in range(MODULES)]
    for n, home in enumerate(homes):
        inner, expression, after = [], [], []
        for index, (callee, style) in enumerate(calls[n]):
            there = f"m{homes[callee]}"
            match style:
                case "module.f":
                    after.append(f"import {there}")
                    expression.append(f"{there}.f{callee}()")
                case "import as":
                    after.append(f"import {there} as a{n}_{index}")
                    expression.append(f"a{n}_{index}.f{callee}()")
                case "from module import f":
                    after.append(
                        f"def late{n}_{index}(): import {there}; return {there}.f{callee}()"
                    )
                    expression.append(f"late{n}_{index}()")
                case "local":
                    inner.append(f"    from {there} import f{callee} as g{index}")
                    expression.append(f"(lambda: g{index}())()")
                case _:
                    # Values can hold what is defined already: a function of the own module.
                    if homes[callee] != home:
                        after.append(f"import {there}")
                        expression.append(f"{there}.f{callee}()")
                    elif style == "dict":
                        bodies[home].append(f"D{n}_{index} = {{'k': [f{callee}]}}")
                        expression.append(f"D{n}_{index}['k'][0]()")
                    elif style == "partial":
                        heads[home].append("import functools")
                        bodies[home].append(f"P{n}_{index} = functools.partial(f{callee})")
                        expression.append(f"P{n}_{index}()")
                    else:
                        bodies[home].append(f"def d{n}_{index}(g=f{callee}): return g()")
                        expression.append(f"d{n}_{index}()")
        value = 1000 + n if n == edited else n
        returned = " + ".join([str(value), *expression])
        bodies[home] += [f"def f{n}():", *inner, f"    return {returned}"]
        bodies[home] += after
    return {f"m{n}.py": "\n".join(heads[n] + bodies[n]) + "\n" for n in range(MODULES)}


def reach(calls, start):
    found, todo = set(), [start]
    while todo:
        n = todo.pop()
        if n not in found:
            found.add(n)
            todo.extend(callee for callee, _ in calls[n])
    return found


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    """Give a function that writes modules and gives the manifest of every function in them."""
    root = tmp_path_factory.mktemp("graphs")
    names = [f"m{n}" for n in range(MODULES)]

    def manifests(homes, files):
        for name in names:
            sys.modules.pop(name, None)
        for file, text in files.items():
            (root / file).write_text(text)
        importlib.invalidate_caches()
        modules = [importlib.import_module(name) for name in names]
        maker = Fingerprinter(root)
        return [
            maker.manifest({"function": getattr(modules[home], f"f{n}")})
            for n, home in enumerate(homes)
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        patch.setattr(sys, "dont_write_bytecode", True)
        yield manifests
        for name in names:
            sys.modules.pop(name, None)


@pytest.mark.chance
@given(graphs())
@settings(max_examples=settings().max_examples // 2)
def test_edit_changes_exactly_the_functions_that_reach_it(manifests, graph):
    homes, calls, edited = graph
    before = manifests(homes, sources(homes, calls, None))
    after = manifests(homes, sources(homes, calls, edited))
    for n in range(FUNCTIONS):
        assert (before[n] != after[n]) == (edited in reach(calls, n))


HEADER = """
from typing import Annotated
import m0, m1, m2
from pivot import loaders, outputs
from pivot.registry import REGISTRY
"""
STAGE = """
def s{n}() -> Annotated[int, outputs.Out("s{n}.json", loaders.JSON())]: return m{home}.f{n}()
REGISTRY.register(s{n})
"""


def run(server, root, homes, files):
    """Write a project with a stage for each function, run it; give what ran and what it made."""
    stages = [STAGE.format(n=n, home=home) for n, home in enumerate(homes)]
    for file, text in {**files, "pipeline.py": "".join([HEADER, *stages])}.items():
        (root / file).write_text(text)
    report = server.run(root)
    assert {end.status for end in report.values()} <= {"ran", "unchanged"}, report
    ran = {stage for stage, end in report.items() if end.status == "ran"}
    return ran, {path.name: path.read_bytes() for path in root.glob("*.json")}


@pytest.mark.chance
@given(graphs())
@settings(max_examples=settings().max_examples // 8)
def test_edit_runs_exactly_the_stages_that_reach_it(run_servers, tmp_path_factory, graph):
    homes, calls, edited = graph
    before, after = sources(homes, calls, None), sources(homes, calls, edited)
    root, scratch = tmp_path_factory.mktemp("graph"), tmp_path_factory.mktemp("scratch")
    run(run_servers("1"), root, homes, before)
    ran, made = run(run_servers("2"), root, homes, after)
    assert ran == {f"s{n}" for n in range(FUNCTIONS) if edited in reach(calls, n)}
    assert made == run(run_servers("1"), scratch, homes, after)[1]
    for directory in (root, scratch):
        shutil.rmtree(directory)
