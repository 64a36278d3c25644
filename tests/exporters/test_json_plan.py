"""A plan as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import pivot
from pivot.exporters.json_plan import JsonExporter
from pivot.interfaces import OutPlan, Plan, StagePlan
from pivot.testing import ExporterSuite

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "plan.schema.json").read_text())


class TestConformance(ExporterSuite):
    @pytest.fixture
    def exporter(self):
        return JsonExporter()


def test_all_of_a_plan_is_there():
    out = OutPlan("größe.json", "metric", cache=False, tracked=True)
    stage = StagePlan(
        "train", "pipeline:fit", ("a",), (out,), {"rate": 0.1}, "Fit.", sources=("pipeline.py",)
    )
    text = JsonExporter().export(Plan((stage,), ()))
    assert "größe" in text
    assert json.loads(text) == {
        "version": 1,
        "stages": [
            {
                "name": "train",
                "function": "pipeline:fit",
                "description": "Fit.",
                "deps": ["a"],
                "sources": ["pipeline.py"],
                "params": {"rate": 0.1},
                "outs": [{"path": "größe.json", "kind": "metric", "cache": False, "tracked": True}],
            }
        ],
        "edges": [],
    }


PIPELINE = '''
import datetime
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class Params(StageParams):
    since: datetime.date = datetime.date(2020, 1, 1)
    weights: dict[str, float] = {"a": 0.5}


def clean() -> Annotated[int, outputs.Out("clean.json", loaders.JSON())]:
    """Clean up."""
    return 1


def train(
    params: Params, clean: Annotated[int, outputs.Dep("clean.json", loaders.JSON())]
) -> Annotated[dict, outputs.Metric("scores.json")]:
    return {}


REGISTRY.register(clean)
REGISTRY.register(train)
'''


def test_what_is_exported_follows_the_schema(project):
    project.write("pipeline.py", PIPELINE)
    plan = json.loads(pivot.export("json", project.root))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(plan, SCHEMA)
    assert plan["edges"] == [["clean", "train"]]
    assert plan["stages"][1]["params"] == {"since": "2020-01-01", "weights": {"a": 0.5}}


@pytest.mark.parametrize("key", ["version", "stages", "edges"])
def test_the_schema_refuses_a_plan_without_a_part(key):
    plan = json.loads(JsonExporter().export(Plan((), ())))
    del plan[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plan, SCHEMA)
