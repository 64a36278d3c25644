"""The functions that the files name."""

from typing import Annotated, TypedDict

from pivot import loaders, outputs
from pivot.stage_def import Dep, Out, StageDef, StageParams


class Optimizer(StageParams):
    rate: float = 0.1
    momentum: float = 0.9


class Settings(StageParams):
    epochs: int = 1
    name: str = "x"
    layers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    optimizer: Optimizer = Optimizer()
    weights: dict[str, float] = {}  # noqa: RUF012 - pydantic copies it


class Made(TypedDict):
    model: Annotated[int, outputs.Out("model.json", loaders.JSON())]
    log: Annotated[int, outputs.Out("log.json", loaders.JSON())]


def train(
    data: Annotated[int, outputs.Dep("data.json", loaders.JSON())],
    words: Annotated[int, outputs.Dep("words.json", loaders.JSON())],
    params: Settings,
    variant: str = "none",
) -> Made:
    return Made(model=data, log=words)


def plain(
    data: Annotated[int, outputs.Dep("data.json", loaders.JSON())],
) -> Annotated[int, outputs.Out("plain.json", loaders.JSON())]:
    return data


class Needy(StageParams):
    size: int
    inner: Optimizer


def needs(params: Needy) -> Annotated[int, outputs.Out("size.json", loaders.JSON())]:
    return params.size


class Fit(StageDef):
    points: Dep[int] = Dep("points.json", loaders.JSON())
    slope: Out[int] = Out("slope.json", loaders.JSON())
    digits: int = 3


def fit(params: Fit) -> None:
    params.slope = params.points


def only_variants(variant: str) -> Annotated[str, outputs.Out("v.json", loaders.JSON())]:
    return variant


def unsaid(seed):
    return seed


NUMBER = 3
