"""A stage that ran anywhere, and was pushed, runs nowhere else."""

from __future__ import annotations

import json
import pathlib
import shutil

import pytest

import pivot
from pivot.errors import RemoteError, UnlistedError
from pivot.remotes.directory import DirectoryRemote
from pivot.store.layout import Layout


@pytest.fixture
def pushed(scaling, tmp_path, invoke, monkeypatch):
    """A project that ran, and whose results are in a remote; it has no results of its own."""
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", str(tmp_path / "share"))
    assert invoke("run", "--executor", "inline").status == 0
    assert invoke("push").status == 0
    forget(scaling)
    return scaling


def forget(project):
    """Make it a project that never ran."""
    shutil.rmtree(project.root / ".pivot")
    (project.root / "scaled.json").unlink(missing_ok=True)
    (project.root / "total.json").unlink(missing_ok=True)


def fetched(project):
    return sorted(file.stat().st_size for file in Layout(project.root).blobs.glob("??/*"))


def test_it_is_restored_though_there_is_no_lock(pushed, invoke):
    done = invoke("run", "--pull")
    assert done.status == 0
    assert "2 restored" in done.out
    assert json.loads(pushed.read("total.json")) == {"total": 13.5}
    assert pushed.run() == {"scale": "unchanged", "total": "unchanged"}


def test_without_pull_it_runs(pushed):
    assert pushed.run() == {"scale": "ran", "total": "ran"}


def test_only_what_is_needed_is_fetched(pushed):
    assert pushed.run("scale", pull=True) == {"scale": "restored"}
    assert len(fetched(pushed)) == 1


def test_what_nobody_ran_runs(pushed):
    pushed.edit("pipeline.py", "sum(numbers)", "2 * sum(numbers)")
    assert pushed.run(pull=True) == {"scale": "restored", "total": "ran"}
    pushed.write("numbers.json", "[9]")
    assert pushed.run(pull=True) == {"scale": "ran", "total": "ran"}


def test_a_forced_stage_runs(pushed):
    assert pushed.run(pull=True, force=True) == {"scale": "ran", "total": "ran"}


def test_what_the_lock_names_is_fetched(pushed):
    pushed.run(pull=True)
    shutil.rmtree(Layout(pushed.root).blobs)
    (pushed.root / "total.json").unlink()
    assert pushed.run(pull=True) == {"scale": "unchanged", "total": "restored"}
    assert len(fetched(pushed)) == 1


def test_a_damaged_remote_makes_stages_run(pushed, tmp_path):
    for file in (tmp_path / "share/files").glob("??/*"):
        file.write_bytes(b"x" * file.stat().st_size)
    assert pushed.run(pull=True) == {"scale": "ran", "total": "ran"}
    forget(pushed)
    for file in (tmp_path / "share/runs").glob("??/*"):
        file.write_text('{"outs": []}')
    assert pushed.run(pull=True) == {"scale": "ran", "total": "ran"}


def test_who_wants_to_know_is_told_how_far_it_is(pushed):
    seen = []
    pushed.run(pull=True, on_progress=seen.append)
    assert seen
    assert all(0 <= progress.size <= progress.total_size for progress in seen)
    assert (seen[-1].files, seen[-1].total_files) == (1, 1)
    assert seen[-1].size == seen[-1].total_size > 0


class Far:
    """Remotes of which is remembered what they hold."""

    @pivot.hookimpl
    def pivot_open_remote(self, url, options):
        remote = DirectoryRemote(pathlib.Path(url.removeprefix("file://")))
        remote.far = True
        return remote


def test_what_turns_out_not_to_be_there_is_pushed_again(scaling, tmp_path, monkeypatch):
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", str(tmp_path / "share"))
    host = pivot.PluginHost()
    host.register(Far())
    scaling.run()
    assert pivot.push(scaling.root, plugins=host).files == 2
    for directory in (tmp_path / "share/files", Layout(scaling.root).blobs):
        for blob in directory.glob("??/*"):
            blob.unlink()
    (scaling.root / "scaled.json").unlink()
    (scaling.root / "total.json").unlink()
    assert scaling.run(pull=True, plugins=host) == {"scale": "ran", "total": "ran"}
    assert pivot.push(scaling.root, plugins=host).files == 2


class Unreachable:
    """Remotes that can't be reached."""

    @pivot.hookimpl
    def pivot_open_remote(self, url, options):
        class Down(DirectoryRemote):
            def list(self, beginnings=("",)):
                raise RemoteError("the remote is down")

        return Down(pathlib.Path("/nowhere"))


def test_a_remote_that_cannot_be_reached_fails_the_stage(pushed):
    host = pivot.PluginHost()
    host.register(Unreachable())
    found = pushed.run(pull=True, plugins=host)
    assert found == {"scale": "failed", "total": "cancelled"}
    assert pushed.report.stages[0].error == "the remote is down"


class Unlisted:
    """Remotes that can't tell what they hold, as a web server."""

    def __init__(self, place):
        self.place = place

    @pivot.hookimpl
    def pivot_open_remote(self, url, options):
        class Web(DirectoryRemote):
            def list(self, beginnings=("",)):
                raise UnlistedError("it can't be listed")

        return Web(self.place)


def test_of_a_remote_that_cannot_be_listed_what_locks_name_is_had(pushed, tmp_path):
    host = pivot.PluginHost()
    host.register(Unlisted(tmp_path / "share"))
    assert pushed.run(pull=True, plugins=host) == {"scale": "ran", "total": "ran"}
    for blob in Layout(pushed.root).blobs.glob("??/*"):
        blob.unlink()
    (pushed.root / "total.json").unlink()
    pushed.edit("pipeline.py", "sum(numbers)", "2 * sum(numbers)")
    assert pivot.pull(pushed.root, plugins=host).files == 2
    (pushed.root / "scaled.json").unlink()
    assert pushed.run(pull=True, plugins=host) == {"scale": "restored", "total": "ran"}


def test_a_pull_gets_what_no_lock_names(pushed, invoke):
    report = pivot.pull(pushed.root)
    assert (report.runs, report.files, report.complete) == (2, 2, True)
    assert pushed.run() == {"scale": "restored", "total": "restored"}


def test_of_an_edited_project_a_pull_gets_what_fits(pushed):
    pushed.edit("pipeline.py", "sum(numbers)", "2 * sum(numbers)")
    assert pivot.fetch(pushed.root).runs == 1
    assert pushed.run() == {"scale": "restored", "total": "ran"}


def test_a_stage_whose_outputs_were_not_sent_is_not_told_of(pushed):
    pushed.run()
    for blob in Layout(pushed.root).blobs.glob("??/*"):
        blob.unlink()
    pushed.write("numbers.json", "[7]")
    pushed.run()
    # Neither in the cache nor in its place: from there it would be taken.
    for file in (*Layout(pushed.root).blobs.glob("??/*"), *pushed.root.glob("*.json")):
        if file.name != "numbers.json":
            file.unlink()
    report = pivot.push(pushed.root)
    assert (report.runs, report.complete) == (0, False)


def test_it_needs_a_remote(scaling, invoke):
    done = invoke("run", "--pull")
    assert done.status == 2
    assert "there is no remote yet" in done.err


@pytest.mark.parametrize("other", ["--watch", "--explain", "--dry-run"])
def test_it_goes_with_running_only(scaling, invoke, other):
    done = invoke("run", "--pull", other)
    assert done.status == 2
    assert f"--pull and {other} can't be used together" in done.err


def test_a_pull_tells_what_a_run_restores_and_of_the_others_that_they_never_ran(pushed, invoke):
    pushed.edit("pipeline.py", "sum(numbers)", "2 * sum(numbers)")
    done = invoke("pull")
    assert done.status == 0
    assert done.out.splitlines()[1:] == [
        "'pivot run' now restores a stage that ran elsewhere",
        "without results, since they never ran: total",
    ]
