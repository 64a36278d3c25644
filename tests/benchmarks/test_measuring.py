"""Processes are measured with their children, and in turns."""

from __future__ import annotations

import sys

import pytest

from benchmarks.measuring.processes import FailedError, Use, measure
from benchmarks.measuring.rounds import Rounds

MEGABYTES = 150


def python(code):
    return [sys.executable, "-c", code]


def test_what_is_printed_is_kept():
    assert (
        measure(python("import sys; print(1, flush=True); print(2, file=sys.stderr)")).output
        == "1\n2\n"
    )


def test_a_failure_names_the_command_the_status_and_what_was_said():
    with pytest.raises(FailedError, match=r"(?s)-c .*exit status 3.*no way"):
        measure(python("print('no way'); raise SystemExit(3)"))


def test_it_runs_in_its_directory_with_its_variables(tmp_path):
    code = "import os; print(os.getcwd(), os.environ['COLOUR'])"
    assert measure(python(code), tmp_path, {"COLOUR": "red"}).output == f"{tmp_path} red\n"


def test_the_peak_is_that_of_the_largest_process():
    code = f"bytearray({MEGABYTES} * 1000 * 1000)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    assert measure(python(parent)).peak > MEGABYTES * 1000 * 1000


def test_cpu_time_counts_children():
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    assert measure(python(parent)).cpu >= 0.3


def uses(seconds, calls, name):
    def act(number):
        calls.append((name, number))
        value = seconds[number]
        return Use(seconds=value, cpu=value / 2, peak=int(value), output="")

    return act


def test_the_least_of_several_rounds_in_turns_counts():
    calls = []
    acts = {"a": uses([3.0, 1.0, 2.0], calls, "a"), "b": uses([7.0, 9.0, 8.0], calls, "b")}
    found = Rounds(most=3, seconds=1000.0).least(acts)
    assert calls == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert (found["a"].value, found["a"].cpu, found["a"].peak, found["a"].rounds) == (1, 0.5, 3, 3)
    assert found["b"].value == 7


def test_what_takes_long_is_measured_less_often():
    calls = []
    acts = {"long": uses([6.0, 6.0, 6.0], calls, "long"), "short": uses([1.0] * 3, calls, "short")}
    found = Rounds(most=3, seconds=10.0).least(acts)
    assert (found["long"].rounds, found["short"].rounds) == (2, 3)
