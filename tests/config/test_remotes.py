"""Where remotes are: settings whose names a person chooses."""

from __future__ import annotations

import pytest

from pivot.config import Settings, load_settings, set_setting, unset_setting
from pivot.errors import ConfigError

ORIGIN = "s3://my-bucket/pivot-cache"


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".pivot").mkdir()
    return tmp_path


def remotes(project, environ=None):
    return dict(load_settings(project, environ=environ or {}).remotes)


def test_there_are_none_at_first(project):
    assert remotes(project) == {}
    assert load_settings(project, environ={}).default_remote is None


def test_what_is_set_is_in_the_local_file_as_people_write_it(project):
    set_setting(project, "remotes.origin", ORIGIN)
    set_setting(project, "default_remote", "origin")
    file = project / ".pivot/config.yaml"
    assert file.read_text() == f"remotes:\n  origin: {ORIGIN}\ndefault_remote: origin\n"
    assert remotes(project) == {"origin": ORIGIN}
    assert load_settings(project, environ={}).default_remote == "origin"


def test_there_may_be_several(project):
    set_setting(project, "remotes.origin", ORIGIN)
    set_setting(project, "remotes.disk-2", "../share")
    assert remotes(project) == {"origin": ORIGIN, "disk-2": "../share"}


def test_one_can_be_removed(project):
    set_setting(project, "remotes.origin", ORIGIN)
    assert unset_setting(project, "remotes.origin")
    assert remotes(project) == {}


def test_the_project_may_name_one_for_everybody(project):
    (project / "pyproject.toml").write_text(f"[tool.pivot.remotes]\nteam = '{ORIGIN}'\n")
    assert remotes(project) == {"team": ORIGIN}


def test_what_is_nearer_to_the_user_wins(project):
    (project / "pyproject.toml").write_text("[tool.pivot.remotes]\nteam = '/a'\nother = '/b'\n")
    set_setting(project, "remotes.team", "/c")
    assert remotes(project) == {"team": "/c", "other": "/b"}
    settings = load_settings(project, environ={"PIVOT_REMOTES__TEAM": "/d"})
    assert settings.remotes == {"team": "/d", "other": "/b"}
    assert settings.origins["remotes.team"] == "PIVOT_REMOTES__TEAM"


def test_the_environment_may_name_one(project):
    environ = {"PIVOT_REMOTES__CI": "s3://ci", "PIVOT_REMOTES__NONE": ""}
    assert remotes(project, environ) == {"ci": "s3://ci"}


def test_the_table_lists_them_after_the_others(project):
    set_setting(project, "remotes.origin", ORIGIN)
    settings = load_settings(project, environ={})
    last = settings.table[-1]
    assert (last.key, settings.value(last.key)) == ("remotes.origin", ORIGIN)
    assert "origin" in last.description
    assert settings.origins[last.key] == ".pivot/config.yaml:2"


def test_one_that_is_not_set_has_no_value():
    assert Settings().value("remotes.origin") is None


@pytest.mark.parametrize("name", ["", "Origin", "a.b", "-a", "a b"])
def test_a_name_that_could_not_be_written_everywhere_is_refused(project, name):
    with pytest.raises(ConfigError, match="can't be the name of a remote"):
        set_setting(project, f"remotes.{name}", "/x")


def test_the_section_itself_is_no_setting(project):
    with pytest.raises(ConfigError, match="no setting 'remotes'"):
        set_setting(project, "remotes", "/x")


@pytest.mark.parametrize(
    "address",
    [
        "s3://b",
        "s3://b/p?region=x",
        "/mnt/a b",
        "../x",
        "~/x",
        "C:/x",
        "file:///x",
        "sftp://me@h/x",
    ],
)
def test_urls_and_paths_are_addresses(project, address):
    set_setting(project, "remotes.origin", address)
    assert remotes(project) == {"origin": address}


@pytest.mark.parametrize("address", ["", " ", "s3:/b", "s3:b", "s3://", "s3://?a=b", "a\nb"])
def test_half_urls_are_none(project, address):
    with pytest.raises(ConfigError, match="expected a URL such as"):
        set_setting(project, "remotes.origin", address)


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("s3://me:hush@bucket", "a password"),
        ("s3://bucket/x?region=a&secret_key=hush", "the option 'secret_key'"),
    ],
)
def test_a_credential_is_neither_taken_nor_shown(project, address, what):
    with pytest.raises(ConfigError, match=f"looks like a credential: {what}\n") as caught:
        set_setting(project, "remotes.origin", address)
    assert "hush" not in str(caught.value)
    assert "the environment" in caught.value.hint
    assert not (project / ".pivot/config.yaml").exists()


@pytest.mark.parametrize("address", ["sftp://me:hush@host", "az://c?sas_token=hush"])
def test_a_credential_in_a_file_is_not_shown_either(project, address):
    (project / ".pivot/config.yaml").write_text(f"remotes:\n  origin: {address}\n")
    with pytest.raises(ConfigError, match=r"config.yaml:2: ") as caught:
        load_settings(project, environ={})
    assert "hush" not in str(caught.value)


def test_nor_is_one_of_the_project_s_table(project):
    (project / "pyproject.toml").write_text("[tool.pivot.remotes]\nteam = 's3://b?password=hush'\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml:2: .*the option 'password'") as caught:
        load_settings(project, environ={})
    assert "hush" not in str(caught.value)


def test_what_is_no_address_is_shown_without_what_may_be_a_credential(project):
    for address in ("s3:/bucket?key=hush", "sftp:me:hush@host"):
        with pytest.raises(ConfigError, match=r"expected a URL") as caught:
            set_setting(project, "remotes.origin", address)
        assert "hush" not in str(caught.value)


def test_an_address_is_not_the_name_of_the_default_remote(project):
    with pytest.raises(ConfigError, match="expected the name of a remote, not its") as caught:
        set_setting(project, "default_remote", "s3://bucket?secret_key=hush")
    assert "hush" not in str(caught.value)
