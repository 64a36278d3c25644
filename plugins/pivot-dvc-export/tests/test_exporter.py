"""What Pivot relies on, and the text as a whole."""

from __future__ import annotations

import pytest
from pivot_dvc_export import DvcExporter

from pivot.interfaces import FileExporter, OutPlan, Plan, StagePlan
from pivot.testing import ExporterSuite

PLAN = Plan(
    (
        StagePlan(
            "train@small",
            "pipeline:train",
            ("clean.csv",),
            (OutPlan("model.pkl"), OutPlan("scores.json", "metric", tracked=True)),
            description="Fit the model: for ${5}.",
            overridden=("rate",),
            sources=("helpers.py", "pipeline.py"),
        ),
    ),
    (),
)
TEXT = r"""
# Written by 'pivot export' from the code of the pipeline: change that, and export again.
stages:
  train__at__small:
    desc: 'Fit the model: for \${5}.'
    cmd: pivot run train@small
    deps:
      - clean.csv
      - helpers.py
      - pipeline.py
    params:
      - train@small.rate
    outs:
      - model.pkl
    metrics:
      - scores.json:
          cache: false
""".lstrip()


class TestConformance(ExporterSuite):
    @pytest.fixture
    def exporter(self):
        return DvcExporter()


def test_the_whole_text():
    assert DvcExporter().export(PLAN) == TEXT


def test_it_is_meant_for_the_file_that_dvc_looks_for():
    assert isinstance(DvcExporter(), FileExporter)
    assert DvcExporter.file_name == "dvc.yaml"


def test_it_knows_its_own_files():
    assert DvcExporter().owns(TEXT)
    assert not DvcExporter().owns("stages: {}\n")


def test_dvc_is_not_asked_about_what_is_wrong_already(tmp_path):
    (found,) = DvcExporter().validate(PLAN, TEXT.replace("clean.csv", "model.pkl"), tmp_path)
    assert found.how == "structurally"
    assert found.problems == ("'train@small' feeds 'train@small', but not in Pivot",)


def test_without_dvc_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    structure, dvc = DvcExporter().validate(PLAN, TEXT, tmp_path)
    assert (structure.problems, structure.skipped) == ((), None)
    assert dvc.skipped == "there is no program 'dvc' on the PATH, and no 'uv' that could run it"
