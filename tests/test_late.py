"""Names of a package that are imported when they are first used."""

from __future__ import annotations

import json.decoder
import sys
import types

import pytest

from pivot.late import late


@pytest.fixture
def package(monkeypatch):
    module = types.ModuleType("some_package")
    monkeypatch.setitem(sys.modules, "some_package", module)
    module.__getattr__ = late("some_package", {"JSONDecoder": "json.decoder"})
    return module


def test_a_name_is_what_its_home_has(package):
    assert package.JSONDecoder is json.decoder.JSONDecoder


def test_it_is_looked_for_once(package):
    assert "JSONDecoder" not in vars(package)
    assert package.JSONDecoder is vars(package)["JSONDecoder"]


def test_any_other_name_is_missing(package):
    with pytest.raises(AttributeError, match="module 'some_package' has no attribute 'nothing'"):
        package.nothing  # noqa: B018 - looking is the test
