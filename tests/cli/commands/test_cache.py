"""`pivot cache`: how large it is, and whether it is sound."""

from __future__ import annotations

import json

import pytest

from pivot.store.layout import Layout


@pytest.fixture
def ran(scaling, invoke):
    """A project that ran."""
    assert invoke("run", "--executor", "inline").status == 0
    return scaling


def damage(project):
    """Change a blob as nobody should; give its hash."""
    blob = min(Layout(project.root).blobs.glob("??/*"))
    blob.chmod(0o644)
    blob.write_bytes(b"x" * blob.stat().st_size)
    return blob.parent.name + blob.name


def test_the_size_of_nothing(scaling, invoke):
    assert invoke("cache", "size").out.startswith("0 files, 0 bytes, in ")


def test_the_size_is_the_sum_of_the_files(ran, invoke):
    assert invoke("cache", "size").out == "2 files, 44 bytes, in .pivot/cache/files\n"
    found = json.loads(invoke("cache", "size", "--json").out)
    assert (found["files"], found["size"], found["damaged_files"]) == (2, 44, 0)


def test_a_sound_cache(ran, invoke):
    done = invoke("cache", "verify")
    assert (done.status, done.err) == (0, "")
    assert done.out == "verified 2 files (44 bytes), all of them sound\n"


def test_a_damaged_file_is_named_and_moved_away(ran, invoke):
    name = damage(ran)
    done = invoke("cache", "verify")
    assert done.status == 3
    assert done.err.startswith(f"error: the cache's blob {name} is corrupt: ")
    assert done.out == "verified 2 files (44 bytes), 1 of them damaged\n"
    assert invoke("cache", "verify").status == 0
    assert "1 damaged file, " in invoke("cache", "size").out


def test_the_report_is_json(ran, invoke):
    damage(ran)
    done = invoke("cache", "verify", "--json")
    assert done.status == 3
    found = json.loads(done.out)
    assert (found["files"], found["sound"], len(found["problems"])) == (2, False, 1)
