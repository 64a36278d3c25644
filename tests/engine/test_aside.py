"""What takes the parent long keeps no other stage waiting."""

from __future__ import annotations

import queue
import shutil
import threading

import pytest

from pivot.engine.aside import Aside
from pivot.events import StageFinished, StageStarted
from pivot.store.cache import Cache
from pivot.store.tree import Tree

PATIENCE = 60
PIPELINE = """
def large() -> Annotated[pathlib.Path, outputs.Out("large.bin")]:
    path = pathlib.Path("large.bin")
    path.write_bytes(b"x" * 5_000_000)
    return path

def user(big: Annotated[pathlib.Path, outputs.Dep("raw.bin")]) -> Annotated[
    int, outputs.Out("user.json", loaders.JSON())
]:
    return big.stat().st_size

def first() -> Annotated[int, outputs.Out("1.json", loaders.JSON())]:
    return 1

def second(n: Annotated[int, outputs.Dep("1.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("2.json", loaders.JSON())
]:
    return n + 1

for stage in (large, user, first, second):
    REGISTRY.register(stage)
"""


@pytest.fixture
def pipeline(project):
    """A project, and an event that is set when its small stages are done."""
    project.pipeline(PIPELINE)
    (project.root / "raw.bin").write_bytes(b"y" * 5_000_000)
    done = threading.Event()

    class Events(list):
        def append(self, event):
            super().append(event)
            if isinstance(event, StageFinished) and event.stage == "second":
                done.set()

    project.events = Events()
    return project, done


def finished(project):
    return [event.stage for event in project.events if isinstance(event, StageFinished)]


def test_a_large_output_is_stored_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    add = Cache.add

    def late(cache, path, *rest, **named):
        if path.name == "large.bin":
            assert done.wait(PATIENCE), "it kept the others waiting"
        add(cache, path, *rest, **named)

    monkeypatch.setattr(Cache, "add", late)
    assert set(project.run("large", "second", executor="loky", jobs=1).values()) == {"ran"}
    assert finished(project)[-1] == "large"
    assert set(project.run("large", "second").values()) == {"unchanged"}


def test_a_large_input_is_hashed_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    content = Tree.content

    def late(tree, artifact):
        if artifact == "raw.bin" and threading.current_thread() is not threading.main_thread():
            assert done.wait(PATIENCE), "it kept the others waiting"
        return content(tree, artifact)

    monkeypatch.setattr(Tree, "content", late)
    assert set(project.run("user", "second", executor="loky").values()) == {"ran"}
    assert finished(project)[-1] == "user"


def test_a_directory_is_looked_at_again_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    project.pipeline(PIPELINE.replace('"raw.bin"', '"raw/"'))
    (project.root / "raw").mkdir()
    (project.root / "raw/part").write_text("1")
    content, looked = Tree.content, []

    def late(tree, artifact):
        if artifact == "raw/":
            looked.append(threading.current_thread() is threading.main_thread())
            if len(looked) == 2:
                assert done.wait(PATIENCE), "it kept the others waiting"
        return content(tree, artifact)

    monkeypatch.setattr(Tree, "content", late)
    assert set(project.run("user", "second", executor="loky", jobs=1).values()) == {"ran"}
    assert looked == [False, False]


def test_a_file_that_a_stage_was_seen_to_read_is_hashed_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    project.pipeline(
        PIPELINE.replace(
            "return big.stat()", "pathlib.Path('more.bin').read_bytes(); return big.stat()"
        )
    )
    more = project.root / "more.bin"
    more.write_bytes(b"1" * 5_000_000)
    project.run("user")
    more.write_bytes(b"2" * 5_000_000)
    content, looked = Tree.content, []

    def late(tree, artifact):
        if artifact == "more.bin":
            looked.append(threading.current_thread() is threading.main_thread())
            assert done.wait(PATIENCE), "it kept the others waiting"
        return content(tree, artifact)

    monkeypatch.setattr(Tree, "content", late)
    assert project.run("user", "second", executor="loky") == {
        "user": "ran",
        "first": "ran",
        "second": "ran",
    }
    # What was hashed aside is known from then on.
    assert looked[0] is False


def test_a_large_output_is_brought_back_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    project.run("large")
    (project.root / "large.bin").unlink()
    restore = Cache.restore

    def late(cache, content, target, **named):
        assert done.wait(PATIENCE), "it kept the others waiting"
        restore(cache, content, target, **named)

    monkeypatch.setattr(Cache, "restore", late)
    statuses = project.run("large", "second", executor="loky")
    assert statuses == {"large": "restored", "first": "ran", "second": "ran"}
    assert finished(project)[-1] == "large"
    assert (project.root / "large.bin").stat().st_size == 5_000_000
    assert project.run("large") == {"large": "unchanged"}


def test_a_directory_is_looked_for_in_the_cache_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    project.pipeline(
        PIPELINE.replace(
            'def large() -> Annotated[pathlib.Path, outputs.Out("large.bin")]',
            'def large() -> Annotated[pathlib.Path, outputs.Out("large/")]',
        )
        .replace('path = pathlib.Path("large.bin")', 'path = pathlib.Path("large"); path.mkdir()')
        .replace("path.write_bytes", '(path / "a").write_bytes')
    )
    project.run("large")
    shutil.rmtree(project.root / "large")
    holds = Cache.holds

    def late(cache, content):
        assert done.wait(PATIENCE), "it kept the others waiting"
        return holds(cache, content)

    monkeypatch.setattr(Cache, "holds", late)
    statuses = project.run("large", "second", executor="loky")
    assert statuses == {"large": "restored", "first": "ran", "second": "ran"}
    assert (project.root / "large/a").stat().st_size == 5_000_000


def test_the_base_of_an_incremental_output_is_brought_back_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    project.pipeline(
        PIPELINE.replace('outputs.Out("large.bin")', 'outputs.IncrementalOut("large.bin")').replace(
            'path.write_bytes(b"x" * 5_000_000)',
            'path.write_bytes((path.read_bytes() if path.exists() else b"") + b"x" * 5_000_000)',
        )
    )
    project.run("large")
    restore = Cache.restore

    def late(cache, content, target, **named):
        assert done.wait(PATIENCE), "it kept the others waiting"
        restore(cache, content, target, **named)

    monkeypatch.setattr(Cache, "restore", late)
    statuses = project.run("large", "second", executor="loky", force=True, jobs=1)
    assert set(statuses.values()) == {"ran"}
    assert finished(project)[-1] == "large"
    assert (project.root / "large.bin").stat().st_size == 10_000_000


@pytest.fixture
def growing(pipeline, monkeypatch, tmp_path):
    """A pipeline with a large output that grows, and with others that end when it is held up."""
    project, done = pipeline
    held = tmp_path / "held"
    text = PIPELINE.replace('outputs.Out("large.bin")', 'outputs.IncrementalOut("large.bin")')
    text = text.replace(
        "    return 1\n",
        f"    while not pathlib.Path({str(held)!r}).exists():\n        pass\n    return 1\n",
    )
    project.pipeline(text)
    project.run("large")
    restore = Cache.restore

    def late(cache, content, target, **named):
        started = {event.stage for event in project.events if isinstance(event, StageStarted)}
        if "large" in started:
            held.touch()
            assert done.wait(PATIENCE), "it kept the others waiting"
        restore(cache, content, target, **named)

    monkeypatch.setattr(Cache, "restore", late)

    def write(body, registering="register(stage)"):
        changed = text.replace('path.write_bytes(b"x" * 5_000_000)', body)
        project.pipeline(changed.replace("register(stage)", registering))
        return project

    return write


def test_what_grows_is_rolled_back_while_others_run(growing):
    project = growing('path.write_bytes(b"half"); raise ValueError("no")')
    statuses = project.run("large", "second", executor="loky", jobs=2, keep_going=True)
    assert statuses == {"large": "failed", "first": "ran", "second": "ran"}
    assert finished(project)[-1] == "large"
    assert (project.root / "large.bin").stat().st_size == 5_000_000


def test_room_for_another_attempt_is_made_while_others_run(growing, tmp_path):
    tried = f"pathlib.Path({str(tmp_path / 'tried')!r})"
    project = growing(
        f"path.write_bytes(path.read_bytes() * 2); known = {tried}.exists(); {tried}.touch()\n"
        '    if not known: raise ValueError("no")',
        "register(stage, retries=1)",
    )
    statuses = project.run("large", "second", executor="loky", jobs=2)
    assert set(statuses.values()) == {"ran"}
    assert finished(project)[-1] == "large"
    assert (project.root / "large.bin").stat().st_size == 10_000_000


def test_a_large_output_by_hand_is_kept_while_others_run(pipeline, monkeypatch):
    project, done = pipeline
    (project.root / "large.bin").write_bytes(b"mine" * 2_000_000)
    add = Cache.add

    def late(cache, path, *rest, **named):
        if path.name == "large.bin":
            assert done.wait(PATIENCE), "it kept the others waiting"
        add(cache, path, *rest, **named)

    monkeypatch.setattr(Cache, "add", late)
    assert set(project.run("large", "second", executor="loky", jobs=1).values()) == {"ran"}
    assert ["saved in the cache" in message for message in project.warnings()] == [True]


def test_an_output_that_is_lost_from_the_cache_is_made_again(pipeline):
    project, _ = pipeline
    project.run("large")
    (project.root / "large.bin").unlink()
    for blob in project.root.glob(".pivot/cache/files/*/*"):
        blob.chmod(0o644)
        blob.write_bytes(b"?" * 5_000_000)
    assert project.run("large", executor="loky") == {"large": "ran"}
    assert (project.root / "large.bin").read_bytes() == b"x" * 5_000_000


def test_it_is_not_hashed_twice(pipeline, monkeypatch):
    project, _ = pipeline
    looked = []
    content = Tree.content

    def counting(tree, artifact):
        looked.append(artifact)
        return content(tree, artifact)

    monkeypatch.setattr(Tree, "content", counting)
    project.run("user")
    # Once to decide, and once to see that it stayed the same.
    assert looked.count("raw.bin") == 2


def test_a_large_output_that_cannot_be_stored_fails_its_stage(pipeline, monkeypatch):
    project, _ = pipeline
    (project.root / ".pivot").mkdir()
    (project.root / ".pivot/cache").write_text("this is no directory")
    statuses = project.run("large", keep_going=True)
    assert statuses == {"large": "failed"}
    assert not (project.root / ".pivot/stages/large.lock").exists()


def test_what_is_read_aside_is_no_input_of_a_stage_that_runs_meanwhile(project):
    project.pipeline("""
    import time

    def parts() -> Annotated[pathlib.Path, outputs.Out("parts/")]:
        path = pathlib.Path("parts")
        path.mkdir()
        for number in range(100):
            (path / str(number)).write_bytes(b"x" * 300_000)
        return path

    def other() -> Annotated[int, outputs.Out("other.json", loaders.JSON())]:
        time.sleep(0.3)
        return 1

    REGISTRY.register(parts)
    REGISTRY.register(other)
    """)
    assert project.run() == {"parts": "ran", "other": "ran"}
    assert project.warnings() == []
    assert project.run() == {"parts": "unchanged", "other": "unchanged"}


def test_what_was_done_aside_is_gone_on_with_where_it_is_taken_from_the_queue():
    arrived = queue.SimpleQueue()
    aside = Aside(arrived)
    threads = []
    aside.start(
        lambda: threads.append(threading.current_thread()),
        lambda _: threads.append(threading.current_thread()),
    )
    assert aside.pending == 1
    arrived.get(timeout=PATIENCE)()
    assert aside.pending == 0
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()
    aside.close()


def test_what_goes_wrong_aside_is_handed_on():
    arrived = queue.SimpleQueue()
    aside = Aside(arrived)
    found = []
    aside.start(lambda: 1 // 0, found.append)
    arrived.get(timeout=PATIENCE)()
    with pytest.raises(ZeroDivisionError):
        found[0]()
    aside.close()
