"""Every way in which a text can be no dvc.yaml of its plan is told."""

from __future__ import annotations

import pytest
from pivot_dvc_export import DvcExporter
from pivot_dvc_export.structure import problems

from pivot.interfaces import OutPlan, Plan, StagePlan

PLAN = Plan(
    (
        StagePlan(
            "make@x",
            "p:make",
            ("raw ${x}.csv",),
            (OutPlan("data/a.csv"), OutPlan("data/b.csv", tracked=True)),
            description="Costs ${5}",
            overridden=("rate",),
        ),
        StagePlan("all", "p:all", ("data/",), (OutPlan("out/"), OutPlan("s.json", "metric"))),
        StagePlan("part", "p:part", ("out/deep/x.csv",), (), overridden=("a.b",)),
        StagePlan("lonely", "p:lonely", (), ()),
    ),
    (("all", "part"), ("make@x", "all")),
)
TEXT = DvcExporter().export(PLAN)


def test_an_export_has_none():
    assert problems(PLAN, TEXT) == []


def test_neither_has_an_empty_one():
    empty = Plan((), ())
    assert problems(empty, DvcExporter().export(empty)) == []


CHANGES = [
    ("stages:", "stages: [", "this is not YAML"),
    ("stages:", "vars: []\nstages:", "'stages' alone"),
    ("make__at__x:", "make@x:", "stage 'make@x': DVC refuses this name"),
    ("lonely:\n    cmd: pivot run lonely", "lonely: text", "stage 'lonely': not a mapping"),
    ("    cmd: pivot run part\n", "", "there is no 'cmd'"),
    ("cmd: pivot run part", "cmd: [pivot]", "'cmd' can't be ['pivot']"),
    ("cmd: pivot run part", "cmd: pivot run all", "the stages and their commands"),
    ("  lonely:\n    cmd: pivot run lonely\n", "", "the stages and their commands"),
    (r"\${5}", "${5}", "the template in 'Costs ${5}' is not escaped"),
    ("      - data\n", "      - data: {}\n", "'deps' can't be [{'data': {}}]"),
    ("      - data\n", "      - ''\n", "'deps' can't be ['']"),
    ("    deps:\n      - data\n", "    dep: []\n    deps:\n      - data\n", "'dep' can't be []"),
    ("      - make@x.rate", "      - other.yaml: 3", "'params' can't be"),
    ("cache: false", "cache: 0", "'outs' can't be"),
    ("cache: false", "cached: false", "'outs' can't be"),
    ("      - out\n", "      - out\n      - out\n", "two outputs are 'out'"),
    ("      - out\n", "      - data/a.csv\n", "two outputs are 'data/a.csv'"),
    ("      - out\n", "      - data/b.csv/c\n", "'data/b.csv/c' lies in the output 'data/b.csv'"),
    ("      - data\n", "      - data\n      - data\n", "stage 'all': an input is there twice"),
    ("      - data\n", "      - dat\n", "'make@x' does not feed 'all'"),
    ("      - out/deep/x.csv", "      - s.json\n      - data/a.csv", "'make@x' feeds 'part', but"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGES, ids=[told for *_, told in CHANGES])
def test_it_is_told(old, new, told):
    assert TEXT.count(old) == 1
    assert told in "\n".join(problems(PLAN, TEXT.replace(old, new)))


@pytest.mark.parametrize("text", ["", "[]", "stages: []", "stages:\n  a:\n    ? ${x}\n    : y"])
def test_what_is_something_else_is_told(text):
    assert problems(PLAN, text)
