from typing import Annotated

from pivot import loaders
from pivot.outputs import Out
from pivot.registry import Registry
from pivot.stage_def import StageParams, seen_values


class Params(StageParams):
    rate: float = 0.1


def plain() -> None: ...


def train(params: Params) -> None: ...


def fit(params: Params, variant: str) -> None: ...


def vary(variant: str) -> Annotated[str, Out("x.json", loaders.JSON())]:
    return variant


def seen(function, name=None):
    registry = Registry()
    registry.register(function, name=name)
    return seen_values(registry.stages[0])


def test_without_parameters_there_is_nothing():
    assert seen(plain) == {}


def test_parameters():
    assert seen(train) == {"rate": 0.1}


def test_a_variant_is_seen_if_the_function_takes_it():
    assert seen(vary, "vary@a_b") == {"variant": "a_b"}
    assert seen(train, "train@a_b") == {"rate": 0.1}


def test_both():
    assert seen(fit, "fit@a") == {"rate": 0.1, "variant": "a"}
