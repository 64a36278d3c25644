"""Pivot inside another program: its own registry, its own process, nothing printed or changed."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import pivot

SCRIPT = """
import json, os, pathlib, signal, sys
from typing import Annotated

import pivot
from pivot import loaders, outputs
from pivot.registry import Registry

registry = Registry()
factor = 3

def double(x):
    return x * factor

def make(raw: Annotated[int, outputs.Dep("raw.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("made.json", loaders.JSON())
]:
    print("inside a worker")
    return double(raw)

registry.register(make)
registry.register(lambda: pathlib.Path("l.txt").write_text("l") and None, name="l", outs=["l.txt"])

if __name__ == "__main__":
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    before = os.getcwd(), handlers
    report = pivot.run(sys.argv[1], registry=registry, executor=sys.argv[2])
    again = pivot.run(sys.argv[1], registry=registry, executor=sys.argv[2])
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    assert (os.getcwd(), handlers) == before
    json.dump([report.to_json(), again.to_json()], open("reports.json", "w"))
"""


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_script_runs_its_own_registry(tmp_path, executor):
    data = tmp_path / "data"
    data.mkdir()
    (data / "raw.json").write_text("2")
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    done = subprocess.run(
        [sys.executable, str(script), str(data), executor],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("inside a worker\n" if executor == "inline" else "")
    first, second = json.loads((tmp_path / "reports.json").read_text())
    assert first["counts"] == {"ran": 2}
    assert second["counts"] == {"unchanged": 2}
    assert json.loads((data / "made.json").read_text()) == 6


def test_a_changed_function_of_the_script_runs_again(tmp_path):
    (tmp_path / "raw.json").write_text("2")
    script = tmp_path / "script.py"
    for factor, expected in ((3, 6), (4, 8)):
        script.write_text(textwrap.dedent(SCRIPT).replace("factor = 3", f"factor = {factor}"))
        subprocess.run(
            [sys.executable, str(script), str(tmp_path), "loky"],
            cwd=tmp_path,
            check=True,
            timeout=60,
            capture_output=True,
        )
        assert json.loads((tmp_path / "made.json").read_text()) == expected


def test_targets_and_unknown_targets(project):
    project.pipeline("""
    def make() -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
        return 1

    REGISTRY.register(make)
    """)
    assert project.run("make") == {"make": "ran"}
    with pytest.raises(pivot.PivotError, match="did you mean 'make'"):
        project.run("mak")


def test_stages_and_plan_are_plain_data(project):
    project.pipeline("""
    class Params(StageParams):
        n: int = 3

    def make(params: Params) -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
        return 1

    def use(m: Annotated[int, outputs.Dep("m.json", loaders.JSON())]) -> None: ...

    REGISTRY.register(use)
    REGISTRY.register(make)
    """)
    assert [stage.name for stage in pivot.stages(project.root)] == ["make", "use"]
    plan = pivot.plan(project.root)
    assert plan.edges == (("make", "use"),)
    assert plan.stages[0].function == "pipeline:make"
    assert plan.stages[0].params == {"n": 3}
    assert "make" in pivot.export("mermaid", project.root)


def test_importing_a_project_leaves_no_trace_on_the_path(project):
    project.pipeline("REGISTRY.register(lambda: None, name='n')\n")
    before = list(sys.path), list(sys.meta_path), Path.cwd()
    project.run()
    assert (list(sys.path), list(sys.meta_path), Path.cwd()) == before


def test_two_projects_with_modules_of_one_name_do_not_mix(project, tmp_path):
    from dataclasses import replace

    other = replace(project, root=tmp_path / "other", events=[])
    for number, one in enumerate((project, other)):
        one.write("helper.py", f"def value():\n    return {number}\n")
        one.pipeline("""
        import helper

        def make() -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
            return helper.value()

        REGISTRY.register(make)
        """)
    for executor in ("inline", "loky"):
        for number, one in enumerate((project, other)):
            assert one.run(executor=executor, force=True) == {"make": "ran"}
            assert one.read("m.json").strip() == str(number)


def test_a_function_that_cannot_be_pickled_is_a_clear_error(project):
    project.pipeline("""
    import threading

    def build():
        lock = threading.Lock()

        def make() -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
            with lock:
                return 1

        return make

    REGISTRY.register(build(), name="make")
    """)
    assert project.run(executor="loky") == {"make": "failed"}
    assert "pickle" in project.report["make"].error


def test_an_unknown_executor_is_named_with_the_known_ones(project):
    project.pipeline("""
    def make() -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
        return 1

    REGISTRY.register(make)
    """)
    with pytest.raises(pivot.PivotError, match="lokky"):
        project.run(executor="lokky")
    assert project.run() == {"make": "ran"}


def test_a_loader_of_the_application_answers_in_the_pipeline(project):
    from pivot.loaders import YAML

    class Application:
        @pivot.hookimpl
        def pivot_get_loader(self, name):
            return YAML if name == "Mine" else None

    host = pivot.PluginHost()
    host.register(Application())
    project.pipeline("""
    def make() -> Annotated[list, outputs.Out("made.txt", loaders.Mine())]:
        return ["one"]

    REGISTRY.register(make)
    """)
    assert project.run(plugins=host) == {"make": "ran"}
    assert project.read("made.txt") == "- one\n"
