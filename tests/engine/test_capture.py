"""What a stage prints gets into its log, from wherever it's printed, and out of it line by line."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.engine.capture import LogTail, captured, discarded
from pivot.errors import WaitTimeoutError


def program(tmp_path: Path, body: str) -> tuple[str, subprocess.CompletedProcess[str]]:
    """Run a body under capture in a process of its own; give its log, and what got past it."""
    log = tmp_path / "stage.log"
    text = (
        "import ctypes, os, subprocess, sys\n"
        "from pivot.engine.capture import captured\n"
        "print('before')\n"
        f"with captured({str(log)!r}, 5):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        "print('after')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False
    )
    return log.read_text(), result


# Into the log


@pytest.mark.parametrize(
    "statement",
    [
        "print('line')",
        "print('line', file=sys.stderr)",
        "sys.stdout.write('line\\n')",
        "os.write(1, b'line\\n')",
        "os.write(2, b'line\\n')",
        "subprocess.run(['echo', 'line'], check=True)",
        "subprocess.run('echo line >&2', shell=True, check=True)",
        "os.system('echo line')",
        "ctypes.CDLL(None).puts(b'line')",
        "if os.fork() == 0:\n    os.write(1, b'line\\n')\n    os._exit(0)\nos.wait()",
    ],
)
def test_whatever_prints_prints_into_the_log(tmp_path, statement):
    log, result = program(tmp_path, statement)
    assert log == "line\n"
    assert (result.stdout, result.stderr) == ("before\nafter\n", "")


def test_the_order_of_python_and_its_children_is_kept(tmp_path):
    body = "for n in range(3):\n    print(n, flush=True)\n    os.system(f'echo child {n}')"
    assert program(tmp_path, body)[0].split("\n") == [
        "0", "child 0", "1", "child 1", "2", "child 2", "",
    ]  # fmt: skip


def test_what_is_printed_before_is_not_in_the_log(tmp_path):
    log, result = program(tmp_path, "pass")
    assert log == ""
    assert result.stdout == "before\nafter\n"


def test_a_log_begins_afresh(tmp_path):
    (tmp_path / "stage.log").write_text("from an earlier run\n" * 100)
    assert program(tmp_path, "print('now')")[0] == "now\n"


def test_after_an_exception_output_goes_where_it_went(tmp_path):
    log, result = program(tmp_path, "print('inside')\nraise ValueError('told outside')")
    assert log == "inside\n"
    assert "told outside" in result.stderr


@pytest.mark.parametrize("stream", ["None", "open(os.devnull, 'w')", "object()"])
def test_a_stage_may_have_replaced_or_lost_its_streams(tmp_path, stream):
    body = f"sys.stdout = {stream}\nos.write(1, b'line\\n')\nsys.stdout = sys.__stdout__"
    log, result = program(tmp_path, body)
    assert log == "line\n"
    assert "after" in result.stdout


def test_a_stream_that_is_closed_does_no_harm(tmp_path):
    log, _ = program(tmp_path, "sys.stderr.close()\nos.write(1, b'line\\n')")
    assert log == "line\n"


def test_what_nobody_is_to_see_goes_nowhere(tmp_path):
    with captured(str(tmp_path / "stage.log"), 5):
        os.write(1, b"before\n")
        with discarded():
            os.write(1, b"an import says hello\n")
            os.write(2, b"and warns\n")
        os.write(2, b"after\n")
    assert (tmp_path / "stage.log").read_text() == "before\nafter\n"


def test_captures_follow_one_another(tmp_path):
    for n in range(3):
        with captured(str(tmp_path / f"{n}.log"), 5):
            os.write(1, f"stage {n}\n".encode())
    assert [(tmp_path / f"{n}.log").read_text() for n in range(3)] == [
        "stage 0\n",
        "stage 1\n",
        "stage 2\n",
    ]


def test_no_descriptor_is_left_open(tmp_path):
    before = set(os.listdir("/dev/fd"))  # noqa: PTH208 - names of descriptors, not paths
    with captured(str(tmp_path / "stage.log"), 5):
        pass
    assert set(os.listdir("/dev/fd")) == before  # noqa: PTH208 - as above


# A process that an earlier run left over


@pytest.fixture
def left_over(tmp_path):
    """Give a process that was started by a stage and outlived it, holding its output."""
    with captured(str(tmp_path / "stage.log"), 5):
        process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    yield process
    process.stdin.close()
    process.wait()


def test_a_stage_does_not_start_while_a_child_of_its_last_run_lives(tmp_path, left_over):
    entered = []
    with pytest.raises(WaitTimeoutError) as caught, captured(str(tmp_path / "stage.log"), 0):
        entered.append(True)
    assert not entered
    assert caught.value.message == (
        "a process that an earlier run of this stage started is still alive"
    )
    assert caught.value.hint == f"find it with: fuser {tmp_path / 'stage.log'}"


def test_a_log_that_is_held_is_left_as_it_is(tmp_path, left_over):
    (tmp_path / "stage.log").write_text("of the last run")
    with pytest.raises(WaitTimeoutError), captured(str(tmp_path / "stage.log"), 0):
        pass
    assert (tmp_path / "stage.log").read_text() == "of the last run"


def test_a_child_that_ends_in_time_is_waited_for(tmp_path):
    text = f"""
        import os, subprocess, sys, threading
        from pivot.engine.capture import captured
        log = {str(tmp_path / "stage.log")!r}
        with captured(log, 5):
            child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        threading.Thread(target=child.stdin.close).start()
        with captured(log, 60):
            print("second")
        child.wait()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(text)], check=True)
    assert (tmp_path / "stage.log").read_text() == "second\n"


def test_another_stage_does_not_wait(tmp_path, left_over):
    with captured(str(tmp_path / "other.log"), 0):
        os.write(1, b"line\n")
    assert (tmp_path / "other.log").read_text() == "line\n"


# Out of the log


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "stage.log"


def add(log: Path, data: bytes) -> None:
    with log.open("ab") as stream:
        stream.write(data)


def test_a_log_that_is_not_there_yet_has_no_lines(log):
    tail = LogTail(log)
    assert tail.lines() == []
    assert tail.lines(final=True) == []


def test_lines_are_given_once(log):
    tail = LogTail(log)
    add(log, b"one\ntwo\n")
    assert tail.lines() == ["one", "two"]
    assert tail.lines() == []
    add(log, b"three\n")
    assert tail.lines() == ["three"]


def test_lines_of_an_earlier_run_are_never_given(log):
    add(log, b"earlier\n" * 10)
    tail = LogTail(log)
    assert tail.lines() == []
    add(log, b"now\n" * 100)
    assert tail.lines() == ["now"] * 100


def test_half_a_line_waits_for_its_end(log):
    tail = LogTail(log)
    add(log, b"one\ntw")
    assert tail.lines() == ["one"]
    add(log, b"o\n")
    assert tail.lines() == ["two"]


def test_at_the_end_half_a_line_is_a_line(log):
    tail = LogTail(log)
    add(log, b"one\ntwo")
    assert tail.lines(final=True) == ["one", "two"]
    assert tail.lines(final=True) == []


def test_empty_lines_are_lines(log):
    tail = LogTail(log)
    add(log, b"\n\n \n")
    assert tail.lines(final=True) == ["", "", " "]


def test_only_line_ends_end_lines(log):
    """Unlike for `str.splitlines`, which knows a dozen of them."""
    tail = LogTail(log)
    add(log, "a\x0bb\x0cc\x1cd\x85e\u2028f\n".encode())
    assert tail.lines() == ["a\x0bb\x0cc\x1cd\x85e\u2028f"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"done\r\n", "done"),
        (b"  0%\r 50%\r100%\n", "100%"),
        (b"  0%\r 50%\r100%\r\n", "100%"),
        (b"\r\n", ""),
        (b"\r\r\r\n", ""),
    ],
)
def test_of_a_progress_bar_its_last_state_is_given(log, data, line):
    tail = LogTail(log)
    add(log, data)
    assert tail.lines() == [line]


def test_a_progress_bar_without_an_end_is_given_at_the_end(log):
    tail = LogTail(log)
    for n in range(100):
        add(log, b"%d%%\r" % n)
        assert tail.lines() == []
    assert tail.lines(final=True) == ["99%"]


def test_bytes_that_are_no_text_are_replaced(log):
    tail = LogTail(log)
    add(log, b"a\xffb\n\xc3\n")
    assert tail.lines() == ["a\ufffdb", "\ufffd"]


def test_a_character_that_arrives_in_pieces_is_whole(log):
    tail = LogTail(log)
    for byte in "grün €\n".encode():
        found = tail.lines()
        assert found == []
        add(log, bytes([byte]))
    assert tail.lines() == ["grün €"]


def test_a_character_that_never_ends_is_replaced(log):
    tail = LogTail(log)
    add(log, b"x\xe2\x82")
    assert tail.lines() == []
    assert tail.lines(final=True) == ["x\ufffd"]


def test_a_line_without_end_comes_in_pieces(log):
    tail = LogTail(log)
    add(log, b"x" * 1_000_000)
    pieces = tail.lines()
    assert pieces
    assert "".join([*pieces, *tail.lines(final=True)]) == "x" * 1_000_000


def test_a_progress_bar_without_end_needs_no_memory(log):
    tail = LogTail(log)
    add(log, b"working...\r" * 100_000 + b"nearly")
    assert tail.lines() == []
    assert tail.lines(final=True) == ["nearly"]


def test_a_flood_comes_a_part_at_a_time_and_nothing_is_lost(log):
    tail = LogTail(log)
    add(log, b"0123456789\n" * 1_000_000)
    first = tail.lines()
    assert 0 < len(first) < 1_000_000
    assert len(first) + len(tail.lines(final=True)) == 1_000_000


def test_a_task_that_is_started_again_begins_its_log_again(log):
    tail = LogTail(log)
    add(log, b"first attempt\nhalf a li")
    assert tail.lines() == ["first attempt"]
    os.truncate(log, 0)
    add(log, b"second\n")
    assert tail.lines() == ["second"]


def test_a_log_that_cannot_be_emptied_is_the_workers_matter(tmp_path):
    (tmp_path / "taken").mkdir()
    assert LogTail(tmp_path / "taken").lines(final=True) == []


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_however_it_arrives_the_text_is_the_same(tmp_path_factory, pieces):
    log = tmp_path_factory.mktemp("logs") / "stage.log"
    tail = LogTail(log)
    found: list[str] = []
    for piece in pieces:
        add(log, piece)
        found += tail.lines()
    found += tail.lines(final=True)
    text = b"".join(pieces).decode("utf-8", "replace")
    *complete, rest = text.split("\n")
    lines = [*complete, rest] if rest else complete
    assert found == [line.rstrip("\r").rpartition("\r")[2] for line in lines]
