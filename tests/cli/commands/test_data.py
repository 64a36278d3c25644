"""`pivot data get`, and the group that plugins add to."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from pivot.cli.commands.data import data

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "data-get.schema.json").read_text("utf-8")
)


def test_an_output_comes_back_to_its_own_place(observing, observed):
    (observed.root / "scores.json").unlink()
    result = observing("data", "get", "scores.json", "--rev", "v1")
    assert (result.status, result.err) == (0, "")
    assert result.out == "scores.json at v1  from the cache  49 bytes  -> scores.json\n"
    assert json.loads(observed.read("scores.json"))["loss"] == 0.2
    assert os.access(observed.root / "scores.json", os.W_OK)


def test_nothing_is_replaced_unless_that_is_asked_for(observing, observed):
    result = observing("data", "get", "scores.json", "final.yaml", "--rev", "v1")
    assert (result.status, result.out) == (2, "")
    assert "scores.json is there already\n  get it elsewhere with '-o PATH'" in result.err
    assert json.loads(observed.read("scores.json"))["loss"] == 0.1
    assert observing("data", "get", "scores.json", "--rev", "v1", "--force").err == ""
    assert json.loads(observed.read("scores.json"))["loss"] == 0.2


def test_what_nobody_has_saved_is_saved_before_it_is_replaced(observing, observed):
    observed.write("scores.json", "my own")
    result = observing("data", "get", "scores.json", "--rev", "v1", "--force", "--json")
    found = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    [saved] = found["saved"]
    assert saved["path"] == "scores.json"
    blob = observed.root / ".pivot/cache/files" / saved["hash"][:2] / saved["hash"][2:]
    assert blob.read_text() == "my own"
    assert f"scores.json: what was there is saved in the cache as {saved['hash']}" in result.err


@pytest.fixture(autouse=True)
def fresh_group():
    """Have the group ask anew which plugins there are: tests differ in that."""
    vars(data).pop("_additions", None)
    yield
    vars(data).pop("_additions", None)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["scores.json", "-o", "{}/new.json"], ["new.json"]),
        (["scores.json", "-o", "{}/"], ["scores.json"]),
        (["scores.json", "-o", "{}/a/b/"], ["a/b/scores.json"]),
        (["parts", "-o", "{}/p"], ["p/rate.txt", "p/sub/same.txt"]),
        (["parts/", "-o", "{}"], ["parts/rate.txt", "parts/sub/same.txt"]),
        (["parts/sub", "-o", "{}/s"], ["s/same.txt"]),
        (["parts/sub/same.txt", "-o", "{}"], ["same.txt"]),
        (["parts/rate.txt", "parts", "-o", "{}"], ["parts/rate.txt", "parts/sub/same.txt"]),
        (["final", "-o", "{}/x"], ["x/final.yaml"]),
        (["raw.json", "clean.json", "-o", "{}"], ["clean.json", "raw.json"]),
        (["*.json", "-o", "{}"], ["clean.json", "raw.json", "scores.json"]),
        (["f*l", "-o", "{}"], ["final.yaml"]),
        (["./params.yaml", "-o", "{}"], ["params.yaml"]),
    ],
)
def test_where_things_go(observing, tmp_path, words, made):
    place = tmp_path / "place"
    place.mkdir()
    words = [word.format(place) for word in words]
    result = observing("data", "get", *words, "--rev", "v2")
    assert (result.status, result.err) == (0, "")
    files = sorted(f.relative_to(place).as_posix() for f in place.rglob("*") if f.is_file())
    assert files == made


def test_contents_are_those_of_the_revision(observing, tmp_path):
    observing("data", "get", "train", "params.yaml", "--rev", "v2", "-o", str(tmp_path / "old"))
    old = tmp_path / "old"
    assert (old / "parts/rate.txt").read_text() == "0.2"
    assert (old / "params.yaml").read_text() == "train: {rate: 0.2}"
    assert json.loads((old / "scores.json").read_text())["loss"] == 0.4


def test_links_empty_directories_and_modes_come_along(observing, observed, tmp_path):
    observed.edit(
        "pipeline.py",
        '    (parts / "rate.txt")',
        '    (parts / "sub" / "l").symlink_to("same.txt"); (parts / "up").symlink_to("sub/same.txt")\n'
        '    (parts / "sub" / "none").mkdir(); (parts / "run").touch(0o755)\n'
        '    (parts / "rate.txt")',
    )
    (observed.root / "raw.json").chmod(0o755)
    observed.run()
    observed.commit("v4")
    for number, target in enumerate(("parts", "parts/sub", "raw.json", "parts/run")):
        words = [target, "--rev", "v4", "-o", str(tmp_path / str(number))]
        assert observing("data", "get", *words).err == ""
    assert (tmp_path / "0/sub/l").read_text() == "same"
    assert (tmp_path / "1/l").readlink() == Path("same.txt")
    assert (tmp_path / "1/none").is_dir()
    assert os.access(tmp_path / "2", os.X_OK)
    assert os.access(tmp_path / "3", os.X_OK)
    result = observing("data", "get", "parts/up", "--rev", "v4", "-o", str(tmp_path / "up"))
    assert "parts/up was a symbolic link to parts/sub/same.txt" in result.err


def test_the_cache_and_the_remote_are_told_apart(observing, observed, tmp_path):
    def get(*words):
        return observing(
            "data", "get", "parts/rate.txt", "clean.json", "--rev", "v1", "-o", out, *words
        )

    out = str(tmp_path / "out")
    (tmp_path / "remote").mkdir()
    observing("config", "set", "remotes.origin", str(tmp_path / "remote"))
    observed.git("checkout", "-q", "v1", "--", ".pivot/stages")
    observing("push", "clean")
    shutil.rmtree(observed.root / ".pivot/cache")
    (observed.root / "clean.json").unlink()

    result = get()
    assert result.status == 2
    assert "parts at v1: the cache doesn't hold it (" in result.err
    assert "and neither does the remote 'origin'" in result.err
    assert not Path(out).exists()

    observing("config", "unset", "remotes.origin")
    assert "and there is no remote to get it from" in get().err
    assert "there is no remote called 'other'" in get("--remote", "other").err

    observing("config", "set", "remotes.origin", str(tmp_path / "remote"))
    result = observing("data", "get", "clean.json", "--rev", "v1", "-o", out, "--json")
    found = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    assert found["files"][0]["source"] == "remote"


def test_a_damaged_remote_is_told(observing, observed, tmp_path):
    (tmp_path / "remote").mkdir()
    observing("config", "set", "remotes.origin", str(tmp_path / "remote"))
    observing("push", "clean")
    shutil.rmtree(observed.root / ".pivot/cache")
    (observed.root / "clean.json").unlink()
    for blob in (tmp_path / "remote").rglob("*"):
        if blob.is_file():
            blob.chmod(0o644)
            blob.write_text("x" * blob.stat().st_size)
    result = observing("data", "get", "clean.json", "--rev", "v3")
    assert result.status == 2
    assert "what the remote 'origin' has is damaged" in result.err
    assert not (observed.root / "clean.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scors.json", "--rev", "v1"], "nothing is called 'scors.json' at v1"),
        (["scors.json", "--rev", "v1"], "did you mean scores.json"),
        (["parts/none", "--rev", "v1"], "nothing is called 'parts/none' at v1"),
        (["x*", "--rev", "v1"], "nothing is called 'x*' at v1"),
        (["scores.json"], "missing option '--rev'"),
        (["--rev", "v1"], "missing argument 'TARGET...'"),
        (["scores.json", "--rev", "none"], "git knows no revision 'none'"),
        (["../x", "--rev", "v1"], "is not inside the project"),
        (["a/../../x", "--rev", "v1"], "leads outside the project"),
        (["/etc/passwd", "--rev", "v1"], "is not inside the project"),
        ([".pivot/.gitignore", "--rev", "v1"], "belongs to Pivot itself"),
        (["raw.json", "--rev", "v1", "-o", ".pivot/x"], "belongs to Pivot itself"),
        (["raw.json", "--rev", "v1", "-o", "pipeline.py/x"], "pipeline.py is a file"),
        (["train", "--rev", "v1", "-o", "pipeline.py"], "pipeline.py is a file, and several"),
        (["parts", "--rev", "v1", "-o", "", "-f"], "is no path to write to"),
        (["parts/rate.txt", "--rev", "v1", "-o", "out/d", "-f"], "out/d/rate.txt is a directory"),
    ],
)
def test_what_is_asked_wrong_is_told_and_nothing_is_written(observing, observed, words, said):
    (observed.root / "out/d/rate.txt").mkdir(parents=True)
    before = sorted(observed.root.rglob("*.json"))
    result = observing("data", "get", *words)
    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert sorted(observed.root.rglob("*.json")) == before


def test_links_lead_nowhere_else(observing, observed, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(observed.root / "parts")
    (observed.root / "parts").symlink_to(outside)
    result = observing("data", "get", "parts/sub/same.txt", "--rev", "v1")
    assert "leads outside the project" in result.err
    (tmp_path / "place").mkdir()
    (tmp_path / "place/parts").symlink_to(outside)
    words = ["parts/sub", "raw.json", "--rev", "v1", "-o", str(tmp_path / "place")]
    assert "leads outside" in observing("data", "get", *words).err
    assert not list(outside.iterdir())
    assert not list((tmp_path / "place").glob("raw*"))


def test_the_project_itself_is_never_replaced(observing, observed):
    lock = observed.read(".pivot/stages/train.lock").replace('"parts/"', f'"{observed.root.name}/"')
    observed.write(".pivot/stages/train.lock", lock)
    observed.commit("v4")
    result = observing("data", "get", observed.root.name, "--rev", "v4", "-f", "-o", "..")
    assert result.status == 2
    assert "holds the project, and can't be replaced" in result.err


def test_two_locks_that_disagree_are_told(observing, observed):
    lock = observed.read(".pivot/stages/clean.lock")
    other = lock.replace('"stage": "clean"', '"stage": "old"').replace(
        '"path": "clean.json", "size": 1', '"path": "clean.json", "size": 9'
    )
    observed.write(".pivot/stages/old.lock", other)
    observed.commit("v4")
    result = observing("data", "get", "clean.json", "--rev", "v4", "-f")
    assert result.status == 3
    assert "the locks of the stages clean and old name it" in result.err


def test_a_broken_lock_does_not_hide_the_others(observing, observed, tmp_path):
    observed.write(".pivot/stages/clean.lock", "{")
    observed.commit("v4")
    out = str(tmp_path / "out")
    assert observing("data", "get", "final.yaml", "--rev", "v4", "-o", out).status == 0
    result = observing("data", "get", "clean.json", "--rev", "v4")
    assert "nothing called 'clean.json' is known at v4" in result.err
    assert "clean.lock is broken" in result.err


def test_without_the_plugin_the_group_says_what_is_missing(observing, monkeypatch):
    monkeypatch.setenv("PIVOT_DISABLE_PLUGINS", "1")
    assert "get " in observing("data", "--help").out
    result = observing("data", "diff")
    assert result.status == 2
    assert "provided by pivot-data-diff: pip install 'pivot[diff]'" in result.err
    assert "did you mean 'get'?" in observing("data", "git").err


def test_with_the_plugin_both_are_there(observing):
    out = observing("data", "--help").out
    assert "get " in out
    assert "diff " in out
