"""Clean measurements of penguins, learn to tell their species, and say how well that went."""

from typing import Annotated, Any, TypedDict

import classifier
import measurements
import pandas as pd

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


def clean(
    raw: Annotated[pd.DataFrame, outputs.Dep("data/penguins.csv", loaders.CSV())],
) -> Annotated[pd.DataFrame, outputs.Out("build/penguins.parquet", loaders.Parquet())]:
    return measurements.complete(raw)


class SplitParams(StageParams):
    test_every: int = 4


class SplitOutputs(TypedDict):
    training: Annotated[pd.DataFrame, outputs.Out("build/training.parquet", loaders.Parquet())]
    test: Annotated[pd.DataFrame, outputs.Out("build/test.parquet", loaders.Parquet())]


def split(
    params: SplitParams,
    penguins: Annotated[pd.DataFrame, outputs.Dep("build/penguins.parquet", loaders.Parquet())],
) -> SplitOutputs:
    is_test = penguins.groupby("species").cumcount() % params.test_every == 0
    return SplitOutputs(training=penguins[~is_test], test=penguins[is_test])


class TrainParams(StageParams):
    learning_rate: float = 0.5
    steps: int = 300


def train(
    params: TrainParams,
    training: Annotated[pd.DataFrame, outputs.Dep("build/training.parquet", loaders.Parquet())],
) -> Annotated[dict[str, Any], outputs.Out("build/model.json", loaders.JSON())]:
    return classifier.fit(
        measurements.features(training), training["species"], params.learning_rate, params.steps
    )


class EvaluateOutputs(TypedDict):
    metrics: Annotated[dict[str, Any], outputs.Metric("metrics.json")]
    confusion: Annotated[pd.DataFrame, outputs.Plot("build/confusion.csv", loaders.CSV())]


def evaluate(
    model: Annotated[dict[str, Any], outputs.Dep("build/model.json", loaders.JSON())],
    test: Annotated[pd.DataFrame, outputs.Dep("build/test.parquet", loaders.Parquet())],
) -> EvaluateOutputs:
    predicted = classifier.predict(model, measurements.features(test))
    hits = predicted == test["species"].to_numpy()
    metrics = {"birds": len(test), "accuracy": round(float(hits.mean()), 4)}
    return EvaluateOutputs(
        metrics=metrics, confusion=classifier.confusion(test["species"], predicted)
    )


REGISTRY.register(clean)
REGISTRY.register(split)
REGISTRY.register(train)
REGISTRY.register(evaluate)
