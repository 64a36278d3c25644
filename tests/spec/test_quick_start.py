"""Typed functions with annotated deps and `TypedDict` outs: two runs, and what an edit affects."""

from __future__ import annotations

import pickle

import pytest

PIPELINE = """
# pipeline.py
import pathlib
import pickle
from typing import Annotated, TypedDict

import pandas

from pivot import loaders, outputs
from pivot.registry import REGISTRY


class TidyOutputs(TypedDict):
    tidy: Annotated[pathlib.Path, outputs.Out("tidy.parquet", loaders.PathOnly())]


def tidy(
    readings: Annotated[pandas.DataFrame, outputs.Dep("readings.csv", loaders.CSV())],
) -> TidyOutputs:
    frame = readings.dropna()
    path = pathlib.Path("tidy.parquet")
    frame.to_parquet(path)
    return TidyOutputs(tidy=path)


class FitOutputs(TypedDict):
    line: Annotated[pathlib.Path, outputs.Out("line.pkl", loaders.PathOnly())]


def fit(
    tidy: Annotated[pathlib.Path, outputs.Dep("tidy.parquet", loaders.PathOnly())],
) -> FitOutputs:
    frame = pandas.read_parquet(tidy)
    slope = frame["depth"].cov(frame["pressure"]) / frame["depth"].var()
    path = pathlib.Path("line.pkl")
    path.write_bytes(pickle.dumps({"slope": round(slope, 6), "rows": len(frame)}))
    return FitOutputs(line=path)


REGISTRY.register(tidy)
REGISTRY.register(fit)
"""


@pytest.fixture
def ocean(project):
    project.write("readings.csv", "depth,pressure\n0,1\n10,2\n20,3\n,9\n30,4\n")
    project.write("pipeline.py", PIPELINE)
    return project


def test_the_first_run_runs_both_stages_and_the_second_none(ocean, run):
    assert run() == {"tidy": "ran", "fit": "ran"}
    assert pickle.loads((ocean.root / "line.pkl").read_bytes()) == {"slope": 0.1, "rows": 4}
    assert run() == {"tidy": "unchanged", "fit": "unchanged"}


def test_an_edit_of_the_first_stage_runs_both(ocean, run):
    run()
    ocean.edit("pipeline.py", "readings.dropna()", "readings.dropna().head(2)")
    assert run() == {"tidy": "ran", "fit": "ran"}
    assert pickle.loads((ocean.root / "line.pkl").read_bytes())["rows"] == 2


def test_an_edit_of_the_last_stage_runs_it_alone(ocean, run):
    run()
    ocean.edit("pipeline.py", "round(slope, 6)", "round(slope, 4)")
    assert run() == {"tidy": "unchanged", "fit": "ran"}


def test_new_data_run_both(ocean, run):
    run()
    ocean.write("readings.csv", "depth,pressure\n0,1\n10,3\n")
    assert run() == {"tidy": "ran", "fit": "ran"}


def test_it_runs_from_a_subdirectory_and_needs_no_init(ocean):
    (ocean.root / "notes").mkdir()
    done = ocean.cli("-C", "notes", "run")
    assert done.returncode == 0, done.stderr
    assert (ocean.root / "line.pkl").exists()


def test_one_function_may_return_its_only_output(project, run):
    project.pipeline("""
        def count(
            text: Annotated[pathlib.Path, outputs.Dep("words.txt")],
        ) -> Annotated[dict, outputs.Out("count.json", loaders.JSON())]:
            return {"words": len(text.read_text().split())}

        REGISTRY.register(count)
    """)
    project.write("words.txt", "one two three\n")
    assert run() == {"count": "ran"}
    assert '"words": 3' in project.read("count.json")
