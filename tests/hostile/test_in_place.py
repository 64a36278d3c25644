"""What is written in place, through a hard link that leads into the cache, is noticed before use."""

import mmap
import os

import pytest

import pivot
from pivot.api.storing import verify_cache
from pivot.config.local import set_setting

PIPELINE = """
class Made(TypedDict):
    kept: Annotated[pathlib.Path, outputs.Out("kept.txt")]
    parts: Annotated[pathlib.Path, outputs.Out("parts/")]

def make() -> Made:
    pathlib.Path("kept.txt").write_text("kept\\n")
    pathlib.Path("parts/deep").mkdir(parents=True)
    pathlib.Path("parts/one").write_text("one\\n")
    pathlib.Path("parts/deep/two").write_text("two\\n")
    return Made(kept=pathlib.Path("kept.txt"), parts=pathlib.Path("parts"))

def use(
    kept: Annotated[pathlib.Path, outputs.Dep("kept.txt")],
    parts: Annotated[pathlib.Path, outputs.Dep("parts/")],
) -> Annotated[str, outputs.Out("used.json", loaders.JSON())]:
    return kept.read_text() + (parts / "one").read_text() + (parts / "deep/two").read_text()

REGISTRY.register(make)
REGISTRY.register(use)
"""
SOUND = {"kept.txt": "kept\n", "parts/one": "one\n", "parts/deep/two": "two\n"}


def write(file, data=b"X"):
    """Write into a file as an editor of bytes does; who isn't root has to be let first."""
    mode = file.stat().st_mode
    if not os.access(file, os.W_OK):
        file.chmod(mode | 0o200)
    with file.open("r+b") as stream:
        stream.write(data)
    file.chmod(mode)


def write_and_hide(file):
    status = file.stat()
    write(file)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def write_by_memory(file):
    mode = file.stat().st_mode
    file.chmod(mode | 0o200)
    with file.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as pages:
        pages[0:1] = b"X"
    file.chmod(mode)


def write_longer(file):
    write(file, b"much more than there was")


@pytest.fixture
def linked(project, tmp_path, settle):
    """A project that has run, whose outputs are hard links into the cache, and has pushed."""
    project.pipeline(PIPELINE)
    remote = tmp_path / "remote"
    project.write(".pivot/config.yaml", f"cache.link: hardlink\nremotes.origin: {remote}\n")
    assert project.run() == {"make": "ran", "use": "ran"}
    assert pivot.push(project.root).complete
    for name in SOUND:
        assert (project.root / name).stat().st_nlink == 2
        settle(project.root / name)
    return project


def blobs_are_sound(project):
    assert verify_cache(project.root).problems == ()


def quarantined(project):
    directory = project.root / ".pivot/cache/quarantine"
    return sorted(directory.iterdir()) if directory.is_dir() else []


def contents(project):
    return {name: project.read(name) for name in SOUND}


ALL = [write, write_and_hide, write_by_memory, write_longer]
EVERYTHING = "PIVOT_TEST_ROUNDS" in os.environ
WAYS = ALL if EVERYTHING else [write_and_hide, write_longer]
CASES = [(name, how) for name in SOUND for how in ALL]
FEW = [
    ("kept.txt", write_by_memory),
    ("parts/one", write_and_hide),
    ("parts/deep/two", write_longer),
]


@pytest.mark.chance
@pytest.mark.parametrize(("name", "how"), CASES if EVERYTHING else FEW)
def test_a_run_notices_and_makes_it_again(linked, name, how):
    how(linked.root / name)
    assert linked.run() == {"make": "ran", "use": "unchanged"}
    assert contents(linked) == SOUND
    assert any("is corrupt" in message for message in linked.warnings())
    assert len(quarantined(linked)) == 1
    blobs_are_sound(linked)
    assert linked.run() == {"make": "unchanged", "use": "unchanged"}


@pytest.mark.chance
@pytest.mark.parametrize("how", WAYS)
def test_a_run_with_pull_gets_it_from_the_remote(linked, how):
    how(linked.root / "parts/one")
    assert linked.run(pull=True) == {"make": "restored", "use": "unchanged"}
    assert contents(linked) == SOUND
    assert any("is corrupt" in message for message in linked.warnings())
    blobs_are_sound(linked)


@pytest.mark.chance
@pytest.mark.parametrize("how", WAYS)
def test_a_pull_gets_it_again_and_says_why(linked, how):
    how(linked.root / "kept.txt")
    report = pivot.pull(linked.root)
    assert report.complete
    assert report.restored == ("kept.txt",)
    assert contents(linked) == SOUND
    assert any("is corrupt" in message for _, message in report.warnings)
    blobs_are_sound(linked)


@pytest.mark.chance
@pytest.mark.parametrize("how", WAYS)
def test_a_push_sends_nothing_that_is_damaged(linked, tmp_path, how):
    how(linked.root / "kept.txt")
    set_setting(linked.root, "remotes.other", str(tmp_path / "other"))
    report = pivot.push(linked.root, remote="other")
    assert [(short.stage, short.path) for short in report.shortages] == [("make", "kept.txt")]
    assert any(stage == "make" and "is corrupt" in message for stage, message in report.warnings)
    sent = {file.read_bytes() for file in (tmp_path / "other/files").glob("??/*")}
    assert b"one\n" in sent
    assert not any(data.startswith((b"X", b"much")) for data in sent)


def test_what_still_lies_in_its_place_goes_into_the_cache_again(linked, tmp_path):
    """As with files of their own, which a write to the blob doesn't reach."""
    for name in (*SOUND, "used.json"):
        file = linked.root / name
        copy = file.with_name("copy")
        copy.write_bytes(file.read_bytes())
        copy.rename(file)
    for blob in (linked.root / ".pivot/cache/files").glob("??/*"):
        write(blob)
    set_setting(linked.root, "remotes.other", str(tmp_path / "other"))
    report = pivot.push(linked.root, remote="other")
    assert report.complete
    assert len(quarantined(linked)) == 5
    assert {(stage, "is corrupt" in message) for stage, message in report.warnings} == {
        ("make", True),
        ("use", True),
    }
    blobs_are_sound(linked)


@pytest.mark.chance
@pytest.mark.parametrize("how", WAYS)
def test_a_checkout_brings_back_all_but_what_is_damaged(linked, how):
    how(linked.root / "parts/one")
    for name in ("kept.txt", "used.json"):
        (linked.root / name).unlink()
    report = pivot.checkout(linked.root, force=True)
    assert report.missing == (("make", "parts/"),)
    assert sorted(report.restored) == ["kept.txt", "used.json"]
    assert any("is corrupt" in message for _, message in report.warnings)
    assert linked.read("kept.txt") == "kept\n"


def test_a_stage_that_writes_into_its_input_is_not_recorded(linked, settle):
    """And what it has spoilt is made again, so that nobody ever uses it."""
    linked.edit(
        "pipeline.py",
        "    return kept.read_text()",
        """
    kept.chmod(0o644)
    with kept.open("r+") as stream:
        stream.write("Y")
    return kept.read_text()""",
    )
    assert linked.run() == {"make": "unchanged", "use": "failed"}
    assert any("kept.txt changed while 'use' ran" in message for message in linked.warnings())
    linked.edit("pipeline.py", 'stream.write("Y")', "pass")
    assert linked.run() == {"make": "ran", "use": "ran"}
    assert any("is corrupt" in message for message in linked.warnings())
    assert contents(linked) == SOUND
    assert linked.read("used.json").startswith('"kept')
    blobs_are_sound(linked)
