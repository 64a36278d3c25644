"""Which layer wins, and what is wrong with a layer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pivot.config import SETTINGS, Settings, load_settings
from pivot.errors import ConfigError


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".pivot").mkdir()
    return tmp_path


def write_toml(project, text):
    (project / "pyproject.toml").write_text(text)


def write_yaml(project, text):
    (project / ".pivot/config.yaml").write_text(text)


def test_without_any_file_everything_is_the_default(tmp_path):
    settings = load_settings(tmp_path, environ={})
    assert settings == Settings()
    assert set(settings.origins.values()) == {"default"}
    assert list(settings.origins) == [setting.key for setting in SETTINGS]


def test_each_layer_is_stronger_than_the_one_before(project):
    layers = [(load_settings(project, environ={}), None)]
    write_toml(project, "[tool.pivot]\njobs = 1\n")
    layers.append((load_settings(project, environ={}), 1))
    write_yaml(project, "jobs: 2\n")
    layers.append((load_settings(project, environ={}), 2))
    layers.append((load_settings(project, environ={"PIVOT_JOBS": "3"}), 3))
    layers.append((load_settings(project, {"jobs": 4}, {"PIVOT_JOBS": "3"}), 4))
    assert [settings.jobs for settings, _ in layers] == [jobs for _, jobs in layers]
    assert [settings.origins["jobs"] for settings, _ in layers] == [
        "default",
        "pyproject.toml:2",
        ".pivot/config.yaml:1",
        "PIVOT_JOBS",
        "command line",
    ]


def test_layers_that_speak_of_different_settings_add_up(project):
    write_toml(project, "[tool.pivot.cache]\nlink = ['copy']\n")
    write_yaml(project, "keep_going: true\n")
    settings = load_settings(
        project, {"executor": "inline"}, {"PIVOT_LOCK_TIMEOUT": "2.5", "PIVOT_HASH": "xxh3_128"}
    )
    assert settings == Settings(
        executor="inline",
        hash="xxh3_128",
        cache_link=("copy",),
        lock_timeout=2.5,
        keep_going=True,
    )


def test_a_section_in_the_environment_is_written_with_two_underscores(tmp_path):
    settings = load_settings(tmp_path, environ={"PIVOT_CACHE__LINK": "copy, reflink"})
    assert settings.cache_link == ("copy", "reflink")


def test_an_empty_variable_counts_as_absent(tmp_path):
    assert load_settings(tmp_path, environ={"PIVOT_JOBS": ""}).jobs is None


def test_the_environment_of_the_process_is_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv("PIVOT_JOBS", "7")
    assert load_settings(tmp_path).jobs == 7


def test_variables_of_others_are_left_alone(tmp_path):
    assert load_settings(tmp_path, environ={"PIVOT_DISABLE_PLUGINS": "1"}) == Settings()


def test_an_override_of_none_says_nothing(tmp_path):
    assert load_settings(tmp_path, {"jobs": None, "executor": None}, {}) == Settings()


def test_an_override_may_be_a_text(tmp_path):
    settings = load_settings(tmp_path, {"jobs": "4", "keep_going": "yes"}, {})
    assert (settings.jobs, settings.keep_going) == (4, True)


@pytest.mark.parametrize(
    ("overrides", "environ", "message"),
    [
        ({"jbos": 4}, {}, "there is no setting 'jbos'"),
        ({"jobs": 0}, {}, "the setting 'jobs' is 0; expected a whole number of at least 1"),
        ({"jobs": "all"}, {}, "the setting 'jobs' is 'all'; expected a whole number"),
        ({}, {"PIVOT_JOBS": "all"}, r"PIVOT_JOBS \('jobs'\) is 'all'; expected a whole number"),
    ],
)
def test_what_is_wrong_outside_of_files_is_named(tmp_path, overrides, environ, message):
    with pytest.raises(ConfigError, match=message):
        load_settings(tmp_path, overrides, environ)


def test_a_wrong_value_in_toml_names_file_and_line(project):
    write_toml(project, "[project]\njobs = 1\n\n[tool.pivot]\nhash = 'xxh64'\njobs = 'four'\n")
    with pytest.raises(ConfigError, match=r"^pyproject.toml:6: the setting 'jobs' is 'four'"):
        load_settings(project, environ={})


def test_a_wrong_value_in_yaml_names_file_and_line(project):
    write_yaml(project, "# mine\ncache:\n  link: symlink\n")
    with pytest.raises(ConfigError, match=r"^.pivot/config.yaml:3: the setting 'cache.link' is"):
        load_settings(project, environ={})


@pytest.mark.parametrize(
    ("write", "text", "place"),
    [
        (write_toml, "[tool.pivot]\njbos = 1\n", "pyproject.toml:2"),
        (write_yaml, "\njbos: 1\n", ".pivot/config.yaml:2"),
    ],
)
def test_an_unknown_key_in_a_file_names_the_place_and_the_nearest_key(project, write, text, place):
    write(project, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(project, environ={})
    assert str(caught.value) == f"{place}: there is no setting 'jbos'\n  did you mean 'jobs'?"


def test_no_parser_is_loaded_for_a_project_without_settings(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    script = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path; from pivot.config import load_settings\n"
        f"load_settings(Path({str(tmp_path)!r}), environ={{}})\n"
        "print({'yaml', 'tomllib', 'difflib'} & (sys.modules.keys() - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
