"""Sharing results between two clones of a project, by the command line."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys

import pytest

import pivot
from pivot.api import Progress, Sharing, Shortage
from pivot.cli import sharing
from pivot.cli.sharing import FETCH, PULL, PUSH, Bar, summary, trouble
from pivot.store.hold import Hold
from pivot.store.layout import Layout

FOLDER_PIPELINE = """
def split() -> Annotated[pathlib.Path, outputs.Out("parts/", loaders.PathOnly())]:
    directory = pathlib.Path("parts")
    (directory / "sub").mkdir(parents=True)
    (directory / "a").write_text("a")
    (directory / "sub/b").write_text("b")
    (directory / "sub/b").chmod(0o755)
    return directory

def count(
    parts: Annotated[pathlib.Path, outputs.Dep("parts/", loaders.PathOnly())],
) -> Annotated[int, outputs.Out("count.json", loaders.JSON())]:
    return len(list(parts.rglob("*")))

REGISTRY.register(split)
REGISTRY.register(count)
"""


def git(directory, *words):
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.com"]
    subprocess.run(["git", *identity, *words], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def shared(scaling, tmp_path, invoke):
    """A project under git that ran, and has a remote."""
    scaling.write(".gitignore", "scaled.json\ntotal.json\n__pycache__/\n")
    assert invoke("run", "--executor", "inline").status == 0
    assert invoke("config", "set", "remotes.origin", str(tmp_path / "share")).status == 0
    git(scaling.root, "init", "-q")
    git(scaling.root, "add", "-A")
    git(scaling.root, "commit", "-qm", "first")
    return scaling


@pytest.fixture
def clone(shared, tmp_path):
    """Give a function that makes a fresh clone the project that commands work in."""
    original = shared.root

    def clone():
        target = tmp_path / "clone"
        subprocess.run(["git", "clone", "-q", str(original), str(target)], check=True)
        shared.root = target
        return shared

    clone.original = original
    return clone


@pytest.fixture
def everywhere(monkeypatch, tmp_path):
    """Every clone knows the remote, by the environment."""
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", str(tmp_path / "share"))


class TestWorkflow:
    def test_what_one_machine_ran_no_other_runs(self, clone, invoke, everywhere):
        done = invoke("push")
        assert (done.status, done.err) == (0, "")
        assert done.out == "pushed 2 files (44 bytes) to origin; 0 files already there\n"
        project = clone()
        done = invoke("pull")
        assert done.status == 0
        assert done.out == (
            "pulled 2 files (44 bytes) from origin; 0 files already here\n"
            "restored 2 outputs: scaled.json, total.json\n"
        )
        assert json.loads(project.read("total.json")) == {"total": 13.5}
        assert project.run() == {"scale": "unchanged", "total": "unchanged"}

    def test_after_a_fetch_a_run_restores(self, clone, invoke, everywhere):
        invoke("push")
        project = clone()
        assert invoke("fetch").status == 0
        assert not (project.root / "total.json").exists()
        assert project.run() == {"scale": "restored", "total": "restored"}

    def test_one_stage_comes_with_what_it_needs_and_no_more(self, clone, invoke, everywhere):
        invoke("push")
        project = clone()
        assert "restored 1 output: scaled.json" in invoke("pull", "scale").out
        assert project.run("scale") == {"scale": "unchanged"}
        assert "restored 1 output: total.json" in invoke("pull", "total.json").out
        assert project.run() == {"scale": "unchanged", "total": "unchanged"}

    def test_one_stage_can_be_pushed_alone(self, shared, invoke):
        assert invoke("push", "total").out.startswith("pushed 1 file ")

    def test_directories_travel(self, project, tmp_path, invoke, everywhere):
        project.pipeline(FOLDER_PIPELINE)
        assert invoke("run", "--executor", "inline").status == 0
        assert invoke("push").status == 0
        for path in ("parts", "count.json", ".pivot/cache", ".pivot/state.lmdb"):
            target = project.root / path
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        assert "restored 2 outputs: parts/, count.json" in invoke("pull").out
        assert (project.root / "parts/sub/b").stat().st_mode & 0o100
        assert project.run() == {"split": "unchanged", "count": "unchanged"}

    def test_nothing_is_moved_twice(self, shared, invoke):
        invoke("push")
        expected = "pushed 0 files (0 bytes) to origin; 2 files already there\n"
        assert invoke("push").out == expected
        expected = "pulled 0 files (0 bytes) from origin; 2 files already here\n"
        assert invoke("pull").out == expected


class TestPull:
    def test_an_output_edited_by_hand_is_saved_before_it_is_replaced(self, shared, invoke):
        invoke("push")
        shared.write("total.json", '{"total": 99}')
        done = invoke("pull")
        assert done.status == 0
        assert json.loads(shared.read("total.json")) == {"total": 13.5}
        assert "warning: total: total.json was not made by this pipeline as it is" in done.err
        saved = done.err.split("saved in the cache as ")[1].split()[0]
        blob = Layout(shared.root).blobs / saved[:2] / saved[2:]
        assert blob.read_text() == '{"total": 99}'

    def test_a_stage_that_never_ran_is_named(self, shared, invoke):
        invoke("push")
        (shared.root / ".pivot/stages/total.lock").unlink()
        done = invoke("pull")
        assert done.status == 0
        assert done.out.endswith("without results, since they never ran: total\n")

    def test_an_output_that_is_no_longer_declared_is_left_alone(self, shared, invoke):
        invoke("push")
        shared.edit("pipeline.py", '"total.json", loaders', '"sum.json", loaders')
        (shared.root / "total.json").unlink()
        assert invoke("pull").status == 0
        assert not (shared.root / "total.json").exists()

    def test_a_lock_of_another_algorithm_restores_nothing(self, shared, invoke):
        invoke("push")
        invoke("config", "set", "hash", "xxh3_128")
        assert "restored" not in invoke("pull").out

    def test_a_broken_lock_is_an_error(self, shared, invoke):
        (shared.root / ".pivot/stages/total.lock").write_text("<<<<<<< HEAD\n")
        done = invoke("pull")
        assert done.status == 3
        assert "total.lock is broken" in done.err

    def test_it_waits_for_a_process_that_runs_the_stage(self, shared, invoke, monkeypatch):
        invoke("push")
        monkeypatch.setenv("PIVOT_LOCK_TIMEOUT", "0.1")
        with Hold.try_acquire(Layout(shared.root).hold_file("total")):
            done = invoke("pull")
        assert done.status == 4
        assert "waited 0.1 s for pid" in done.err

    def test_a_dry_run_changes_nothing(self, clone, invoke, everywhere):
        invoke("push")
        project = clone()
        done = invoke("pull", "--dry-run")
        assert done.out.startswith("would pull 2 files (44 bytes) from origin")
        assert not (project.root / "total.json").exists()
        assert not (project.root / ".pivot/cache/files").exists()


class TestTrouble:
    def test_what_is_missing_is_named_and_is_status_1(self, clone, invoke, everywhere):
        invoke("push", "scale")
        project = clone()
        done = invoke("pull")
        assert done.status == 1
        assert done.err.startswith(
            "error: total.json of total is neither in the cache nor in origin\n"
        )
        assert done.out.endswith("restored 1 output: scaled.json\n")
        assert (project.root / "scaled.json").exists()

    def test_what_is_damaged_is_named_and_is_status_1(self, clone, invoke, everywhere, tmp_path):
        invoke("push")
        for blob in (tmp_path / "share").glob("files/??/*"):
            blob.write_bytes(b"damage")
        project = clone()
        done = invoke("pull")
        assert done.status == 1
        assert "total.json of total: what origin holds of it is damaged" in done.err
        assert not (project.root / "total.json").exists()

    def test_without_a_remote_the_message_says_how_to_get_one(self, scaling, invoke):
        done = invoke("push")
        assert done.status == 2
        assert "pivot config set remotes.origin" in done.err

    def test_an_unknown_target_is_status_2(self, shared, invoke):
        assert invoke("push", "totl").status == 2

    def test_an_unreachable_remote_is_status_1(self, shared, invoke, tmp_path):
        (tmp_path / "share").write_text("a file")
        done = invoke("push")
        assert done.status == 1
        assert done.err.startswith("error: the remote ")

    def test_an_unknown_scheme_is_status_2(self, shared, invoke):
        invoke("config", "set", "remotes.odd", "zzz://x")
        done = invoke("push", "--remote", "odd")
        assert done.status == 2
        assert "there is no remote scheme 'zzz'" in done.err


class TestJSON:
    def test_the_report_is_json(self, shared, invoke):
        done = invoke("push", "--json")
        assert json.loads(done.out) == {
            "remote": "origin",
            "dry_run": False,
            "files": 2,
            "size": 44,
            "present": 0,
            "runs": 2,
            "shortages": [],
            "never_run": [],
            "restored": [],
            "warnings": [],
            "complete": True,
        }

    def test_what_a_pipeline_prints_is_not_in_the_way(self, shared, invoke):
        shared.write("pipeline.py", "print('hello')\n" + shared.read("pipeline.py"))
        assert json.loads(invoke("push", "--json").out)["complete"] is True


class TestRemoteList:
    def test_all_are_listed_and_the_default_is_marked(self, shared, invoke):
        invoke("config", "set", "remotes.backup", "s3://backup/x?region=eu-west-1")
        invoke("config", "set", "default_remote", "backup")
        lines = invoke("remote", "list").out.splitlines()
        assert lines[0].split() == ["backup", "s3://backup/x?region=eu-west-1", "(default)"]
        assert lines[1].startswith("origin")
        found = json.loads(invoke("remote", "list", "--json").out)
        assert [info["default"] for info in found] == [True, False]

    def test_where_there_is_none_it_says_how_to_add_one(self, scaling, invoke):
        assert "pivot config set remotes.origin" in invoke("remote", "list").out

    def test_a_relative_path_is_relative_to_the_project(self, shared, invoke, tmp_path):
        (shared.root / "sub").mkdir()
        invoke("config", "set", "remotes.near", "../near")
        assert invoke("push", "--remote", "near", directory="sub").status == 0
        assert (tmp_path / "near").is_dir()


class TestConfig:
    def test_remotes_are_listed_among_the_settings(self, shared, invoke, tmp_path):
        assert str(tmp_path / "share") in invoke("config", "list").out
        assert invoke("config", "get", "remotes.origin").out == f"{tmp_path / 'share'}\n"


class TestLibrary:
    def test_the_same_is_there_for_programs(self, clone, everywhere):
        assert pivot.push(clone.original, targets=["scale"]).files == 1
        project = clone()
        assert pivot.fetch(project.root, targets=["scale"]).files == 1
        report = pivot.pull(project.root)
        assert report.restored == ("scaled.json",)
        assert [(short.stage, short.problem) for short in report.shortages] == [
            ("total", "missing")
        ]


def report(**facts):
    return Sharing(remote="origin", dry_run=False, **facts)


class TestWords:
    @pytest.mark.parametrize(
        ("number", "text"),
        [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"),
         (3_000_000_000, "3.0 GB"), (4 * 10**12, "4.0 TB"), (5 * 10**15, "5000.0 TB")],
    )  # fmt: skip
    def test_sizes_are_as_people_say_them(self, number, text):
        assert sharing.size(number) == text

    def test_each_command_speaks_its_own_words(self):
        first = {words.verb: next(summary(report(files=1), words)) for words in (PUSH, FETCH, PULL)}
        assert first == {
            "push": "pushed 1 file (0 bytes) to origin; 0 files already there",
            "fetch": "fetched 1 file (0 bytes) from origin; 0 files already here",
            "pull": "pulled 1 file (0 bytes) from origin; 0 files already here",
        }

    def test_of_many_shortages_the_first_are_named(self):
        short = tuple(Shortage("s", f"{n}.csv", "0" * 16, "missing") for n in range(23))
        lines = list(trouble(report(shortages=short)))
        assert len(lines) == 22
        assert "and 3 outputs more" in lines[-2]


class TestBar:
    def test_a_terminal_shows_files_and_bytes(self, terminal, monkeypatch):
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        with Bar("push") as bar:
            bar.show(Progress(1, 500_000, 3, 1_000_000))
            bar.show(Progress(2, 1_000_000, 3, 1_000_000))
        assert "push 2/3" in terminal.getvalue()
        assert "1.0/1.0 MB" in terminal.getvalue()

    def test_a_pipe_shows_nothing(self, monkeypatch):
        pipe = io.StringIO()
        monkeypatch.setattr(sys, "stderr", pipe)
        with Bar("push") as bar:
            bar.show(Progress(1, 1, 1, 1))
        assert pipe.getvalue() == ""
