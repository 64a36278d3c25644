"""What an incremental output starts from, whatever happened to it, to the lock and to the cache."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import pivot

FILE = """
def append(new: Annotated[pathlib.Path, outputs.Dep("new.txt")]) -> Annotated[
    pathlib.Path, outputs.IncrementalOut("log.txt")
]:
    path = pathlib.Path("log.txt")
    with path.open("a") as stream:
        stream.write(new.read_text())
    check(new)
    return path

def check(new):
    text = new.read_text()
    if "bad" in text:
        raise ValueError("bad input")
    if "die" in text:
        import os
        os._exit(3)
    if "stop" in text:
        raise KeyboardInterrupt
    if "edit" in text:
        new.write_text("edited\\n")

REGISTRY.register(append)
"""
DIRECTORY = """
import shutil

def collect(new: Annotated[pathlib.Path, outputs.Dep("new.txt")]) -> Annotated[
    pathlib.Path, outputs.IncrementalOut("parts/")
]:
    parts = pathlib.Path("parts")
    word = new.read_text().strip()
    (parts / "deep").mkdir(parents=True, exist_ok=True)
    (parts / "deep" / f"{len(list(parts.rglob('*.txt')))}.txt").write_text(word)
    with (parts / "all.csv").open("a") as stream:
        stream.write(f"{word};")
    if word == "bad":
        shutil.rmtree(parts / "deep")
        raise ValueError("bad input")
    return parts

REGISTRY.register(collect)
"""


@pytest.fixture
def log(project):
    project.pipeline(FILE)
    return project


def feed(project, text, **options) -> str:
    """Give the stage a new line to append, run it, and give what came of it."""
    project.write("new.txt", f"{text}\n")
    (status,) = project.run(**options).values()
    return status


def lines(project) -> list[str]:
    return project.read("log.txt").split()


def lock(project, stage="append") -> Path:
    return project.root / ".pivot" / "stages" / f"{stage}.lock"


def recorded(project, stage="append"):
    return json.loads(lock(project, stage).read_text())


def blob(project, digest) -> Path:
    return project.root / ".pivot" / "cache" / "files" / digest[:2] / digest[2:]


def growth(project):
    (explanation,) = pivot.explain(project.root)
    (found,) = explanation.grows
    return explanation.forecast, found.path, found.base, found.done, found.lost


# --- the chain


def test_the_lock_of_a_first_run_grew_from_nothing(log):
    feed(log, "one")
    assert "base" not in recorded(log)
    assert recorded(log)["version"] == 1


def test_the_lock_names_the_version_that_it_grew_from(log):
    feed(log, "one")
    first = recorded(log)["outs"]
    feed(log, "two")
    assert recorded(log)["base"] == first
    second = recorded(log)["outs"]
    feed(log, "three")
    assert recorded(log)["base"] == second


def test_a_run_that_changes_nothing_keeps_the_lock(log):
    feed(log, "one")
    feed(log, "two")
    before = lock(log).read_bytes()
    assert log.run() == {"append": "unchanged"}
    assert lock(log).read_bytes() == before


def test_an_output_that_is_brought_back_grew_from_what_it_grew_from(log):
    feed(log, "one")
    feed(log, "two")
    before = lock(log).read_bytes()
    (log.root / "log.txt").unlink()
    assert log.run() == {"append": "restored"}
    assert lock(log).read_bytes() == before


def test_a_forced_run_grows_from_the_last_version(log):
    feed(log, "one")
    assert log.run(force=True) == {"append": "ran"}
    assert lines(log) == ["one", "one"]


@pytest.mark.parametrize("again", [False, True])
def test_what_is_written_into_the_output_by_hand_does_not_reach_the_cache(again, log):
    feed(log, "one")
    feed(log, "two")
    if again:
        (log.root / "log.txt").unlink()
        log.run()
    output = log.root / "log.txt"
    assert output.stat().st_mode & 0o200
    assert output.stat().st_nlink == 1
    with output.open("a") as stream:
        stream.write("by hand\n")
    assert log.run() == {"append": "restored"}
    assert lines(log) == ["one", "two"]


def test_a_lock_without_a_base_is_one_to_grow_from(log):
    feed(log, "one")
    feed(log, "two")
    older = recorded(log)
    del older["base"]
    lock(log).write_text(json.dumps({**older, "version": 1}))
    assert feed(log, "three") == "ran"
    assert lines(log) == ["one", "two", "three"]


def test_a_plain_output_that_is_declared_to_grow_starts_from_what_it_was(log):
    log.edit("pipeline.py", "IncrementalOut", "Out")
    feed(log, "one")
    log.edit("pipeline.py", "outputs.Out", "outputs.IncrementalOut")
    feed(log, "two")
    assert lines(log) == ["one", "two"]


# --- failures


def test_a_failed_run_leaves_the_version_before_it(log):
    feed(log, "one")
    before = lock(log).read_bytes()
    assert feed(log, "bad") == "failed"
    assert lines(log) == ["one"]
    assert lock(log).read_bytes() == before
    assert log.warnings() == []


def test_a_failed_first_run_leaves_what_it_wrote_and_the_next_starts_with_none(log):
    assert feed(log, "bad") == "failed"
    assert lines(log) == ["bad"]
    assert not lock(log).exists()
    assert feed(log, "one") == "ran"
    assert lines(log) == ["one"]


def test_a_worker_that_dies_leaves_the_version_before_it(log):
    feed(log, "one")
    assert feed(log, "die", executor="loky") == "failed"
    assert lines(log) == ["one"]
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]


def test_a_run_that_is_interrupted_leaves_the_version_before_it(log):
    feed(log, "one")
    log.write("new.txt", "stop\n")
    with pytest.raises(KeyboardInterrupt):
        log.run()
    assert lines(log) == ["one"]


def test_a_result_that_is_not_recorded_is_not_left(log):
    feed(log, "one")
    assert feed(log, "edit") == "failed"
    assert lines(log) == ["one"]
    (warning,) = [text for text in log.warnings() if "changed while" in text]
    assert "those that grow are what they were before" in warning
    assert log.run() == {"append": "ran"}
    assert lines(log) == ["one", "edited"]


def test_each_attempt_starts_from_the_same_version(log, tmp_path):
    log.edit("pipeline.py", "REGISTRY.register(append)", "REGISTRY.register(append, retries=2)")
    attempts = tmp_path / "attempts.txt"
    log.edit(
        "pipeline.py",
        'if "bad" in text:',
        f"""attempts = pathlib.Path({str(attempts)!r})
    with attempts.open("a") as stream:
        stream.write("x")
    if "bad" in text and len(attempts.read_text()) < 4:""",
    )
    feed(log, "one")
    assert feed(log, "bad") == "ran"
    assert attempts.read_text() == "xxxx"
    assert lines(log) == ["one", "bad"]


# --- what others did to it


def test_an_edit_by_hand_is_saved_and_does_not_grow(log):
    feed(log, "one")
    log.write("log.txt", "by hand\n")
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]
    (warning,) = log.warnings()
    digest = warning.rpartition(" ")[2]
    assert blob(log, digest).read_text() == "by hand\n"


def test_a_deleted_output_grows_from_the_cache(log):
    feed(log, "one")
    (log.root / "log.txt").unlink()
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]


def test_without_its_lock_it_starts_with_none_and_what_was_there_is_saved(log):
    feed(log, "one")
    feed(log, "two")
    lock(log).unlink()
    assert feed(log, "three") == "ran"
    assert lines(log) == ["three"]
    assert "base" not in recorded(log)


def test_a_version_that_the_cache_lost_is_taken_from_its_place(log):
    feed(log, "one")
    blob(log, recorded(log)["outs"][0]["hash"]).unlink()
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]
    (log.root / "log.txt").unlink()
    assert log.run() == {"append": "restored"}


def test_a_version_that_is_corrupt_in_the_cache_is_taken_from_its_place(log):
    feed(log, "one")
    kept = blob(log, recorded(log)["outs"][0]["hash"])
    kept.unlink()
    kept.write_text("ONE\n")
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]


def test_a_version_that_is_nowhere_is_told_with_the_ways_out(log):
    feed(log, "one")
    before = lock(log).read_bytes()
    blob(log, recorded(log)["outs"][0]["hash"]).unlink()
    log.write("log.txt", "by hand\n")
    assert feed(log, "two") == "failed"
    error = log.report["append"].error
    assert "'log.txt' is neither in the cache nor in its place" in error
    assert "pivot pull append" in error
    assert "delete .pivot/stages/append.lock" in error
    assert log.read("log.txt") == "by hand\n"
    assert lock(log).read_bytes() == before


def test_without_its_cache_it_grows_from_what_is_there(log):
    feed(log, "one")
    shutil.rmtree(log.root / ".pivot" / "cache")
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two"]


# --- the run cache


def test_a_result_is_recalled_for_its_own_base_only(log):
    feed(log, "one")
    first = lock(log).read_bytes()
    feed(log, "two")
    second = lock(log).read_bytes()
    # The same inputs and the same code, and another version to grow from.
    assert feed(log, "one") == "ran"
    assert feed(log, "two") == "ran"
    assert lines(log) == ["one", "two", "one", "two"]
    # As git would do it: back to the first commit.
    lock(log).write_bytes(first)
    assert feed(log, "two") == "restored"
    assert lines(log) == ["one", "two"]
    assert lock(log).read_bytes() == second


def test_the_first_run_is_recalled_only_when_there_is_no_lock(log):
    feed(log, "one")
    feed(log, "two")
    lock(log).unlink()
    assert feed(log, "two") == "ran"
    assert lines(log) == ["two"]
    lock(log).unlink()
    assert feed(log, "one") == "restored"
    assert lines(log) == ["one"]


def test_code_of_yesterday_is_not_run_again_on_the_version_of_yesterday(log):
    feed(log, "one")
    log.edit(
        "pipeline.py", "stream.write(new.read_text())", "stream.write(new.read_text().upper())"
    )
    assert log.run() == {"append": "ran"}
    log.edit(
        "pipeline.py", "stream.write(new.read_text().upper())", "stream.write(new.read_text())"
    )
    assert log.run() == {"append": "ran"}
    assert lines(log) == ["one", "ONE", "one"]


# --- directories


def files(project) -> dict[str, str]:
    base = project.root / "parts"
    found = sorted(base.rglob("*"))
    return {str(file.relative_to(base)): file.read_text() for file in found if file.is_file()}


@pytest.fixture
def parts(project):
    project.pipeline(DIRECTORY)
    feed(project, "one")
    feed(project, "two")
    return project


TWO = {"all.csv": "one;two;", "deep/0.txt": "one", "deep/1.txt": "two"}


def test_a_directory_grows(parts):
    assert files(parts) == TWO
    assert recorded(parts, "collect")["base"][0]["directory"] is True


def test_a_directory_is_as_it_was_after_a_failed_run(parts):
    assert feed(parts, "bad") == "failed"
    assert files(parts) == TWO


def test_a_directory_grows_from_the_cache_when_it_was_deleted(parts):
    shutil.rmtree(parts.root / "parts")
    feed(parts, "three")
    assert files(parts) == {**TWO, "all.csv": "one;two;three;", "deep/2.txt": "three"}


def test_what_was_added_to_a_directory_by_hand_does_not_grow(parts):
    parts.write("parts/deep/9.txt", "by hand")
    feed(parts, "three")
    assert files(parts) == {**TWO, "all.csv": "one;two;three;", "deep/2.txt": "three"}
    assert "it is saved in the cache" in " ".join(parts.warnings())


def test_a_directory_that_the_cache_lost_in_part_is_taken_from_its_place(parts):
    shutil.rmtree(parts.root / ".pivot" / "cache")
    assert feed(parts, "three") == "ran"
    assert files(parts) == {**TWO, "all.csv": "one;two;three;", "deep/2.txt": "three"}


# --- what is said about it


def test_before_a_first_run_it_grows_from_nothing(log):
    log.write("new.txt", "one\n")
    assert growth(log) == ("run", "log.txt", None, False, False)


def test_after_a_first_run_it_grew_from_nothing(log):
    feed(log, "one")
    assert growth(log) == ("skip", "log.txt", None, True, False)


def test_it_is_said_from_which_version_it_grows_and_grew(log):
    feed(log, "one")
    first = recorded(log)["outs"][0]["hash"]
    feed(log, "two")
    assert growth(log) == ("skip", "log.txt", first, True, False)
    second = recorded(log)["outs"][0]["hash"]
    log.write("new.txt", "three\n")
    assert growth(log) == ("run", "log.txt", second, False, False)


def test_it_is_said_when_the_version_is_lost(log):
    feed(log, "one")
    digest = recorded(log)["outs"][0]["hash"]
    blob(log, digest).unlink()
    log.write("new.txt", "two\n")
    assert growth(log) == ("run", "log.txt", digest, False, False)
    (log.root / "log.txt").unlink()
    assert growth(log) == ("run", "log.txt", digest, False, True)


def test_the_command_says_it(log):
    feed(log, "one")
    first = recorded(log)["outs"][0]["hash"]
    log.write("new.txt", "two\n")
    assert f"  Growth: log.txt grows from {first[:8]}\n" in log.cli("explain").stdout
