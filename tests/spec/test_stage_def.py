"""`StageDef`: deps that are loaded before the function runs, outs that are saved after it."""

from __future__ import annotations

import json
import pickle

import pytest


@pytest.fixture
def orchard(project):
    project.pipeline("""
        import pandas

        class HarvestParams(StageDef):
            trees: Dep[pandas.DataFrame] = Dep("data/trees.csv", loaders.CSV())
            weather: Dep[dict] = Dep("weather.json", loaders.JSON())

            model: Out[dict] = Out("models/harvest.pkl", loaders.Pickle())
            metrics: Out[dict] = Out("metrics.json", loaders.JSON())

            rounds: int = 3

        def harvest(params: HarvestParams) -> None:
            apples = params.trees["apples"].sum() * params.weather["sun"]
            params.model = {"apples": int(apples), "rounds": params.rounds}
            params.metrics = {"trees": len(params.trees)}

        REGISTRY.register(harvest)
    """)
    project.write("data/trees.csv", "tree,apples\na,10\nb,5\n")
    project.write("weather.json", '{"sun": 2}\n')
    return project


def model(project):
    return pickle.loads((project.root / "models/harvest.pkl").read_bytes())


def test_deps_are_loaded_and_outs_are_saved(orchard, run):
    assert run() == {"harvest": "ran"}
    assert model(orchard) == {"apples": 30, "rounds": 3}
    assert json.loads(orchard.read("metrics.json")) == {"trees": 2}
    assert run() == {"harvest": "unchanged"}


def test_a_changed_dep_runs_it(orchard, run):
    run()
    orchard.write("weather.json", '{"sun": 1}\n')
    assert run() == {"harvest": "ran"}
    assert model(orchard)["apples"] == 15


def test_its_own_parameters_are_tracked(orchard, run):
    run()
    orchard.write("params.yaml", "harvest: {rounds: 5}\n")
    assert run() == {"harvest": "ran"}
    assert model(orchard)["rounds"] == 5


def test_an_output_that_is_not_assigned_fails_the_stage(orchard):
    orchard.edit("pipeline.py", "params.metrics = ", "metrics = ")
    done = orchard.cli("run")
    assert done.returncode == 1
    assert "metrics" in done.stdout + done.stderr


def test_the_options_of_a_loader_are_tracked(orchard, run):
    run()
    before = orchard.read("metrics.json")
    orchard.edit(
        "pipeline.py", '"metrics.json", loaders.JSON()', '"metrics.json", loaders.JSON(indent=None)'
    )
    assert run() == {"harvest": "ran"}
    assert orchard.read("metrics.json") != before


EXAMPLE = """
import pandas as pd
from pivot import loaders
from pivot.stage_def import StageDef, Dep, Out


class TrainParams(StageDef):
    # Deps - type-safe file loading
    train_data: Dep[pd.DataFrame] = Dep("data/train.csv", loaders.CSV())
    config: Dep[dict] = Dep("config.json", loaders.JSON())

    # Outs - type-safe file saving
    model: Out[dict] = Out("models/model.pkl", loaders.Pickle())
    metrics: Out[dict] = Out("metrics.json", loaders.JSON())

    # Regular params
    learning_rate: float = 0.01
    epochs: int = 100


def train(params: TrainParams) -> None:
    # Deps are auto-loaded before function runs
    df = params.train_data  # Returns pd.DataFrame
    config = params.config  # Returns dict

    # Train model...
    model = {"weights": df.shape, "lr": params.learning_rate}
    metrics = {"accuracy": 0.95}

    # Assign outputs - auto-saved after function returns
    params.model = model
    params.metrics = metrics
"""


def test_the_example_runs_as_it_stands(project, run):
    project.write(
        "pipeline.py", f"{EXAMPLE}\nfrom pivot.registry import REGISTRY\nREGISTRY.register(train)\n"
    )
    project.write("data/train.csv", "a,b\n1,2\n3,4\n")
    project.write("config.json", "{}\n")
    assert run() == {"train": "ran"}
    trained = pickle.loads((project.root / "models/model.pkl").read_bytes())
    assert trained == {"weights": (2, 2), "lr": 0.01}
    assert json.loads(project.read("metrics.json")) == {"accuracy": 0.95}
    assert run() == {"train": "unchanged"}
