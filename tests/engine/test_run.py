"""The loop as its caller sees it: which stages run, which don't, and what is left behind."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time

import pytest

import pivot
from pivot.events import StageDecided, StageFinished, StageOutput, StageStarted

CHAIN = """
class Cleaned(TypedDict):
    clean: Annotated[dict, outputs.Out("clean.json", loaders.JSON())]

def keep(value):
    return value > 1

def clean(raw: Annotated[list, outputs.Dep("raw.json", loaders.JSON())]) -> Cleaned:
    return Cleaned(clean={"kept": [v for v in raw if keep(v)]})

def total(data: Annotated[dict, outputs.Dep("clean.json", loaders.JSON())]) -> Annotated[
    dict, outputs.Metric("total.json")
]:
    return {"sum": sum(data["kept"])}

def other() -> Annotated[str, outputs.Out("other.txt", loaders.YAML())]:
    return "hello"

for stage in (clean, total, other):
    REGISTRY.register(stage)
"""


@pytest.fixture
def chain(project):
    project.pipeline(CHAIN)
    project.write("raw.json", "[1, 2, 3]")
    return project


def test_a_pipeline_runs_and_then_has_nothing_to_do(chain):
    assert chain.run() == {"clean": "ran", "total": "ran", "other": "ran"}
    assert json.loads(chain.read("total.json")) == {"sum": 5}
    assert chain.run() == {"clean": "unchanged", "total": "unchanged", "other": "unchanged"}


def test_changed_data_runs_what_reads_it(chain):
    chain.run()
    chain.write("raw.json", "[5]")
    assert chain.run() == {"clean": "ran", "total": "ran", "other": "unchanged"}
    assert json.loads(chain.read("total.json")) == {"sum": 5}


def test_a_changed_helper_runs_the_stage_that_calls_it(chain):
    chain.run()
    chain.edit("pipeline.py", "value > 1", "value > 2")
    assert chain.run() == {"clean": "ran", "total": "ran", "other": "unchanged"}
    assert json.loads(chain.read("total.json")) == {"sum": 3}


def test_an_output_that_comes_out_the_same_stops_the_propagation(chain):
    chain.run()
    chain.edit("pipeline.py", "value > 1", "value >= 2")
    assert chain.run() == {"clean": "ran", "total": "unchanged", "other": "unchanged"}


def test_a_comment_runs_nothing(chain):
    chain.run()
    chain.edit("pipeline.py", "def keep(value):", "# which values?\n\n\ndef keep( value ):")
    assert set(chain.run().values()) == {"unchanged"}


def test_deleted_outputs_are_restored(chain):
    chain.run()
    (chain.root / "clean.json").unlink()
    (chain.root / "total.json").unlink()
    assert chain.run() == {"clean": "restored", "total": "restored", "other": "unchanged"}
    assert json.loads(chain.read("total.json")) == {"sum": 5}


def test_going_back_to_earlier_code_restores_without_running(chain):
    chain.run()
    chain.edit("pipeline.py", "value > 1", "value > 2")
    chain.run()
    chain.edit("pipeline.py", "value > 2", "value > 1")
    assert chain.run() == {"clean": "restored", "total": "restored", "other": "unchanged"}
    assert json.loads(chain.read("total.json")) == {"sum": 5}
    assert set(chain.run().values()) == {"unchanged"}


def test_going_back_to_earlier_data_restores_without_running(chain):
    chain.run()
    chain.write("raw.json", "[7]")
    chain.run()
    chain.write("raw.json", "[1, 2, 3]")
    assert chain.run()["total"] == "restored"


def test_state_can_be_deleted(chain):
    import shutil

    chain.run()
    shutil.rmtree(chain.root / ".pivot/state.lmdb")
    assert set(chain.run().values()) == {"unchanged"}


def test_the_project_can_be_moved(chain, tmp_path):
    chain.run()
    chain.root = chain.root.rename(tmp_path / "elsewhere")
    assert set(chain.run().values()) == {"unchanged"}


def test_targets_run_what_they_need_and_nothing_else(chain):
    assert chain.run("total") == {"clean": "ran", "total": "ran"}
    assert chain.run("oth*") == {"other": "ran"}
    assert chain.run("total.json") == {"clean": "unchanged", "total": "unchanged"}


def test_force_runs_the_target_only(chain):
    chain.run()
    assert chain.run("total", force=True) == {"clean": "unchanged", "total": "ran"}


def test_works_from_a_subdirectory(chain):
    (chain.root / "deep/er").mkdir(parents=True)
    assert pivot.run(chain.root / "deep/er", executor="inline").ok


def test_events_come_in_order(chain):
    chain.run("total")
    kinds = [type(e) for e in chain.events if getattr(e, "stage", None) == "clean"]
    assert kinds == [StageDecided, StageStarted, StageFinished]
    assert type(chain.events[0]).__name__ == "RunStarted"
    assert type(chain.events[-1]).__name__ == "RunFinished"


def test_params_decide_and_reach_the_function(project):
    project.pipeline("""
    class Params(StageParams):
        rate: float = 0.5

    def train(params: Params) -> Annotated[dict, outputs.Out("out.json", loaders.JSON())]:
        return {"rate": params.rate}

    REGISTRY.register(train)
    """)
    project.run()
    project.write("params.yaml", "train:\n  rate: 0.25\n")
    assert project.run() == {"train": "ran"}
    assert json.loads(project.read("out.json")) == {"rate": 0.25}
    assert project.run() == {"train": "unchanged"}


def test_a_stage_def_is_loaded_before_and_saved_after(project):
    project.pipeline("""
    class Train(StageDef):
        data: Dep[list] = Dep("data.json", loaders.JSON())
        model: Out[dict] = Out("models/model.pkl", loaders.Pickle())
        rate: float = 0.5

    def train(params: Train) -> None:
        params.model = {"sum": sum(params.data), "rate": params.rate}

    def use(model: Annotated[dict, outputs.Dep("models/model.pkl", loaders.Pickle())]) -> Annotated[
        dict, outputs.Out("used.json", loaders.JSON())
    ]:
        return model

    REGISTRY.register(train)
    REGISTRY.register(use)
    """)
    project.write("data.json", "[1, 2]")
    assert project.run() == {"train": "ran", "use": "ran"}
    assert json.loads(project.read("used.json")) == {"sum": 3, "rate": 0.5}
    assert set(project.run().values()) == {"unchanged"}


APPEND = """
class Grown(TypedDict):
    log: Annotated[pathlib.Path, outputs.IncrementalOut("log.txt", loaders.PathOnly())]

def append(new: Annotated[pathlib.Path, outputs.Dep("new.txt", loaders.PathOnly())]) -> Grown:
    path = pathlib.Path("log.txt")
    with path.open("a") as stream:
        stream.write(new.read_text())
    if "bad" in new.read_text():
        raise ValueError("bad input")
    return Grown(log=path)

REGISTRY.register(append)
"""


def test_an_incremental_output_grows(project):
    project.pipeline(APPEND)
    project.write("new.txt", "one\n")
    assert project.run() == {"append": "ran"}
    assert project.run() == {"append": "unchanged"}
    project.write("new.txt", "two\n")
    assert project.run() == {"append": "ran"}
    assert project.read("log.txt") == "one\ntwo\n"


def test_an_incremental_output_grows_from_the_cache_when_it_was_deleted(project):
    project.pipeline(APPEND)
    project.write("new.txt", "one\n")
    project.run()
    (project.root / "log.txt").unlink()
    project.write("new.txt", "two\n")
    project.run()
    assert project.read("log.txt") == "one\ntwo\n"


def test_a_failed_run_does_not_count_for_an_incremental_output(project):
    project.pipeline(APPEND)
    project.write("new.txt", "one\n")
    project.run()
    project.write("new.txt", "bad\n")
    assert project.run() == {"append": "failed"}
    project.write("new.txt", "two\n")
    assert project.run() == {"append": "ran"}
    assert project.read("log.txt") == "one\ntwo\n"


def test_going_back_never_gives_an_incremental_output_a_wrong_base(project):
    project.pipeline(APPEND)
    for text in ("one\n", "two\n", "one\n"):
        project.write("new.txt", text)
        assert project.run() == {"append": "ran"}
    assert project.read("log.txt") == "one\ntwo\none\n"


FAILING = """
def bad() -> Annotated[str, outputs.Out("bad.json", loaders.JSON())]:
    pathlib.Path("partial.txt").write_text("left for inspection")
    raise ValueError("no good")

def after(x: Annotated[str, outputs.Dep("bad.json", loaders.JSON())]) -> Annotated[
    str, outputs.Out("after.json", loaders.JSON())
]:
    return x

def apart() -> Annotated[str, outputs.Out("apart.json", loaders.JSON())]:
    return "fine"

REGISTRY.register(bad)
REGISTRY.register(after)
REGISTRY.register(apart)
"""


def test_a_failure_stops_new_starts(project):
    project.pipeline(FAILING)
    assert project.run() == {"bad": "failed", "after": "cancelled", "apart": "cancelled"}
    report = project.report["bad"]
    assert report.error == "ValueError: no good"
    assert 'raise ValueError("no good")' in report.traceback
    assert "pivot/engine" not in report.traceback
    assert project.report.exit_status == 1
    assert not (project.root / ".pivot/stages/bad.lock").exists()
    assert project.read("partial.txt") == "left for inspection"


def test_keep_going_runs_what_does_not_depend_on_the_failure(project):
    project.pipeline(FAILING)
    statuses = project.run(keep_going=True)
    assert statuses == {"bad": "failed", "after": "cancelled", "apart": "ran"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return None", "it returned None, but declares a dict with the keys a, b"),
        ("return {'a': 1}", "it returned the wrong keys: missing 'b'"),
        ("return {'a': 1, 'b': 2, 'c': 3}", "it returned the wrong keys: not declared 'c'"),
        ("return {'a': 1, 'b': lambda: 0}", "b.pkl"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_what_a_stage_gives_back_is_checked(project, body, message):
    project.pipeline(f"""
    class Made(TypedDict):
        a: Annotated[int, outputs.Out("a.json", loaders.JSON())]
        b: Annotated[object, outputs.Out("b.pkl", loaders.Pickle())]

    def make() -> Made:
        {body}

    REGISTRY.register(make)
    """)
    assert project.run() == {"make": "failed"}
    assert message in project.report["make"].error


def test_an_output_that_is_not_written_fails_the_stage(project):
    project.pipeline("""
    def make() -> None:
        pass

    REGISTRY.register(make, outs=["made.txt"])
    """)
    assert project.run() == {"make": "failed"}
    assert "it did not write its output 'made.txt'" in project.report["make"].error


def test_an_input_that_upstream_should_have_made_fails_the_stage(project):
    project.pipeline("""
    def make() -> None:
        pathlib.Path("data").mkdir()
        pathlib.Path("data/a.txt").write_text("a")

    def use(b: Annotated[pathlib.Path, outputs.Dep("data/b.txt")]) -> None: ...

    REGISTRY.register(make, outs=["data/"])
    REGISTRY.register(use)
    """)
    assert project.run() == {"make": "ran", "use": "failed"}
    assert "'data/b.txt' does not exist" in project.report["use"].error


def test_directories_keep_everything(project):
    project.pipeline("""
    def make() -> None:
        top = pathlib.Path("tree")
        (top / "empty").mkdir(parents=True)
        (top / "build").mkdir()
        (top / "build/x.pyc").write_text("x")
        (top / "tool.sh").write_text("#!/bin/sh")
        (top / "tool.sh").chmod(0o755)
        (top / "link").symlink_to("tool.sh")

    REGISTRY.register(make, outs=["tree/"])
    """)
    import shutil

    project.run()
    shutil.rmtree(project.root / "tree")
    assert project.run() == {"make": "restored"}
    assert (project.root / "tree/empty").is_dir()
    assert (project.root / "tree/build/x.pyc").read_text() == "x"
    assert os.access(project.root / "tree/tool.sh", os.X_OK)
    assert (project.root / "tree/link").readlink().name == "tool.sh"
    assert project.run() == {"make": "unchanged"}


def test_an_output_edited_by_hand_is_saved_before_it_is_replaced(chain):
    chain.run()
    chain.write("clean.json", '{"kept": [100]}')
    assert chain.run()["clean"] == "restored"
    assert json.loads(chain.read("clean.json")) == {"kept": [2, 3]}
    (warning,) = chain.warnings()
    assert "clean.json" in warning
    digest = warning.rpartition(" ")[2]
    saved = chain.root / ".pivot/cache/files" / digest[:2] / digest[2:]
    assert saved.read_text() == '{"kept": [100]}'


def test_a_file_of_the_user_at_an_outputs_place_is_saved(chain):
    chain.write("other.txt", "mine")
    chain.run("other")
    (warning,) = chain.warnings()
    digest = warning.rpartition(" ")[2]
    assert (chain.root / ".pivot/cache/files" / digest[:2] / digest[2:]).read_text() == "mine"


def test_an_uncached_output_is_made_again_when_it_is_missing(project):
    project.pipeline("""
    def make() -> Annotated[str, outputs.Out("big.json", loaders.JSON(), cache=False)]:
        return "big"

    REGISTRY.register(make)
    """)
    project.run()
    assert not list((project.root / ".pivot/cache").rglob("??/*"))
    assert project.run() == {"make": "unchanged"}
    (project.root / "big.json").unlink()
    assert project.run() == {"make": "ran"}


def test_a_corrupt_blob_is_noticed_and_the_stage_runs_again(chain):
    chain.run()
    lock = json.loads(chain.read(".pivot/stages/clean.lock"))
    digest = lock["outs"][0]["hash"]
    (chain.root / "clean.json").unlink()
    blob = chain.root / ".pivot/cache/files" / digest[:2] / digest[2:]
    size = blob.stat().st_size
    blob.chmod(0o644)
    blob.write_bytes(b"?" * size)
    assert chain.run()["clean"] == "ran"
    assert any("corrupt" in message for message in chain.warnings())
    assert json.loads(chain.read("clean.json")) == {"kept": [2, 3]}


def test_a_hard_linked_output_that_was_written_in_place_does_not_poison_the_cache(chain):
    chain.run()
    target = chain.root / "clean.json"
    data = target.read_bytes()
    target.chmod(0o644)
    with target.open("r+b") as stream:
        stream.write(b"?" * len(data))
    chain.run()
    assert json.loads(chain.read("clean.json")) == {"kept": [2, 3]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> topic\n", "conflict"),
        ("{", "broken"),
        ('{"version": 99}', "version"),
    ],
)
def test_a_lock_that_cannot_be_read_counts_as_never_run_and_says_why(chain, text, reason):
    chain.run()
    chain.write(".pivot/stages/other.lock", text)
    assert chain.forecast("other") == {"other": "restore"}
    (explanation,) = pivot.explain(chain.root, targets=["other"])
    assert explanation.changes[0].kind == "lock_unreadable"
    assert reason in explanation.changes[0].name
    assert chain.run("other") == {"other": "restored"}
    assert chain.run("other") == {"other": "unchanged"}


def test_an_input_edited_while_the_stage_runs_is_not_recorded(project):
    project.pipeline("""
    def slow(x: Annotated[pathlib.Path, outputs.Dep("x.txt")]) -> Annotated[
        str, outputs.Out("y.json", loaders.JSON())
    ]:
        text = x.read_text()
        x.write_text("edited meanwhile")
        return text

    REGISTRY.register(slow)
    """)
    project.write("x.txt", "before")
    assert project.run() == {"slow": "failed"}
    assert not (project.root / ".pivot/stages/slow.lock").exists()
    assert "x.txt changed while" in project.warnings()[0]


def test_a_source_edited_while_the_stage_runs_is_not_recorded(project):
    project.write("helper.py", "def value():\n    return 1\n")
    project.pipeline("""
    import helper

    def slow() -> Annotated[int, outputs.Out("y.json", loaders.JSON())]:
        source = pathlib.Path("helper.py")
        if "2" not in source.read_text():
            source.write_text(source.read_text().replace("1", "2"))
        return helper.value()

    REGISTRY.register(slow)
    """)
    assert project.run() == {"slow": "failed"}
    assert project.run() == {"slow": "ran"}
    assert project.read("y.json").strip() == "2"


def test_stages_that_share_a_mutex_never_overlap(project):
    project.pipeline("""
    import time

    def hold(number):
        start = time.monotonic()
        time.sleep(0.15)
        pathlib.Path(f"{number}.txt").write_text(f"{start} {time.monotonic()}")

    for number in range(4):
        REGISTRY.register(
            lambda n=number: hold(n), name=f"s{number}", outs=[f"{number}.txt"], mutex="gpu"
        )
    """)
    assert set(project.run(executor="loky", jobs=2).values()) == {"ran"}
    spans = sorted(tuple(map(float, project.read(f"{n}.txt").split())) for n in range(4))
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


def test_a_worker_that_dies_fails_its_stage_and_not_the_run(project):
    project.pipeline("""
    import os, signal, time

    def dies() -> Annotated[int, outputs.Out("dies.json", loaders.JSON())]:
        print("about to die", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)

    def lives() -> Annotated[int, outputs.Out("lives.json", loaders.JSON())]:
        time.sleep(0.5)
        return 1

    REGISTRY.register(dies)
    REGISTRY.register(lives)
    """)
    statuses = project.run(executor="loky", jobs=2, keep_going=True)
    assert statuses == {"dies": "failed", "lives": "ran"}
    assert "SIGSEGV" in project.report["dies"].error
    assert StageOutput("dies", "about to die") in project.events


def test_what_a_stage_prints_is_told_line_by_line_and_kept(project):
    project.pipeline("""
    import os, subprocess

    def talk() -> Annotated[int, outputs.Out("t.json", loaders.JSON())]:
        print("from python")
        os.write(1, b"from a descriptor\\n")
        subprocess.run(["sh", "-c", "echo from a child >&2"], check=True)
        return 1

    REGISTRY.register(talk)
    """)
    project.run(executor="loky")
    lines = [event.line for event in project.events if isinstance(event, StageOutput)]
    assert sorted(lines) == ["from a child", "from a descriptor", "from python"]
    from pivot import api

    assert sorted(api.log("talk", project.root).splitlines()) == sorted(lines)


SLOW = """
import time

def slow() -> Annotated[int, outputs.Out("slow.json", loaders.JSON())]:
    pathlib.Path("started").touch()
    time.sleep(60)
    return 1

def after(x: Annotated[int, outputs.Dep("slow.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("after.json", loaders.JSON())
]:
    return x

REGISTRY.register(slow)
REGISTRY.register(after)
"""


def test_a_run_can_be_cancelled_from_another_thread(project):
    project.pipeline(SLOW)
    cancellation = pivot.Cancellation()

    def cancel():
        while not (project.root / "started").exists():
            time.sleep(0.01)
        cancellation.request()

    thread = threading.Thread(target=cancel)
    thread.start()
    statuses = project.run(executor="loky", cancellation=cancellation)
    thread.join()
    assert statuses == {"slow": "cancelled", "after": "cancelled"}
    assert project.report.interrupted
    assert project.report.exit_status == 130


def test_two_runs_at_once_do_the_work_once(project):
    project.pipeline("""
    import time

    def work() -> Annotated[int, outputs.Out("w.json", loaders.JSON())]:
        with open("journal", "a") as journal:
            journal.write("ran\\n")
        time.sleep(0.5)
        return 1

    REGISTRY.register(work)
    """)
    processes = [project.start("run") for _ in range(3)]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], results
    assert project.read("journal") == "ran\n"


def test_a_stage_held_by_another_process_is_waited_for_and_then_given_up(project):
    from pivot.store.hold import Hold
    from pivot.store.layout import Layout

    project.pipeline("""
    def work() -> Annotated[int, outputs.Out("w.json", loaders.JSON())]:
        return 1

    REGISTRY.register(work)
    """)
    project.write("pyproject.toml", "[tool.pivot]\nlock_timeout = 0.2\n")
    with Hold.try_acquire(Layout(project.root).hold_file("work")):
        assert project.run() == {"work": "failed"}
    assert project.report.exit_status == 4
    assert any(type(event).__name__ == "StageWaiting" for event in project.events)
    assert project.run() == {"work": "ran"}


def test_an_observer_that_raises_stops_nothing(chain):
    class Observer:
        @pivot.hookimpl
        def pivot_stage_finished(self, event):
            raise RuntimeError("observer")

    host = pivot.PluginHost()
    host.register(Observer())
    assert chain.run(plugins=host)["total"] == "ran"
    assert set(chain.run().values()) == {"unchanged"}


def test_the_same_process_sees_an_edit_of_a_helper_module(project):
    project.write("helper.py", "def value():\n    return 1\n")
    project.pipeline("""
    from helper import value

    def make() -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
        return value()

    REGISTRY.register(make)
    """)
    for executor in ("loky", "inline"):
        for number in ("1", "2", "3"):
            project.write("helper.py", f"def value():\n    return {number}\n")
            project.run(executor=executor, force=True)
            assert project.read("m.json").strip() == number


def test_a_function_among_the_parameters_is_code(project):
    project.write("helper.py", "def go():\n    return 1\n")
    project.pipeline("""
    from collections.abc import Callable
    import helper

    class Params(StageParams):
        table: dict[str, Callable[[], int]] = {"go": helper.go}

    def make(params: Params) -> Annotated[int, outputs.Out("m.json", loaders.JSON())]:
        return params.table["go"]()

    REGISTRY.register(make)
    """)
    project.run()
    project.edit("helper.py", "return 1", "return 2")
    assert project.run() == {"make": "ran"}
    assert project.read("m.json").strip() == "2"


def test_one_of_two_equal_outputs_is_restored(project):
    project.pipeline("""
    def make() -> None:
        for name in ("a.txt", "b.txt"):
            pathlib.Path(name).write_text("equal")

    REGISTRY.register(make, outs=["a.txt", "b.txt"])
    """)
    project.run()
    (project.root / "b.txt").unlink()
    assert project.run() == {"make": "restored"}
    assert project.read("b.txt") == "equal"


def test_a_default_that_is_overridden_does_not_count(project):
    project.pipeline("""
    class Params(StageParams):
        rate: float = 0.5

    def train(params: Params) -> Annotated[float, outputs.Out("out.json", loaders.JSON())]:
        return params.rate

    REGISTRY.register(train)
    """)
    project.write("params.yaml", "train:\n  rate: 0.25\n")
    project.run()
    project.edit("pipeline.py", "rate: float = 0.5", "rate: float = 0.75")
    assert project.run() == {"train": "unchanged"}
    (project.root / "params.yaml").unlink()
    assert project.run() == {"train": "ran"}
    assert project.read("out.json").strip() == "0.75"
