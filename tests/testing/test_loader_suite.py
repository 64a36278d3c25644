"""The suite passes good loaders, and each of its checks fails for a loader that breaks just that."""

from __future__ import annotations

import datetime as dt
import pathlib
from typing import Any

import pytest

from pivot.loaders import JSON, YAML, Loader, Pickle
from pivot.testing import LoaderSuite

BROKEN_FILE = "loaders.py"


def test_what_is_broken_fails_and_nothing_else(broken, breaks, verdicts):
    assert verdicts[broken] == breaks


class TestJSON(LoaderSuite):
    filename = "metrics.json"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return JSON(indent=None)

    @pytest.fixture
    def value(self) -> Any:
        return {"b": [1, 2.5, None, True], "a": {"ü": "\u2028"}}


class TestYAML(LoaderSuite):
    filename = "settings.yaml"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return YAML()

    @pytest.fixture
    def value(self) -> Any:
        return {"b": [1, 2.5, None, True, dt.date(2024, 2, 29)], "a": {"ü": "\u2028"}, 3: {"x"}}


class TestPickle(LoaderSuite):
    filename = "model.pkl"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return Pickle()

    @pytest.fixture
    def value(self) -> Any:
        return {"path": pathlib.Path("x"), 3: {1, 2}, "nested": [(1, b"\xff")]}
