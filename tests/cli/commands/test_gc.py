"""`pivot gc`: what nothing refers to goes, and nothing else does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time

import pytest

from pivot.remotes.names import name_of
from pivot.store.layout import Layout
from pivot.sync.projects import registration

FOLDER = """
def split() -> Annotated[pathlib.Path, outputs.Out("parts/", loaders.PathOnly())]:
    directory = pathlib.Path("parts")
    directory.mkdir()
    (directory / "a").write_text("VALUE")
    return directory

REGISTRY.register(split)
"""


def git(project, *words):
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.com"]
    subprocess.run(["git", *identity, *words], cwd=project.root, check=True, capture_output=True)


@pytest.fixture
def ran(scaling, invoke, tmp_path):
    """A project under git that ran; only one run is remembered."""
    scaling.write(".gitignore", "scaled.json\ntotal.json\n__pycache__/\n")
    invoke("config", "set", "history.runs", "1")
    invoke("config", "set", "remotes.origin", str(tmp_path / "share"))
    scaling.run()
    git(scaling, "init", "-q")
    git(scaling, "add", "-A")
    git(scaling, "commit", "-qm", "first")
    return scaling


def again(project, numbers):
    project.write("numbers.json", numbers)
    assert set(project.run().values()) == {"ran"}


def blobs(project):
    return {file.parent.name + file.name for file in Layout(project.root).blobs.glob("??/*")}


def collect(invoke, *words):
    done = invoke("gc", "--json", *words)
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


def test_without_yes_nothing_is_removed(ran, invoke):
    again(ran, "[5]")
    again(ran, "[6]")
    again(ran, "[7]")
    before = blobs(ran)
    done = invoke("gc", "--grace", "0")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "would remove 2 files (31 bytes)\n"
        "kept 6 files (106 bytes) in use\n"
        "Nothing is removed without --yes.\n"
    )
    assert blobs(ran) == before


def test_what_nothing_refers_to_is_removed(ran, invoke):
    again(ran, "[5]")
    between = blobs(ran)
    again(ran, "[6]")
    again(ran, "[7]")
    assert invoke("gc", "--grace", "0", "--yes").out.startswith("removed 2 files (31 bytes)\n")
    assert len(between & blobs(ran)) == 2  # those of the commit
    assert invoke("cache", "verify").status == 0
    assert ran.run() == {"scale": "unchanged", "total": "unchanged"}
    assert invoke("gc", "--grace", "0", "--yes").out.startswith("removed 0 files")


def test_what_is_young_stays(ran, invoke):
    again(ran, "[5]")
    again(ran, "[6]")
    again(ran, "[7]")
    found = collect(invoke, "--yes")
    assert (found["files"], found["young_files"], found["grace"]) == (0, 2, 86_400)
    assert "2 files (31 bytes) not old enough to go" in invoke("gc").out


@pytest.mark.parametrize(
    "keep",
    [
        ["branch", "-q", "other"],
        ["tag", "light"],
        ["tag", "-a", "-m", "x", "annotated"],
        ["update-ref", "refs/remotes/origin/theirs", "HEAD"],
    ],
    ids=lambda words: words[-2],
)
def test_what_a_branch_or_a_tag_refers_to_stays(ran, invoke, keep):
    again(ran, "[5]")
    git(ran, "commit", "-qam", "second")
    kept = blobs(ran)
    git(ran, *keep)
    git(ran, "reset", "-q", "--hard", "HEAD~1")
    again(ran, "[6]")
    again(ran, "[7]")
    collect(invoke, "--grace", "0", "--yes")
    assert kept <= blobs(ran)


def test_what_a_stash_refers_to_stays(ran, invoke):
    for numbers in ("[5]", "[6]"):
        again(ran, numbers)
        git(ran, "stash", "-q")
    kept = blobs(ran)
    again(ran, "[7]")
    again(ran, "[8]")
    collect(invoke, "--grace", "0", "--yes")
    assert kept <= blobs(ran)


def test_what_a_dropped_stash_referred_to_goes(ran, invoke):
    again(ran, "[5]")
    git(ran, "stash", "-q")
    again(ran, "[6]")
    again(ran, "[7]")
    git(ran, "stash", "drop", "-q")
    assert collect(invoke, "--grace", "0", "--yes")["files"] == 2


def test_what_a_recent_run_made_or_replaced_stays(ran, invoke):
    invoke("config", "set", "history.runs", "2")
    again(ran, "[5]")  # not recent, but replaced by a recent run
    again(ran, "[6]")
    again(ran, "[7]")
    kept = blobs(ran)
    assert collect(invoke, "--grace", "0", "--yes")["files"] == 0
    assert blobs(ran) == kept
    ran.write("numbers.json", "[6]")
    assert set(ran.run().values()) == {"restored"}


def test_what_a_run_saved_of_the_users_stays(ran, invoke):
    ran.write("total.json", '{"total": "mine"}')
    again(ran, "[5]")
    found = collect(invoke, "--grace", "0", "--yes")
    assert found["files"] == 0
    assert any(
        (Layout(ran.root).blobs / name[:2] / name[2:]).read_text() == '{"total": "mine"}'
        for name in blobs(ran)
    )


def test_the_files_of_a_directory_stay_with_it(project, invoke):
    for value in ("one", "two", "three"):
        project.pipeline(FOLDER.replace("VALUE", value))
        invoke("config", "set", "history.runs", "1")
        assert project.run() == {"split": "ran"}
    assert collect(invoke, "--grace", "0", "--yes")["files"] == 2
    shutil.rmtree(project.root / "parts")
    assert invoke("checkout").status == 0
    assert project.read("parts/a") == "three"


def test_leftovers_of_killed_processes_and_damaged_blobs_go(ran, invoke):
    layout = Layout(ran.root)
    place = next(layout.blobs.glob("??"))
    old = place / ".0123.tmp"
    old.write_text("half")
    os.utime(old, (time.time() - 7200,) * 2)
    (place / ".4567.tmp").write_text("somebody writes it")
    layout.quarantine.mkdir()
    (layout.quarantine / "0123456789abcdef").write_text("damaged")
    os.utime(layout.quarantine / "0123456789abcdef", (0, 0))
    assert collect(invoke, "--grace", "0", "--yes")["files"] == 2
    assert sorted(file.name for file in place.glob(".*")) == [".4567.tmp"]


def test_a_lock_that_cannot_be_read_is_an_error_and_nothing_goes(ran, invoke):
    again(ran, "[5]")
    lock = ran.root / ".pivot/stages/total.lock"
    good = lock.read_bytes()
    lock.write_text("<<<<<<< HEAD\n")
    git(ran, "commit", "-qam", "broken")
    git(ran, "branch", "bad")
    git(ran, "reset", "-q", "--soft", "HEAD~1")
    lock.write_bytes(good)
    again(ran, "[6]")
    before = blobs(ran)
    done = invoke("gc", "--grace", "0", "--yes")
    assert done.status == 3
    assert "bad:.pivot/stages/total.lock is broken" in done.err
    assert "nothing was removed" in done.err
    assert blobs(ran) == before


@pytest.mark.parametrize("grace", ["5", "1y", "-1d", "soon"])
def test_a_grace_period_is_an_age(ran, invoke, grace):
    done = invoke("gc", f"--grace={grace}")
    assert done.status == 2
    assert "is not an age, like 30m, 12h, 14d, 2w, or 0" in done.err


class TestRemote:
    def test_what_is_old_and_needed_by_nothing_goes(self, ran, invoke, tmp_path):
        invoke("push")
        again(ran, "[5]")
        invoke("push")
        ran.write("numbers.json", "[1, 2, 3]\n")
        git(ran, "checkout", "-q", "--", ".pivot")
        for file in (tmp_path / "share").rglob("*"):
            os.utime(file, (time.time() - 15 * 86_400,) * 2)
        found = collect(invoke, "--remote", "origin", "--yes")
        # What the last run made is recent; that it ran nobody needs to know.
        assert (found["files"], found["remote"]) == (2, "origin")
        assert len(list((tmp_path / "share/files").glob("??/*"))) == 4
        again(ran, "[6]")
        again(ran, "[7]")
        git(ran, "checkout", "-q", "--", ".pivot")
        found = collect(invoke, "--remote", "--yes")
        assert (found["files"], found["size"]) == (2, 31)
        assert invoke("remote", "status").status == 0

    def test_what_is_young_stays(self, ran, invoke):
        invoke("push")
        for numbers in ("[5]", "[6]", "[7]"):
            again(ran, numbers)
            invoke("push")
        found = collect(invoke, "--remote", "--yes")
        assert (found["files"], found["young_files"], found["grace"]) == (0, 6, 14 * 86_400)

    def test_a_listing_that_only_the_remote_has_keeps_its_files(self, project, invoke, tmp_path):
        project.pipeline(FOLDER.replace("VALUE", "one"))
        project.run()
        git(project, "init", "-q")
        invoke("config", "set", "remotes.origin", str(tmp_path / "share"))
        invoke("push")
        shutil.rmtree(Layout(project.root).blobs)
        assert collect(invoke, "--remote", "--grace", "0", "--yes")["files"] == 0
        for blob in (tmp_path / "share").glob("files/??/*"):
            blob.write_text("damaged")
        shutil.rmtree(Layout(project.root).blobs)
        done = invoke("gc", "--remote", "--grace", "0", "--yes")
        assert done.status == 3
        assert "nothing was removed" in done.err

    def test_without_git_nobody_knows_what_others_need(self, scaling, invoke, tmp_path):
        invoke("config", "set", "remotes.origin", str(tmp_path / "share"))
        done = invoke("gc", "--remote")
        assert done.status == 2
        assert "the project is in no git repository" in done.err

    def test_what_another_project_has_pushed_stays(self, ran, invoke, tmp_path):
        invoke("push")
        share = tmp_path / "share"
        before = sorted(share.rglob("*"))
        stranger = tmp_path / "stranger"
        stranger.mkdir()
        key, data = registration(stranger)
        file = share / name_of(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        again(ran, "[5]")
        git(ran, "commit", "-qam", "second")
        for words in ([], ["--yes"]):
            done = invoke("gc", "--remote", "--grace", "0", *words)
            assert done.status == 2
            assert "another project pushes to the remote origin, too" in done.err
            assert "--others-gone" in done.err
        assert set(before) < set(share.rglob("*"))
        collect(invoke, "--remote", "--grace", "0", "--yes", "--others-gone")
        assert not file.exists()
        assert collect(invoke, "--remote", "--grace", "0", "--yes")["files"] == 0

    def test_clones_of_a_project_are_the_same_project(self, ran, invoke, tmp_path, monkeypatch):
        git(ran, "clone", "-q", ".", str(tmp_path / "clone"))
        invoke("push")
        monkeypatch.chdir(tmp_path / "clone")
        invoke("config", "set", "remotes.origin", str(tmp_path / "share"))
        assert collect(invoke, "--remote", "--grace", "0", "--yes")["files"] == 0

    def test_that_others_are_gone_is_said_of_a_remote(self, ran, invoke):
        done = invoke("gc", "--others-gone")
        assert done.status == 2
        assert "--others-gone goes with --remote" in done.err
