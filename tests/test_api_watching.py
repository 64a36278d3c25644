"""Stages are brought up to date again and again, as files change."""

from __future__ import annotations

import threading

import pytest

import pivot
from pivot.api import WatchControl
from pivot.errors import UsageError
from pivot.events import FilesChanged, PipelineBroken, RunStarted, StageStarted, Watching

PATIENCE = 60
PIPELINE = """
import helper

def first(x: Annotated[str, outputs.Dep("x.txt", loaders.Text())]) -> Annotated[
    str, outputs.Out("1.txt", loaders.Text())
]:
    return x + helper.suffix()

def second() -> Annotated[int, outputs.Out("2.json", loaders.JSON())]:
    return 2

REGISTRY.register(first)
REGISTRY.register(second)
"""
PIPELINE = PIPELINE.replace("loaders.Text()", "loaders.JSON()")


class Watch:
    """A watch in a thread, its events, and what it came to."""

    def __init__(self, root, **options):
        self.events = []
        self.reports = []
        self.error = None
        self._condition = threading.Condition()
        self._cancellation = pivot.Cancellation()
        self._options = {"executor": "inline", "debounce": 0.01, **options}
        self._root = root
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *rest):
        self._cancellation.request()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _go(self):
        try:
            for report in pivot.watch(
                self._root,
                on_event=self._on_event,
                cancellation=self._cancellation,
                **self._options,
            ):
                self.reports.append(report)
        except pivot.PivotError as error:
            self.error = error
        self._on_event(None)

    def _on_event(self, event):
        with self._condition:
            self.events.append(event)
            self._condition.notify_all()

    def until(self, kind, count=1):
        """Wait until there are so many events of a kind."""

        def there():
            return len(self.of(kind)) >= count or None in self.events

        with self._condition:
            assert self._condition.wait_for(there, PATIENCE), self.events
        assert len(self.of(kind)) >= count, (self.events, self.error)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def statuses(self, number):
        return {stage.name: str(stage.status) for stage in self.reports[number].stages}


@pytest.fixture
def root(project):
    project.pipeline(PIPELINE)
    (project.root / "helper.py").write_text("def suffix(): return 'a'\n")
    (project.root / "x.txt").write_text('"x"')
    return project.root


def test_a_saved_edit_runs_what_it_affects_and_nothing_else(root):
    with Watch(root) as watch:
        watch.until(Watching, 1)
        (root / "helper.py").write_text("def suffix(): return 'bb'\n")
        watch.until(Watching, 2)
        (root / "x.txt").write_text('"yy"')
        watch.until(Watching, 3)
    assert watch.statuses(0) == {"first": "ran", "second": "ran"}
    assert watch.statuses(1) == {"first": "ran", "second": "unchanged"}
    assert watch.statuses(2) == {"first": "ran", "second": "unchanged"}
    assert (root / "1.txt").read_text().strip() == '"yybb"'
    assert [event.paths for event in watch.of(FilesChanged)] == [("helper.py",), ("x.txt",)]
    assert watch.of(Watching)[0].globs == ("**",)


def test_what_stages_make_starts_nothing(root):
    with Watch(root) as watch:
        watch.until(Watching, 1)
        (root / "1.txt").write_text('"by hand"')
        (root / "helper.py").write_text("def suffix(): return 'c'\n")
        watch.until(Watching, 2)
    assert [event.paths for event in watch.of(FilesChanged)] == [("helper.py",)]


def test_a_file_that_a_stage_leaves_behind_starts_nothing(project):
    project.pipeline("""
    def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
        pathlib.Path("history.txt").write_text("more")
        return 1

    REGISTRY.register(make)
    """)
    (project.root / "other.txt").write_text("1")
    with Watch(project.root, globs=["*"], force=True) as watch:
        watch.until(Watching, 1)
        (project.root / "other.txt").write_text("2")
        watch.until(Watching, 2)
    assert [event.paths for event in watch.of(FilesChanged)] == [("other.txt",)]


def test_a_syntax_error_is_shown_and_waited_out(root):
    with Watch(root) as watch:
        watch.until(Watching, 1)
        (root / "helper.py").write_text("def suffix( return 'd'\n")
        watch.until(Watching, 2)
        (root / "helper.py").write_text("def suffix(): return 'd'\n")
        watch.until(Watching, 3)
    [broken] = watch.of(PipelineBroken)
    assert broken.error.startswith("helper.py:1: ")
    assert watch.statuses(1) == {"first": "ran", "second": "unchanged"}


def test_a_pipeline_that_is_broken_at_first_is_waited_out(root):
    (root / "helper.py").write_text("1 +\n")
    with Watch(root) as watch:
        watch.until(Watching, 1)
        (root / "helper.py").write_text("def suffix(): return 'd'\n")
        watch.until(Watching, 2)
    assert len(watch.of(PipelineBroken)) == 1
    assert watch.statuses(0) == {"first": "ran", "second": "ran"}


def test_a_missing_input_is_waited_for(root):
    (root / "x.txt").unlink()
    with Watch(root) as watch:
        watch.until(Watching, 1)
        (root / "x.txt").write_text('"z"')
        watch.until(Watching, 2)
    assert "x.txt" in watch.of(PipelineBroken)[0].error
    assert watch.statuses(0) == {"first": "ran", "second": "ran"}


def test_an_edit_during_a_run_is_picked_up_after_it(project):
    project.pipeline("""
    import time

    def slow(x: Annotated[int, outputs.Dep("x.json", loaders.JSON())]) -> Annotated[
        int, outputs.Out("y.json", loaders.JSON())
    ]:
        while x == 1 and not pathlib.Path("go.skip").exists():
            time.sleep(0.01)
        return x

    REGISTRY.register(slow)
    """)
    root = project.root
    (root / "x.json").write_text("1")
    with Watch(root, executor="loky") as watch:
        watch.until(StageStarted, 1)
        (root / "x.json").write_text("2")
        (root / "go.skip").touch()
        watch.until(RunStarted, 2)
        watch.until(Watching, 2)
    assert watch.statuses(-1) == {"slow": "ran"}
    assert (root / "y.json").read_text().strip() == "2"


def test_with_restart_an_edit_stops_the_run_that_it_affects(project):
    project.pipeline("""
    import time

    def slow(x: Annotated[int, outputs.Dep("x.json", loaders.JSON())]) -> Annotated[
        int, outputs.Out("y.json", loaders.JSON())
    ]:
        if x == 1:
            time.sleep(600)
        return x

    REGISTRY.register(slow)
    """)
    root = project.root
    (root / "x.json").write_text("1")
    with Watch(root, executor="loky", restart=True) as watch:
        watch.until(StageStarted, 1)
        (root / "notes.txt").write_text("of no interest")
        (root / "x.json").write_text("2")
        watch.until(Watching, 1)
    assert watch.reports[0].interrupted
    assert watch.statuses(1) == {"slow": "ran"}
    assert (root / "y.json").read_text().strip() == "2"


def test_only_files_that_are_meant_are_watched(root):
    with Watch(root, globs=["*.py"]) as watch:
        watch.until(Watching, 1)
        (root / "x.txt").write_text('"w"')
        (root / "helper.py").write_text("def suffix(): return 'e'\n")
        watch.until(Watching, 2)
    assert [event.paths for event in watch.of(FilesChanged)] == [("helper.py",)]


def test_a_wrong_target_ends_it_before_anything_runs(root):
    with pytest.raises(UsageError, match="frist"):
        list(pivot.watch(root, targets=["frist"], executor="inline"))


def test_what_it_is_told_is_what_a_run_is_told(root):
    (root / "params.yaml").write_text("")
    with Watch(root, targets=["second"], force=True) as watch:
        watch.until(Watching, 1)
    assert watch.statuses(0) == {"second": "ran"}


def test_workers_keep_the_libraries_that_they_have_loaded(project):
    project.pipeline("""
    import os
    import helper
    import xxhash

    def who() -> Annotated[list, outputs.Out("who.json", loaders.JSON())]:
        return [os.getpid(), helper.N]

    REGISTRY.register(who)
    """)
    root = project.root
    (root / "helper.py").write_text("N = 1\n")
    with Watch(root, executor="loky") as watch:
        watch.until(Watching, 1)
        first = (root / "who.json").read_text()
        (root / "helper.py").write_text("N = 2\n")
        watch.until(Watching, 2)
        second = (root / "who.json").read_text()
    # A worker that has loaded the project's code as it was is not used again.
    assert first.split(",")[0] != second.split(",")[0]
    assert "2" in second.split(",")[1]


def test_a_pass_can_be_asked_for(root):
    control = WatchControl()
    with Watch(root, control=control) as watch:
        watch.until(Watching, 1)
        control.again()
        watch.until(Watching, 2)
    assert [event.paths for event in watch.of(FilesChanged)] == [()]
    assert watch.statuses(1) == {"first": "unchanged", "second": "unchanged"}


def test_a_pass_can_be_stopped_and_the_watch_goes_on(root):
    control = WatchControl()

    def stop(explanation):
        if explanation.stage == "second" and not control.cancelled:
            control.cancel()

    with Watch(root, control=control, on_explanation=stop) as watch:
        watch.until(Watching, 1)
        assert "cancelled" in watch.statuses(0).values()
        control.again()
        watch.until(RunStarted, 2)


def test_nothing_is_stopped_before_the_first_pass():
    control = WatchControl()
    control.cancel()
    assert not control.cancelled
