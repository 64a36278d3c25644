import json


def test_a_setting_is_set_and_shown_and_unset(invoke, scaling):
    assert invoke("config", "set", "jobs", "3").status == 0
    assert invoke("config", "get", "jobs").out == "3\n"
    assert scaling.read(".pivot/config.yaml") == "jobs: 3\n"
    assert invoke("config", "unset", "jobs").status == 0
    assert invoke("config", "get", "jobs").out == "(unset)\n"


def test_get_shows_what_counts_wherever_it_comes_from(invoke, scaling, monkeypatch):
    assert invoke("config", "get", "executor").out == "loky\n"
    monkeypatch.setenv("PIVOT_EXECUTOR", "inline")
    assert invoke("config", "get", "executor").out == "inline\n"


def test_a_value_is_shown_as_it_can_be_set(invoke, scaling):
    for key in ("cache.link", "keep_going"):
        value = invoke("config", "get", key).out.strip()
        assert invoke("config", "set", key, value).status == 0
        assert invoke("config", "get", key).out.strip() == value


def test_list_names_every_origin(invoke, scaling):
    scaling.write("pyproject.toml", "[tool.pivot]\nkeep_going = true\n")
    lines = [line.split() for line in invoke("config", "list").out.splitlines()]
    assert ["executor", "loky", "default"] in lines
    assert ["keep_going", "true", "pyproject.toml:2"] in lines


def test_a_remote_is_a_setting(invoke, scaling):
    assert invoke("config", "set", "remotes.origin", "s3://bucket/cache").status == 0
    lines = [line.split() for line in invoke("config", "list").out.splitlines()]
    assert ["remotes.origin", "s3://bucket/cache", ".pivot/config.yaml:2"] in lines


def test_json_has_values_and_not_texts(invoke, scaling):
    assert json.loads(invoke("config", "get", "keep_going", "--json").out) is False
    found = {item["key"]: item for item in json.loads(invoke("config", "list", "--json").out)}
    assert found["jobs"] == {"key": "jobs", "value": None, "origin": "default"}


def test_a_wrong_value_is_refused(invoke, scaling):
    result = invoke("config", "set", "jobs", "many")
    assert result.status == 2
    assert result.err.startswith("error: the setting 'jobs' is 'many'; expected ")


def test_an_unknown_setting_names_the_nearest(invoke, scaling):
    for words in (["get", "job"], ["set", "job", "1"], ["unset", "job"]):
        result = invoke("config", *words)
        assert result.status == 2
        assert "did you mean 'jobs'?" in result.err


def test_unsetting_what_is_not_set_says_so(invoke, scaling):
    assert invoke("config", "unset", "jobs").out == "jobs was not set in .pivot/config.yaml\n"


def test_settings_work_from_a_subdirectory(invoke, scaling):
    scaling.write("sub/here", "")
    invoke("config", "set", "jobs", "2", directory="sub")
    assert scaling.read(".pivot/config.yaml") == "jobs: 2\n"


def test_the_names_of_settings_are_completed(scaling):
    found = scaling.cli(
        _PIVOT_COMPLETE="bash_complete", COMP_WORDS="pivot config get ca", COMP_CWORD="3"
    )
    assert found.stdout == "plain,cache.link\nplain,cache.verify\n"
