"""Each shape that a dvc.yaml may have, by the schema of DVC itself, and shapes that it may not have.

What DVC takes can be imported, and what Pivot exports DVC takes. DVC is asked in its own
environment; that the shapes are sorted as it sorts them is a test of this file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from pivot_dvc_export import DvcExporter
from pivot_dvc_export.names import dvc_name
from pivot_dvc_export.project import read_project
from pivot_dvc_export.record import Record
from pivot_dvc_export.structure import problems

from pivot.errors import DiscoveryError
from pivot.interfaces import OutPlan, Plan, StagePlan

VALID = {
    "the least": "stages: {a: {cmd: x}}",
    "several commands": "stages: {a: {cmd: [x, y]}}",
    "a description": "stages: {a: {cmd: x, desc: what for}}",
    "a directory": "stages: {a: {cmd: x, wdir: sub}}",
    "inputs": "stages: {a: {cmd: x, deps: [b, c/d]}}",
    "outputs": "stages: {a: {cmd: x, outs: [b, {c: {cache: false, persist: true}}]}}",
    "outputs with more": "stages: {a: {cmd: x, outs: [{c: {desc: d, remote: r, push: false}}]}}",
    "metrics": "stages: {a: {cmd: x, metrics: [b, {c: {cache: false}}]}}",
    "plots": "stages: {a: {cmd: x, plots: [b, {c: {x: k, y: v, template: t, title: s}}]}}",
    "parameters": "stages: {a: {cmd: x, params: [b, c.d]}}",
    "files of parameters": "stages: {a: {cmd: x, params: [{p.yaml: [b]}, {q.toml: }]}}",
    "a file with one parameter": "stages: {a: {cmd: x, params: [{p.yaml: long}]}}",
    "a frozen one": "stages: {a: {cmd: x, frozen: true, always_changed: false, meta: {k: 1}}}",
    "variables": "vars: [{b: 1}]\nstages: {a: {cmd: 'x ${b}', vars: [{c: 2}]}}",
    "a loop over a list": "stages: {a: {foreach: [1, 2], do: {cmd: 'x ${item}'}}}",
    "a loop over a mapping": "stages: {a: {foreach: {k: {v: 1}}, do: {cmd: 'x ${item.v} ${key}'}}}",
    "a matrix": "stages: {a: {matrix: {m: [1, 2], n: [s]}, cmd: 'x ${item.m} ${item.n}'}}",
    "plots of the project": "plots: [b, {c: {x: k}}]\nstages: {a: {cmd: x}}",
    "metrics of the project": "metrics: [b]\nstages: {a: {cmd: x, outs: [b]}}",
    "parameters of the project": "params: [p.yaml]\nstages: {a: {cmd: x}}",
    "artifacts": "artifacts: {m: {path: b, type: model}}\nstages: {a: {cmd: x}}",
}
INVALID = {
    "no command": "stages: {a: {deps: [b]}}",
    "an unknown key": "stages: {a: {cmd: x, inputs: [b]}}",
    "an input that is a mapping": "stages: {a: {cmd: x, deps: [{b: {}}]}}",
    "inputs that are none": "stages: {a: {cmd: x, deps: b}}",
    "an unknown flag": "stages: {a: {cmd: x, outs: [{b: {cached: true}}]}}",
    "a flag that is none": "stages: {a: {cmd: x, outs: [{b: {cache: 5}}]}}",
    "parameters that are none": "stages: {a: {cmd: x, params: b}}",
    "stages that are a list": "stages: [a]",
    "a stage that is a text": "stages: {a: x}",
    "an unknown part": "stages: {a: {cmd: x}}\nsteps: {}",
}
ASK = """
import json, sys
from voluptuous import Invalid
from dvc.schema import COMPILED_LOCKFILE_SCHEMA, COMPILED_MULTI_STAGE_SCHEMA

def verdict(schema, value):
    try:
        schema(value)
    except Invalid as error:
        return str(error)

asked = json.load(sys.stdin)
print(json.dumps([
    [verdict(COMPILED_MULTI_STAGE_SCHEMA, one) for one in asked["files"]],
    [verdict(COMPILED_LOCKFILE_SCHEMA, one) for one in asked["locks"]],
]))
"""


@pytest.fixture(scope="module")
def verdicts(dvc):
    """Give what DVC's schemas say to some files and to some locks, None for what is valid."""
    program = shutil.which("dvc", path=dvc["PATH"])
    python = Path(program).resolve().with_name("python")

    def ask(files, locks=()):
        done = subprocess.run(
            [python, "-c", ASK],
            input=json.dumps({"files": files, "locks": locks}),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)

    return ask


@pytest.mark.distribution
def test_they_are_sorted_as_dvc_sorts_them(verdicts):
    found, _ = verdicts([yaml.safe_load(text) for text in (*VALID.values(), *INVALID.values())])
    told = dict(zip((*VALID, *INVALID), found, strict=True))
    assert {name for name, verdict in told.items() if verdict is None} == set(VALID)


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_what_dvc_takes_is_imported(tmp_path, text):
    (tmp_path / "dvc.yaml").write_text(text)
    assert read_project(tmp_path).steps


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_what_it_does_not_take_is_no_export(text):
    stage = StagePlan("a", "p:a", (), ())
    assert problems(Plan((stage,), ()), text)


@pytest.mark.parametrize("name", ["no command", "stages that are a list", "a stage that is a text"])
def test_what_can_not_be_understood_is_not_imported(tmp_path, name):
    (tmp_path / "dvc.yaml").write_text(INVALID[name])
    with pytest.raises(DiscoveryError):
        read_project(tmp_path)


@pytest.mark.distribution
def test_what_is_exported_is_valid_whatever_it_holds(verdicts, tmp_path):
    kinds = ("out", "incremental", "metric", "plot")
    outs = [
        OutPlan(f"{kind}-{cache}", kind, cache=cache) for kind in kinds for cache in (True, False)
    ]
    plan = Plan(
        (
            StagePlan("plain", "p:f", (), ()),
            StagePlan("all@v1.2", "p:f", ("in ${x}",), tuple(outs), description="${d}: # [x"),
            StagePlan("sets", "p:f", (), (), overridden=("rate",)),
            StagePlan("run", "p:f", (), (), command="x", reads_params={"a.toml": ("b",), "c": ()}),
        ),
        (),
    )
    for path in ("in ${x}", *(out.path for out in outs)):
        (tmp_path / path).write_text(path)
    (tmp_path / "params.yaml").write_text("sets:\n  rate: 1e-3\n")
    (tmp_path / "a.toml").write_text("b = [1, {c = 2}]\n")
    (tmp_path / "c").write_text("{d: [1, null]}")
    text = DvcExporter().export(plan)
    record = Record.of(plan, text, [stage.name for stage in plan.stages], tmp_path)
    assert dvc_name("all@v1.2") in record.text
    assert verdicts([yaml.safe_load(text)], [yaml.safe_load(record.text)]) == [[None], [None]]


def test_one_parameter_of_a_file_is_one(tmp_path):
    (tmp_path / "dvc.yaml").write_text(VALID["a file with one parameter"])
    assert read_project(tmp_path).steps[0].params == {"p.yaml": ["long"]}
