"""Files that no stage of good manners has: odd names, pipes, devices, what grows, what is sparse."""

import os
import shutil
import threading
import unicodedata

import pytest

import pivot
from pivot.config.local import set_setting
from pivot.errors import DefinitionError
from pivot.store import folding

NAMES = [
    b"with\nnewline",
    b"\xff\xfe not UTF-8",
    b"n" * 255,
    unicodedata.normalize("NFC", "\u00e9").encode(),
    unicodedata.normalize("NFD", "\u00e9").encode(),
    b"README",
    b"readme",
    b" spaces and\ttabs ",
    b"-rf *",
    b"'quotes' \"both\"",
    b"back\\slash",
    b"\xe2\x80\xaeright to left",
    b"\x1b[31mred",
    b"...",
    b"~",
    b"%41",
]

ODD = f"""
import os

NAMES = {NAMES!r}

def make() -> Annotated[pathlib.Path, outputs.Out("odd/")]:
    os.makedirs(b"odd/deep")
    for number, name in enumerate(NAMES):
        for directory in (b"odd", b"odd/deep"):
            with open(directory + b"/" + name, "w") as stream:
                stream.write(str(number))
    return pathlib.Path("odd")

def count(odd: Annotated[pathlib.Path, outputs.Dep("odd/")]) -> Annotated[
    list, outputs.Out("names.json", loaders.JSON())
]:
    return sorted(name.decode("latin-1") for name in os.listdir(bytes(odd)))

REGISTRY.register(make)
REGISTRY.register(count)
"""


def found(directory):
    return {file: file.read_text() for file in directory.rglob("*") if file.is_file()}


def test_odd_names_survive_everything(project, tmp_path):
    project.pipeline(ODD)
    odd = project.root / "odd"
    assert project.run() == {"make": "ran", "count": "ran"}
    made = found(odd)
    assert len(made) == 2 * len(NAMES)
    assert project.run() == {"make": "unchanged", "count": "unchanged"}
    shutil.rmtree(odd)
    assert project.run() == {"make": "restored", "count": "unchanged"}
    assert found(odd) == made
    set_setting(project.root, "remotes.origin", str(tmp_path / "remote"))
    assert pivot.push(project.root).complete
    shutil.rmtree(odd)
    shutil.rmtree(project.root / ".pivot/cache")
    assert pivot.pull(project.root).complete
    assert found(odd) == made
    with (odd / "deep" / os.fsdecode(NAMES[1])).open("a") as stream:
        stream.write("edited")
    assert project.forecast()["make"] != "up to date"


READ = """
def read(source: Annotated[pathlib.Path, outputs.Dep({path!r})]) -> Annotated[
    int, outputs.Out("size.json", loaders.JSON())
]:
    return source.stat().st_size

REGISTRY.register(read)
"""


@pytest.mark.parametrize("path", ["pipe", "there/pipe", "there/"])
def test_a_pipe_as_an_input_is_refused_at_once(project, path):
    """Nobody writes into it: who opened it would wait for ever."""
    project.pipeline(READ.format(path=path))
    (project.root / "there").mkdir()
    for name in ("pipe", "there/pipe"):
        os.mkfifo(project.root / name)
    assert project.run() == {"read": "failed"}
    [stage] = project.report.stages
    assert "is a named pipe; only files and directories can be artifacts" in stage.error


def test_a_device_as_an_input_is_refused_at_once(project):
    project.pipeline(READ.format(path="zero"))
    (project.root / "zero").symlink_to("/dev/zero")
    assert project.run() == {"read": "failed"}
    [stage] = project.report.stages
    assert "leads outside" in stage.error


def test_a_pipe_as_an_output_is_refused(project):
    project.pipeline("""
    import os

    def make() -> Annotated[pathlib.Path, outputs.Out("pipe")]:
        os.mkfifo("pipe")
        return pathlib.Path("pipe")

    REGISTRY.register(make)
    """)
    assert project.run() == {"make": "failed"}
    [stage] = project.report.stages
    assert "is a named pipe" in stage.error


def test_an_input_that_goes_on_growing_gives_no_result_that_is_recorded(project):
    """It is either refused while it's hashed, or seen to have changed when the stage has ended."""
    project.pipeline(READ.format(path="log.txt"))
    file = project.write("log.txt", "a line")
    done = threading.Event()

    def grow():
        while not done.is_set():
            with file.open("ab") as stream:
                stream.write(b"another line\n" * 100)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert project.run() == {"read": "failed"}
    finally:
        done.set()
        writer.join()
    [stage] = project.report.stages
    assert "goes on changing" in stage.error or "changed while it ran" in stage.error
    assert not (project.root / ".pivot/stages/read.lock").exists()
    assert project.run() == {"read": "ran"}


def test_a_sparse_file_is_an_input_like_any_other(project):
    """Of 64 MiB; `make faults` takes 50 GiB, which takes as long as hashing that many zeros."""
    size = (50 << 30) if int(os.environ.get("PIVOT_TEST_ROUNDS", "1")) >= 100 else (64 << 20)
    project.pipeline(READ.format(path="sparse.bin"))
    with (project.root / "sparse.bin").open("wb") as stream:
        stream.truncate(size)
    assert project.run() == {"read": "ran"}
    assert project.read("size.json").strip() == str(size)
    assert project.run() == {"read": "unchanged"}
    assert (project.root / "sparse.bin").stat().st_blocks * 512 < 1 << 20


@pytest.mark.parametrize(("one", "other"), [("made/A.txt", "made/a.txt"), ("\u00e9", "e\u0301")])
def test_outputs_that_a_file_system_takes_for_one_are_refused_there(
    project, monkeypatch, one, other
):
    project.pipeline(f"""
    def first() -> Annotated[str, outputs.Out({one!r}, loaders.JSON())]:
        return "first"

    def second() -> Annotated[str, outputs.Out({other!r}, loaders.JSON())]:
        return "second"

    REGISTRY.register(first)
    REGISTRY.register(second)
    """)
    assert project.run() == {"first": "ran", "second": "ran"}
    assert (project.read(one), project.read(other)) == ('"first"\n', '"second"\n')
    # As on macOS, or a disk that was made for Windows.
    monkeypatch.setattr(folding, "tells_apart", lambda *_: False)
    with pytest.raises(DefinitionError, match="are one file for the file system") as caught:
        project.run()
    assert caught.value.where.file == "pipeline.py"
    assert project.read(one) == '"first"\n'
