"""What a dvc.yaml says of a plan."""

from __future__ import annotations

import pytest
from pivot_dvc_export.document import document

from pivot.interfaces import OutPlan, Plan, StagePlan


def entry(*, name="train", deps=(), outs=(), **details):
    """Give what is said of one stage."""
    stage = StagePlan(name, "pipeline:f", deps, outs, **details)
    ((_, found),) = document(Plan((stage,), ()))["stages"].items()
    return found


def test_a_stage_needs_no_more_than_its_command():
    assert entry() == {"cmd": "pivot run train"}


def test_stages_keep_the_order_of_the_plan_and_get_names_that_dvc_takes():
    stages = [StagePlan(name, "p:f", (), ()) for name in ("z", "a@b")]
    assert document(Plan(tuple(stages), ())) == {
        "stages": {"z": {"cmd": "pivot run z"}, "a__at__b": {"cmd": "pivot run a@b"}}
    }


def test_a_name_is_quoted_for_the_shell():
    assert entry(name="a b")["cmd"] == "pivot run 'a b'"


def test_the_description_comes_first():
    assert next(iter(entry(description="Fit it."))) == "desc"


def test_declared_inputs_stand_before_sources_each_once():
    found = entry(deps=("b/", "a.csv", "a.csv", "m.py"), sources=("m.py", "pipeline.py"))
    assert found["deps"] == ["b", "a.csv", "m.py", "pipeline.py"]


def test_parameters_of_all_variants_are_named_as_the_file_names_them():
    found = entry(name="train@a", overridden=("rate",), overridden_together=("epochs",))
    assert found["params"] == ["train@a.rate", "train.epochs"]


def test_only_overridden_parameters_are_named():
    found = entry(params={"rate": 1, "epochs": 2}, overridden=("rate",))
    assert found["params"] == ["train.rate"]
    assert "params" not in entry(params={"rate": 1})


@pytest.mark.parametrize("name", ["v1.2", "12", "true", "NULL"])
def test_a_stage_that_dvc_cannot_find_in_the_file_depends_on_all_of_it(name):
    assert entry(name=name, overridden=("rate",))["params"] == [{"params.yaml": None}]


@pytest.mark.parametrize("field", ["a.b", "x*", "b[0]"])
def test_so_does_one_with_such_a_parameter(field):
    assert entry(overridden=("rate", field))["params"] == [{"params.yaml": None}]


def test_outputs_stand_in_the_list_of_their_kind():
    outs = (
        OutPlan("scores.json", "metric"),
        OutPlan("model.pkl"),
        OutPlan("plots/", "plot"),
        OutPlan("data.db", "incremental"),
    )
    found = entry(outs=outs)
    assert found["outs"] == ["model.pkl", {"data.db": {"persist": True}}]
    assert found["metrics"] == ["scores.json"]
    assert found["plots"] == ["plots"]


@pytest.mark.parametrize("details", [{"cache": False}, {"tracked": True}])
def test_dvc_does_not_cache_what_pivot_does_not_or_git_has(details):
    metric = OutPlan("scores.json", "metric", **details)
    assert entry(outs=(metric,))["metrics"] == [{"scores.json": {"cache": False}}]
