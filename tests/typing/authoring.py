"""What type checkers and editors see of a pipeline's code; read by test_authoring, never run.

A line that a checker must complain of ends in `# error:` and the rule's name.
"""

from __future__ import annotations

import pathlib
from typing import Annotated, Any, TypedDict, assert_type

import pandas as pd

import pivot
from pivot import loaders
from pivot.api import RunReport
from pivot.outputs import Dep as PlainDep
from pivot.registry import REGISTRY, Registry
from pivot.stage_def import Dep, IncrementalOut, Metric, Out, Plot, StageDef, StageParams

# A definition


class Train(StageDef):
    train_data: Dep[pd.DataFrame] = Dep("data/train.csv", loaders.CSV(sep=";"))
    config: Dep[dict[str, Any]] = Dep("config.json", loaders.JSON())
    folder: Dep[pathlib.Path] = Dep(pathlib.Path("raw"))
    inferred = Dep("more.csv", loaders.CSV())
    model: Out[dict[str, int]] = Out("models/model.pkl", loaders.Pickle(), cache=False)
    log: IncrementalOut[pathlib.Path] = IncrementalOut("log.txt", loaders.PathOnly())
    score: Metric[dict[str, float]] = Metric("score.json")
    plot: Plot[pathlib.Path] = Plot("plot.png")
    learning_rate: float = 0.01


class Deeper(Train):
    config: Dep[dict[str, Any]] = Dep("deeper.yaml", loaders.YAML())
    depth: int = 3


def train(params: Train) -> None:
    assert_type(params.train_data, pd.DataFrame)
    assert_type(params.config, dict[str, Any])
    assert_type(params.folder, pathlib.Path)
    assert_type(params.inferred, pd.DataFrame)
    assert_type(params.model, dict[str, int])
    assert_type(params.log, pathlib.Path)
    assert_type(params.score, dict[str, float])
    assert_type(params.plot, pathlib.Path)
    assert_type(params.learning_rate, float)
    params.model = {"size": len(params.train_data)}
    params.score = {"accuracy": 0.95}
    params.log = pathlib.Path("log.txt")
    params.model = "text"  # error: reportAttributeAccessIssue
    params.score = {"accuracy": "high"}  # error: reportAttributeAccessIssue
    params.log = 3  # error: reportAttributeAccessIssue
    assert params.lerning_rate  # error: reportAttributeAccessIssue


def deeper(params: Deeper) -> None:
    assert_type(params.config, dict[str, Any])
    assert_type(params.train_data, pd.DataFrame)
    assert_type(params.depth, int)


assert_type(Train.train_data, Dep[pd.DataFrame])
assert_type(Train.model, Out[dict[str, int]])

Train()
Train(learning_rate=0.5, train_data=pd.DataFrame())
Deeper(learning_rate=0.5, depth=4)
Train(learning_rate="fast")  # error: reportArgumentType
Train(train_data=3)  # error: reportArgumentType
Train(lerning_rate=0.5)  # error: reportCallIssue


class Mismatched(StageDef):
    data: Dep[int] = Dep("data.csv", loaders.CSV())  # error: reportAssignmentType
    made: Out[str] = Dep("data.txt")  # error: reportAssignmentType


# Parameters


class Params(StageParams):
    epochs: int
    rate: float = 0.1


Params(epochs=3)
Params()  # error: reportCallIssue
Params(epochs="many")  # error: reportArgumentType

# Annotations of functions


class Cleaned(TypedDict):
    table: Annotated[pd.DataFrame, Out("clean.csv", loaders.CSV())]


def clean(raw: Annotated[pd.DataFrame, Dep("raw.csv", loaders.CSV())], params: Params) -> Cleaned:
    assert_type(raw, pd.DataFrame)
    return Cleaned(table=raw)


def wrong(raw: Annotated[pd.DataFrame, Dep("raw.csv", loaders.CSV())]) -> Cleaned:
    return {"tabel": raw}  # error: reportReturnType


assert_type(PlainDep("x", loaders.CSV()), PlainDep[pd.DataFrame])
Dep("x", "CSV")  # error: reportArgumentType
Dep("x", cache=False)  # error: reportCallIssue

# The registry

assert_type(REGISTRY, Registry)
assert_type(REGISTRY.register(clean)(pd.DataFrame(), Params(epochs=1)), Cleaned)
REGISTRY.register(clean, name="other", deps={"raw": "b.csv"}, outs=["log.txt"], mutex="gpu")
REGISTRY.register(train, params=Train(learning_rate=0.5), code=[clean])
REGISTRY.register(train, params=Deeper, mutex=["gpu", "net"])
REGISTRY.register(clean, deps=[3])  # error: reportArgumentType
REGISTRY.register(clean, params={"epochs": 3})  # error: reportArgumentType
REGISTRY.register(clean, nmae="other")  # error: reportCallIssue


@REGISTRY.register
def decorated(size: int = 3) -> Annotated[str, Out("x.json", loaders.JSON())]:
    return str(size)


assert_type(decorated(3), str)

# The façade

report = pivot.run(targets=["train"], registry=pivot.Registry(), executor="inline")
assert_type(report, RunReport)
assert_type(report["train"].seconds, float)
assert_type(pivot.__version__, str)
pivot.run(target="train")  # error: reportCallIssue
pivot.runn()  # error: reportAttributeAccessIssue
