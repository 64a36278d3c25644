"""Tasks in real worker processes: warmth, crashes, stopping."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, wait
from pathlib import Path

import cloudpickle
import pytest

from pivot.errors import PivotError, StageTimeoutError, WorkerCrashedError
from pivot.executors.loky_pool import open_loky
from pivot.executors.payload import PayloadError
from pivot.executors.requests import ForeignError, WorkerStartError
from pivot.executors.slot import Slot
from pivot.interfaces import Executor, ExecutorOptions, Outcome, Task
from pivot.testing import ExecutorSuite

# Workers can't import a test module, so that its functions are sent whole.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

PATIENCE = 60


def nothing():
    pass


def task(stage="stage", payload=b""):
    return Task(stage, "/", payload, None)


def options(jobs=2, initializer=nothing, generation="one"):
    return ExecutorOptions(jobs, initializer, generation)


@pytest.fixture
def executor():
    executor = open_loky(options())
    yield executor
    executor.stop()


def result(future):
    return future.result(PATIENCE)


def pid_of(executor):
    return result(executor.submit(lambda task: os.getpid(), task()))


def await_file(path):
    while not path.exists():
        time.sleep(0.01)


def meet(task):
    """Wait until as many tasks as the payload says are here at the same time."""
    directory, count = task.payload.decode().split("|")
    Path(directory, task.stage).touch()
    while len([*Path(directory).iterdir()]) < int(count):
        time.sleep(0.01)
    return Outcome(task.stage, 0.0)


def is_gone(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def await_gone(pid):
    deadline = time.monotonic() + PATIENCE
    while not is_gone(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


class TestConformance(ExecutorSuite):
    @pytest.fixture
    def make_executor(self):
        return open_loky


def test_it_is_an_executor(executor):
    assert isinstance(executor, Executor)
    assert executor.isolated
    assert executor.workers == 2


@pytest.mark.usefixtures("measured")
def test_a_call_runs_in_another_process_and_gives_its_outcome(executor):
    future = executor.submit(lambda task: Outcome(task.stage, float(os.getpid())), task("train"))
    outcome = result(future)
    assert outcome.stage == "train"
    assert outcome.seconds != os.getpid()


def test_as_many_tasks_as_there_are_workers_run_at_once(executor, tmp_path):
    payload = f"{tmp_path}|2".encode()
    futures = [executor.submit(meet, task(name, payload)) for name in "ab"]
    assert [result(future).stage for future in futures] == ["a", "b"]


def test_more_tasks_than_workers_all_get_their_turn(executor):
    futures = [executor.submit(lambda task: os.getpid(), task()) for _ in range(50)]
    assert len({result(future) for future in futures}) <= 2


def test_a_task_may_submit_the_next_when_it_is_done(executor):
    seconds = []
    first = executor.submit(lambda task: 1, task())
    done = threading.Event()

    def go_on(future):
        seconds.append(executor.submit(lambda task: 2, task()))
        done.set()

    first.add_done_callback(go_on)
    assert done.wait(PATIENCE)
    assert result(seconds[0]) == 2


def test_a_task_that_waits_can_be_cancelled(tmp_path):
    executor = open_loky(options(jobs=1))
    payload = f"{tmp_path}|2".encode()
    running = executor.submit(meet, task("a", payload))
    waiting = executor.submit(meet, task("b", payload))
    assert waiting.cancel()
    (tmp_path / "b").touch()
    result(running)
    executor.close()


@pytest.mark.usefixtures("measured")
def test_an_exception_of_the_call_comes_as_it_is(executor):
    def fail(task):
        raise KeyError("column")

    error = executor.submit(fail, task()).exception(PATIENCE)
    assert type(error) is KeyError
    assert error.args == ("column",)


def test_an_exception_that_cannot_be_sent_comes_in_words(executor):
    class StubbornError(Exception):
        def __init__(self, one, two):
            super().__init__("only one")

    def fail(task):
        raise StubbornError(1, 2)

    error = executor.submit(fail, task()).exception(PATIENCE)
    assert isinstance(error, ForeignError)
    assert "StubbornError: only one" in str(error)
    assert "in fail" in str(error)
    assert result(executor.submit(lambda task: 1, task())) == 1


def test_a_call_that_cannot_be_sent_is_refused_at_once(executor):
    lock = threading.Lock()
    with pytest.raises(
        PayloadError, match=r"'lock' of .* can't be sent to a worker: cannot pickle"
    ):
        executor.submit(lambda task: lock.locked(), task())


def test_a_call_that_cannot_be_unpacked_fails_its_task(executor):
    error = executor.submit(Unpackable(), task()).exception(PATIENCE)
    assert isinstance(error, PayloadError)
    assert "ZeroDivisionError" in str(error)
    assert result(executor.submit(lambda task: 1, task())) == 1


class Unpackable:
    def __call__(self, task):
        return None

    def __reduce__(self):
        return divmod, (1, 0)


def test_a_result_that_cannot_be_sent_fails_its_task(executor):
    error = executor.submit(lambda task: threading.Lock(), task()).exception(PATIENCE)
    assert "cannot pickle" in str(error)
    assert result(executor.submit(lambda task: 1, task())) == 1


def test_a_result_that_cannot_be_unpacked_fails_its_task(executor):
    error = executor.submit(lambda task: Unpackable(), task("odd")).exception(PATIENCE)
    assert isinstance(error, PivotError)
    assert "ZeroDivisionError" in str(error)
    assert result(executor.submit(lambda task: 1, task())) == 1


def segfault(task):
    ctypes.string_at(0)


def leave(task):
    os._exit(3)


def kill_self(task):
    os.kill(os.getpid(), signal.SIGKILL)


def real_time_signal(task):
    os.kill(os.getpid(), signal.SIGRTMIN + 1)


@pytest.mark.parametrize(
    ("call", "end"),
    [
        (segfault, "SIGSEGV"),
        (leave, "exit status 3"),
        (kill_self, "SIGKILL"),
        (real_time_signal, f"signal {signal.SIGRTMIN + 1}"),
    ],
)
def test_a_crash_fails_the_task_that_ran_there_and_no_other(tmp_path, call, end):
    executor = open_loky(options(jobs=3))
    executor_futures = [
        executor.submit(meet, task(name, f"{tmp_path}|3".encode())) for name in ("left", "right")
    ]
    error = executor.submit(call, task("culprit")).exception(PATIENCE)
    assert isinstance(error, WorkerCrashedError)
    assert (error.stage, error.signal) == ("culprit", end)
    assert not any(future.done() for future in executor_futures)
    (tmp_path / "go").touch()
    assert [result(future).stage for future in executor_futures] == ["left", "right"]
    executor.stop()


def test_tasks_that_waited_behind_a_crash_run_in_a_fresh_worker():
    executor = open_loky(options(jobs=1))
    crashed = executor.submit(leave, task("culprit"))
    behind = [executor.submit(lambda task: 1, task()) for _ in range(3)]
    assert isinstance(crashed.exception(PATIENCE), WorkerCrashedError)
    assert [result(future) for future in behind] == [1, 1, 1]
    executor.stop()


def test_every_crash_of_many_is_told_of():
    executor = open_loky(options(jobs=2))
    futures = [executor.submit(leave, task(str(number))) for number in range(6)]
    assert [future.exception(PATIENCE).stage for future in futures] == list("012345")
    executor.stop()


def test_a_worker_that_dies_while_it_is_idle_is_replaced():
    executor = open_loky(options(jobs=1))
    pid = pid_of(executor)
    os.kill(pid, signal.SIGKILL)
    await_gone(pid)
    outcomes = [executor.submit(lambda task: os.getpid(), task()) for _ in range(2)]
    wait(outcomes, PATIENCE)
    assert result(outcomes[1]) != pid
    executor.stop()


def test_a_stage_that_closes_all_descriptors_fails_alone():
    executor = open_loky(options(jobs=1))

    def close_everything(task):
        os.closerange(3, 1000)
        time.sleep(1000)

    error = executor.submit(close_everything, task("daemon")).exception(PATIENCE)
    assert isinstance(error, WorkerCrashedError)
    assert error.signal == "it closed its connection to the parent"
    assert result(executor.submit(lambda task: 1, task())) == 1
    executor.stop()


def test_children_of_a_crashed_stage_are_gone_when_it_is_told(tmp_path):
    executor = open_loky(options(jobs=1))

    def start_child_and_crash(task):
        # A forked child holds the pipes by whose end a worker's death is seen.
        child = os.fork()
        if child == 0:
            time.sleep(1000)
        Path(task.payload.decode()).write_text(str(child))
        os._exit(1)

    file = tmp_path / "child"
    error = executor.submit(start_child_and_crash, task("x", str(file).encode())).exception(
        PATIENCE
    )
    assert isinstance(error, WorkerCrashedError)
    await_gone(int(file.read_text()))
    executor.stop()


def test_an_initializer_that_fails_fails_every_task_with_the_reason():
    def initialize():
        raise RuntimeError("no such module")

    executor = open_loky(options(initializer=initialize))
    errors = [executor.submit(lambda task: 1, task()).exception(PATIENCE) for _ in range(3)]
    assert {type(error) for error in errors} == {WorkerStartError}
    assert str(errors[0]) == "a worker could not be set up: RuntimeError: no such module"
    executor.stop()


def test_an_initializer_that_ends_the_process_fails_the_task_and_does_not_hang():
    executor = open_loky(options(jobs=1, initializer=lambda: os._exit(5)))
    # More than a pipe holds: whoever wants to write the rest waits for a reader.
    big = task("big", b"x" * 10_000_000)
    error = executor.submit(lambda task: 1, big).exception(PATIENCE)
    assert isinstance(error, WorkerCrashedError)
    assert error.signal == "exit status 5"
    executor.stop()


def test_an_initializer_runs_once_before_the_first_task(tmp_path):
    directory = str(tmp_path)

    def initialize():
        Path(directory, str(os.getpid())).touch()

    executor = open_loky(options(jobs=1, initializer=initialize, generation=directory))
    pids = [pid_of(executor) for _ in range(3)]
    assert [path.name for path in tmp_path.iterdir()] == [str(pids[0])]
    executor.stop()


def test_a_worker_has_a_fixed_hash_seed_and_no_input_and_ignores_ctrl_c(executor):
    def look(task):
        return (
            os.environ["PYTHONHASHSEED"],
            sys.flags.hash_randomization,
            os.fstat(0).st_rdev == Path(os.devnull).stat().st_rdev,
            signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
            signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set()),
            "LOKY_MAX_MEMORY_LEAK_SIZE" in os.environ,
            os.getpgrp() == os.getpid(),
            threading.active_count(),
        )

    assert result(executor.submit(look, task())) == ("0", 0, True, True, False, False, True, 1)


def test_workers_stay_warm_for_an_executor_of_the_same_generation():
    first = open_loky(options(generation="same"))
    pid = pid_of(first)
    first.close()
    second = open_loky(options(generation="same"))
    assert pid_of(second) == pid
    second.stop()


def test_workers_of_another_generation_are_replaced_and_end():
    first = open_loky(options(generation="before"))
    pid = pid_of(first)
    first.close()
    second = open_loky(options(generation="after"))
    assert pid_of(second) != pid
    await_gone(pid)
    second.stop()


def test_workers_that_were_set_up_otherwise_are_replaced():
    first = open_loky(options(initializer=lambda: None))
    pid = pid_of(first)
    first.close()
    second = open_loky(options(initializer=lambda: 1))
    assert pid_of(second) != pid
    second.stop()


def test_workers_for_tasks_that_will_come_start_at_once(tmp_path):
    directory = str(tmp_path)

    def initialize():
        Path(directory, str(os.getpid())).touch()

    expecting = ExecutorOptions(2, initialize, directory, expected=5)
    executor = open_loky(expecting)
    while len([*tmp_path.iterdir()]) < 2:
        time.sleep(0.01)
    assert str(pid_of(executor)) in {path.name for path in tmp_path.iterdir()}
    assert len([*tmp_path.iterdir()]) == 2
    executor.stop()


def test_no_more_workers_start_than_tasks_will_come(tmp_path):
    directory = str(tmp_path)

    def initialize():
        Path(directory, str(os.getpid())).touch()

    executor = open_loky(ExecutorOptions(8, initialize, directory, expected=1))
    assert pid_of(executor) == pid_of(executor)
    assert len([*tmp_path.iterdir()]) == 1
    executor.stop()


def test_a_worker_that_is_still_being_set_up_does_not_keep_its_process_from_ending(tmp_path):
    script = (
        "import time\n"
        "from pivot.executors.loky_pool import open_loky\n"
        "from pivot.interfaces import ExecutorOptions\n"
        "def prepare(): time.sleep(1000)\n"
        "open_loky(ExecutorOptions(2, prepare, 'one', expected=2)).close()\n"
    )
    file = tmp_path / "script.py"
    file.write_text(script)
    command = [sys.executable, str(file)]
    done = subprocess.run(command, check=False, timeout=PATIENCE, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_fewer_jobs_keep_as_many_workers(tmp_path):
    first = open_loky(options(jobs=2, generation=str(tmp_path)))
    payload = f"{tmp_path}|2".encode()
    wait([first.submit(meet, task(name, payload)) for name in "ab"], PATIENCE)
    pids = {result(f) for f in [first.submit(lambda task: os.getpid(), task()) for _ in range(9)]}
    first.close()
    second = open_loky(options(jobs=1, generation=str(tmp_path)))
    assert pid_of(second) in pids
    second.stop()
    for pid in pids:
        await_gone(pid)


def test_two_open_executors_do_not_share_workers():
    first, second = open_loky(options()), open_loky(options())
    assert pid_of(first) != pid_of(second)
    first.stop()
    assert pid_of(second)
    second.stop()


def test_a_worker_that_is_not_needed_is_not_started():
    executor = open_loky(options(jobs=64))
    assert {pid_of(executor) for _ in range(5)} == {pid_of(executor)}
    executor.stop()


def snore_with_child(task):
    """Start a child that does not want to end, tell both pids, and never return."""
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
    path = Path(task.payload.decode())
    path.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
    path.with_suffix(".part").rename(path)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)


def test_stop_kills_workers_and_children_that_do_not_want_to_end(tmp_path):
    executor = open_loky(options(jobs=1))
    file = tmp_path / "pids"
    running = executor.submit(snore_with_child, task("long", str(file).encode()))
    waiting = executor.submit(lambda task: 1, task("next"))
    await_file(file)
    executor.stop()
    for pid in file.read_text().split():
        await_gone(int(pid))
    error = running.exception(0)
    assert isinstance(error, WorkerCrashedError)
    assert error.stage == "long"
    with pytest.raises(CancelledError):
        waiting.result(0)


def test_after_stop_the_next_executor_has_fresh_workers():
    first = open_loky(options())
    pid = pid_of(first)
    first.stop()
    second = open_loky(options())
    assert pid_of(second) != pid
    second.stop()


def test_stop_right_after_submit_leaves_no_process_and_no_open_future(tmp_path):
    executor = open_loky(options())
    futures = [
        executor.submit(meet, task(str(number), f"{tmp_path}|99".encode())) for number in range(5)
    ]
    executor.stop()
    assert all(future.done() for future in futures)


def test_a_stop_by_a_signal_handler_while_a_worker_starts_ends_that_worker_too(monkeypatch):
    executor = open_loky(options())
    submit = Slot.submit

    def interrupted_submit(slot, request):
        executor.stop()
        running.append(submit(slot, request))
        return running[0]

    running = []
    monkeypatch.setattr(Slot, "submit", interrupted_submit)
    future = executor.submit(lambda task: time.sleep(1000), task("late"))
    assert future.exception(0).signal == "it was never started"
    assert wait(running, PATIENCE).not_done == set()


def test_close_with_a_running_task_stops_it(tmp_path):
    executor = open_loky(options())
    future = executor.submit(meet, task("a", f"{tmp_path}|2".encode()))
    executor.close()
    assert isinstance(future.exception(0), WorkerCrashedError)


@pytest.mark.parametrize("end", ["stop", "close"])
def test_an_ended_executor_takes_no_tasks_and_may_end_again(end):
    executor = open_loky(options())
    getattr(executor, end)()
    executor.stop()
    executor.close()
    with pytest.raises(PivotError, match="the executor is closed"):
        executor.submit(lambda task: 1, task())


def test_a_worker_that_cannot_be_started_fails_the_task(monkeypatch, tmp_path):
    executor = open_loky(options())
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    error = executor.submit(lambda task: 1, task()).exception(PATIENCE)
    assert isinstance(error, WorkerStartError)
    assert "no worker can be started" in str(error)
    executor.stop()


SCRIPT = """
import os, signal, subprocess, sys, time
from pathlib import Path
from pivot.executors.loky_pool import open_loky
from pivot.interfaces import ExecutorOptions, Outcome, Task

def nothing():
    pass

def quick(task):
    return Outcome(task.stage, 0.0)

def crash(task):
    os._exit(1)

def snore(task):
    child = subprocess.Popen(["sleep", "1000"])
    path = Path(task.payload.decode())
    path.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
    path.with_suffix(".part").rename(path)
    SNORE

executor = open_loky(ExecutorOptions(2, nothing, ""))
submit = lambda call, payload="": executor.submit(call, Task("s", "/", payload.encode(), None))
"""


def run_script(body, *arguments, snore="time.sleep(1000)"):
    script = SCRIPT.replace("SNORE", snore) + body
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )


@pytest.mark.parametrize(
    "body",
    [
        "submit(quick).result(); executor.close()",
        "submit(quick).result()",
        "submit(quick).result(); executor.stop()",
        "[submit(crash).exception() for _ in range(3)]; submit(quick).result(); executor.close()",
        "submit(snore, sys.argv[1]); time.sleep(0.5); executor.stop()",
        "submit(snore, sys.argv[1]); executor.stop()",
    ],
)
def test_the_parent_ends_quietly(tmp_path, body):
    process = run_script(body, str(tmp_path / "pids"))
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize(
    "snore",
    [
        "time.sleep(1000)",
        # Holds the interpreter's lock all the time.
        "import ctypes; ctypes.PyDLL(None).sleep(1000)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)",
    ],
)
def test_a_killed_parent_takes_workers_and_their_children_along(tmp_path, snore):
    file = tmp_path / "pids"
    process = run_script("submit(snore, sys.argv[1]).result()", str(file), snore=snore)
    await_file(file)
    process.kill()
    for pid in file.read_text().split():
        await_gone(int(pid))
    process.communicate()


def test_ctrl_c_at_the_parent_is_not_seen_by_workers(tmp_path):
    file = tmp_path / "pids"
    body = """
try:
    submit(snore, sys.argv[1]).result()
except KeyboardInterrupt:
    executor.stop()
"""
    process = run_script(body, str(file))
    await_file(file)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE) == ("", "")


def test_a_forked_child_of_the_parent_has_workers_of_its_own():
    body = """
import multiprocessing, warnings
warnings.simplefilter("ignore")
mine = submit(lambda task: os.getpid()).result()
executor.close()

def other():
    executor = open_loky(ExecutorOptions(2, nothing, ""))
    task = Task("s", "/", b"", None)
    print(executor.submit(lambda task: os.getpid(), task).result() == mine, flush=True)
    executor.stop()

child = multiprocessing.get_context("fork").Process(target=other)
child.start()
child.join()
other()
"""
    process = run_script(body)
    out, error = process.communicate(timeout=PATIENCE)
    assert out.split() == ["False", "True"]
    assert error == ""


def snore(task):
    time.sleep(PATIENCE)
    return Outcome(task.stage, 0.0)


def test_a_task_that_takes_too_long_gets_a_fresh_worker_for_the_next():
    executor = open_loky(options(1))
    before = pid_of(executor)
    late = executor.submit(snore, Task("late", "/", b"", None, 0.1))
    error = late.exception(PATIENCE)
    assert isinstance(error, StageTimeoutError)
    assert str(error) == "it was ended, since it took longer than its timeout of 0.1 s"
    assert pid_of(executor) != before
    executor.stop()


def test_a_worker_that_was_in_time_is_kept():
    executor = open_loky(options(1))
    before = pid_of(executor)
    quick = Task("quick", "/", b"", None, PATIENCE)
    assert result(executor.submit(lambda task: os.getpid(), quick)) == before
    assert pid_of(executor) == before
    executor.stop()
