"""Getting, setting and unsetting in the local file."""

from __future__ import annotations

import pytest

from pivot.config import get_setting, load_settings, set_setting, unset_setting
from pivot.errors import ConfigError


def local(root):
    return root / ".pivot/config.yaml"


def test_what_is_set_counts(tmp_path):
    set_setting(tmp_path, "jobs", "3")
    set_setting(tmp_path, "cache.link", "copy,reflink")
    settings = load_settings(tmp_path, environ={})
    assert (settings.jobs, settings.cache_link) == (3, ("copy", "reflink"))


def test_other_keys_and_comments_stay(tmp_path):
    local(tmp_path).parent.mkdir()
    local(tmp_path).write_text("# mine\nhash: xxh64\njobs: 1\n")
    set_setting(tmp_path, "jobs", "3")
    assert local(tmp_path).read_text() == "# mine\nhash: xxh64\njobs: 3\n"


def test_the_local_file_alone_is_asked_for_a_value(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.pivot]\njobs = 1\n")
    assert get_setting(tmp_path, "jobs") is None
    set_setting(tmp_path, "jobs", "3")
    assert get_setting(tmp_path, "jobs") == 3


def test_what_is_unset_no_longer_counts(tmp_path):
    set_setting(tmp_path, "jobs", "3")
    assert unset_setting(tmp_path, "jobs") is True
    assert get_setting(tmp_path, "jobs") is None


def test_unsetting_what_is_not_set_changes_nothing(tmp_path):
    assert unset_setting(tmp_path, "jobs") is False
    assert not local(tmp_path).exists()


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("jobs", "none", "the setting 'jobs' is 'none'; expected a whole number of at least 1"),
        ("jbos", "3", "there is no setting 'jbos'"),
    ],
)
def test_what_is_not_allowed_is_not_written(tmp_path, key, text, message):
    with pytest.raises(ConfigError, match=message):
        set_setting(tmp_path, key, text)
    assert not local(tmp_path).exists()


@pytest.mark.parametrize("act", [get_setting, unset_setting])
def test_an_unknown_key_is_an_error_everywhere(tmp_path, act):
    with pytest.raises(ConfigError, match="there is no setting 'jbos'"):
        act(tmp_path, "jbos")


def test_a_setting_that_is_wrong_in_the_file_can_be_mended(tmp_path):
    local(tmp_path).parent.mkdir()
    local(tmp_path).write_text("jobs: many\nnonsense: 1\n")
    set_setting(tmp_path, "jobs", "2")
    assert local(tmp_path).read_text() == "jobs: 2\nnonsense: 1\n"
