"""What type checkers and editors see of a pipeline's code; read by test_authoring, never run.

A line that a checker must complain of ends in `# error:` and the rule's name.
"""

from __future__ import annotations

import pathlib
from typing import Annotated, Any, TypedDict, assert_type

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

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
    array: Dep[pd.DataFrame] = Dep("data.npy", loaders.NumpyArray())  # error: reportAssignmentType
    made: Out[str] = Dep("data.txt")  # error: reportAssignmentType
    saved: Out[Figure] = Out("a.csv", loaders.CSV())  # error: reportAssignmentType
    log: IncrementalOut[str] = IncrementalOut("x", loaders.CSV())  # error: reportAssignmentType


# Every loader of Pivot's own plugins, and what it loads or saves


class Everything(StageDef):
    lines: Dep[pd.DataFrame] = Dep("a.jsonl", loaders.JSONLines(parse_dates="when"))
    sheet: Dep[pd.DataFrame] = Dep("a.xlsx", loaders.Excel(sheet_name="2024", usecols="A:C"))
    feather: Dep[pd.DataFrame] = Dep("a.feather", loaders.Feather(columns=["a"]))
    parquet: Dep[pd.DataFrame] = Dep("a.parquet", loaders.Parquet(compression="zstd"))
    array: Dep[np.ndarray[Any, Any]] = Dep("a.npy", loaders.NumpyArray())
    arrays: Dep[dict[str, np.ndarray[Any, Any]]] = Dep("a.npz", loaders.NumpyArrays())
    chart: Plot[Figure] = Plot("a.png", loaders.MatplotlibFigure(dpi=100))


def everything(params: Everything) -> None:
    assert_type(params.lines, pd.DataFrame)
    assert_type(params.sheet, pd.DataFrame)
    assert_type(params.feather, pd.DataFrame)
    assert_type(params.array, np.ndarray[Any, Any])
    assert_type(params.arrays, dict[str, np.ndarray[Any, Any]])
    params.chart = Figure()
    params.chart = params.array  # error: reportAttributeAccessIssue


loaders.Parquet(compression="rar")  # error: reportArgumentType
loaders.CSV(seperator=";")  # error: reportCallIssue

# Loaders that only load or only save


class Words(loaders.Reader[list[str]]):
    def load(self, path: pathlib.Path) -> list[str]:
        return path.read_text().split()


class Shout(loaders.Writer[str]):
    def save(self, data: str, path: pathlib.Path) -> None:
        path.write_text(data.upper())


class Whole(loaders.Loader[str]):
    def load(self, path: pathlib.Path) -> str:
        return path.read_text()

    def save(self, data: str, path: pathlib.Path) -> None:
        path.write_text(data)


class Half(loaders.Loader[str]):
    def load(self, path: pathlib.Path) -> str:
        return path.read_text()


Half()  # error: reportAbstractUsage


class OneWay(StageDef):
    words: Dep[list[str]] = Dep("words.txt", Words())
    shout: Out[str] = Out("shout.txt", Shout())
    text: Dep[str] = Dep("text.txt", Whole())
    again: Out[str] = Out("again.txt", Whole())
    unsaved: Out[list[str]] = Out("words.txt", Words())  # error: reportArgumentType
    unread: Dep[str] = Dep("shout.txt", Shout())  # error: reportArgumentType
    picture: Dep[Figure] = Dep("a.png", loaders.MatplotlibFigure())  # error: reportArgumentType


def one_way(params: OneWay) -> None:
    assert_type(params.words, list[str])
    assert_type(params.shout, str)
    params.shout = " ".join(params.words)
    params.shout = params.words  # error: reportAttributeAccessIssue


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


def one(raw: Annotated[list[str], Dep("words.txt", Words())]) -> Annotated[str, Out("x", Shout())]:
    assert_type(raw, list[str])
    return " ".join(raw)


def other(
    raw: Annotated[str, Dep("x.txt", Shout())],  # error: reportArgumentType
) -> Annotated[list[str], Out("y.txt", Words())]:  # error: reportArgumentType
    return raw.split()


assert_type(PlainDep("x", loaders.CSV()), PlainDep[pd.DataFrame])
assert_type(PlainDep("x", Words()), PlainDep[list[str]])
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
