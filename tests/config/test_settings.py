"""The table of settings."""

from __future__ import annotations

import dataclasses

import pytest

from pivot.config import SETTINGS, Settings, find_setting
from pivot.errors import ConfigError, Place


def test_the_table_and_the_value_have_the_same_settings():
    fields = {field.name for field in dataclasses.fields(Settings)} - {"origins", "remotes"}
    assert {setting.field for setting in SETTINGS} == fields


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_each_default_is_a_value_that_the_setting_allows(setting):
    if setting.default is not None:
        assert setting.kind.check(setting.default) == setting.default


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_each_setting_describes_itself_in_one_line(setting):
    assert setting.description
    assert "\n" not in setting.description
    assert setting.kind.words


def test_the_names_of_a_setting_follow_from_its_key():
    setting = find_setting("cache.link")
    assert (setting.field, setting.variable) == ("cache_link", "PIVOT_CACHE__LINK")


def test_a_value_can_be_asked_for_by_key():
    assert Settings(cache_link=("copy",)).value("cache.link") == ("copy",)


def test_an_unknown_key_is_an_error_with_the_nearest_one():
    with pytest.raises(ConfigError, match="no setting 'job'") as caught:
        find_setting("job", Place("x.yaml", 4))
    assert str(caught.value).startswith("x.yaml:4: ")
    assert caught.value.hint == "did you mean 'jobs'?"


def test_an_unknown_key_that_is_near_to_none_lists_all():
    with pytest.raises(ConfigError) as caught:
        Settings().value("zzz")
    assert caught.value.hint is not None
    assert "lock_timeout" in caught.value.hint
