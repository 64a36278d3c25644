"""`pivot doctor`: what is wrong is told with what mends it, and nothing of the user's is touched."""

from __future__ import annotations

import json
import os
import time

import pytest

from pivot.doctor import surroundings
from pivot.store.hold import Hold
from pivot.store.layout import Layout


@pytest.fixture
def ran(scaling, invoke):
    """A project that ran."""
    assert invoke("run", "--executor", "inline").status == 0
    return scaling


def examined(invoke, *words):
    done = invoke("doctor", "--json", *words)
    assert done.err == ""
    found = json.loads(done.out)
    assert done.status == (0 if found["healthy"] else 1)
    return {one["code"]: one for one in found["findings"] if one["severity"] != "ok"}


def test_a_sound_project_is_well_and_stays_as_it_is(ran, invoke):
    def everything():
        files = [file for file in ran.root.rglob("*") if file.is_file()]
        return {file: file.read_bytes() for file in files if "state.lmdb" not in file.parts}

    before = everything()
    done = invoke("doctor", "--fix")
    assert (done.status, done.err) == (0, "")
    for code in ("version", "workers", "plugins", "settings", "links", "state", "pipeline"):
        assert f"ok       {code}: " in done.out
    assert "locks that can be read: 2 of 2" in done.out
    assert done.out.endswith("All is well.\n")
    assert everything() == before


def test_what_is_wrong_is_told_with_what_mends_it(ran, invoke):
    layout = Layout(ran.root)
    lock = layout.lock_file("total")
    stale = lock.read_text().replace('"total"', '"gone"')
    layout.lock_file("gone").write_text(stale)
    lock.write_text("{")
    (layout.dot / ".gitignore").unlink()
    left = layout.blobs / ".pivot-0123456789abcdef.tmp"
    left.touch()
    young = layout.blobs / ".pivot-fedcba9876543210.tmp"
    young.touch()
    hour = time.time() - 4000
    os.utime(left, (hour, hour))
    layout.quarantine.mkdir(parents=True)
    (layout.quarantine / "0123").write_text("damaged")
    layout.hold_file("scale").with_suffix(".unfinished").touch()
    ran.write(".pivot/config.yaml", "remotes: {far: nosuch://place}\n")
    found = examined(invoke)
    assert {code: one["severity"] for code, one in found.items()} == {
        "gitignore": "warning",
        "remote": "error",
        "stale-lock": "warning",
        "lock": "error",
        "unfinished": "warning",
        "leftovers": "warning",
        "quarantine": "warning",
    }
    assert all(one["remedy"] for one in found.values())
    assert {code for code, one in found.items() if one["fixable"]} == {"gitignore", "leftovers"}
    fixed = examined(invoke, "--fix")
    assert {code for code, one in fixed.items() if one["fixed"]} == {"gitignore", "leftovers"}
    assert not left.exists()
    assert young.exists()
    assert (layout.quarantine / "0123").exists()
    assert lock.read_text() == "{"
    assert not examined(invoke).keys() & {"gitignore", "leftovers"}


def test_a_damaged_state_is_made_anew(ran, invoke):
    (Layout(ran.root).state / "data.mdb").write_bytes(os.urandom(5000))
    assert "made anew" in examined(invoke)["state"]["message"]
    assert "state" not in examined(invoke)


@pytest.mark.parametrize(
    ("path", "text", "code", "words"),
    [
        (".pivot/config.yaml", "jobs: many\n", "settings", "config.yaml:1"),
        ("pipeline.py", "1 / 0\n", "pipeline", "ZeroDivisionError"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(ran, invoke, path, text, code, words):
    ran.write(path, text)
    assert words in examined(invoke)[code]["message"]


def test_who_runs_something_is_told_and_not_disturbed(ran, invoke):
    file = Layout(ran.root).hold_file("scale")
    left = Layout(ran.root).blobs / ".pivot-0123456789abcdef.tmp"
    left.touch()
    os.utime(left, (1, 1))
    with Hold.try_acquire(file):
        text = invoke("doctor", "--fix").out
        assert f"ok       running: scale is held by pid {os.getpid()}" in text
        assert Hold.try_acquire(file) is None
        # It may be in use.
        assert left.exists()
    assert "fixed    leftovers" in invoke("doctor", "--fix").out
    assert not left.exists()


def test_outside_of_a_project_the_machine_is_looked_at(ran, invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(surroundings, "_LEAST_SPACE", 10**18)
    done = invoke("doctor", directory="..")
    assert done.status == 0
    assert "warning  disk-space: there are only" in done.out
    assert "There is no project here; only the machine was looked at." in done.out


def test_a_file_from_the_future_and_a_network_are_told(ran, invoke, monkeypatch):
    lock = Layout(ran.root).lock_file("scale")
    later = time.time() + 4000
    os.utime(lock, (later, later))
    monkeypatch.setattr(surroundings, "_kind", lambda _: "nfs4")
    monkeypatch.setattr(surroundings, "_FEWEST_FILES", 10**9)
    found = examined(invoke)
    assert found.keys() == {"clock", "file-system", "open-files"}


def test_blobs_that_anybody_can_change_are_told(ran, invoke):
    blob = next(Layout(ran.root).blobs.glob("*/*"))
    blob.chmod(0o644)
    assert examined(invoke)["writable-blobs"]["remedy"] == "look at them: pivot cache verify"
