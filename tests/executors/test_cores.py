"""How many workers there are by default."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pivot.executors import usable_cores


@pytest.fixture
def groups(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "process_cpu_count", lambda: 8)
    return tmp_path


def test_it_is_at_least_one_and_never_more_than_there_are():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def test_an_affinity_of_one_cpu_makes_one():
    script = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from pivot.executors import usable_cores; print(usable_cores())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000\n", 8), ("200000 100000\n", 2), ("150000 100000\n", 2), ("1000 100000\n", 1)],
)
def test_the_quota_of_a_control_group_counts(groups, quota, expected):
    (groups / "cpu.max").write_text(quota)
    assert usable_cores(groups) == expected


@pytest.mark.parametrize(("quota", "expected"), [("-1\n", 8), ("300000\n", 3)])
def test_so_does_that_of_a_control_group_of_version_1(groups, quota, expected):
    (groups / "cpu").mkdir()
    (groups / "cpu/cpu.cfs_quota_us").write_text(quota)
    (groups / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(groups) == expected


@pytest.mark.parametrize("text", ["", "nonsense", "1 2 3", "100000 0"])
def test_what_cannot_be_understood_is_no_limit(groups, text):
    (groups / "cpu.max").write_text(text)
    assert usable_cores(groups) == 8


def test_without_control_groups_there_is_no_limit(groups):
    assert usable_cores(groups / "missing") == 8


def test_importing_the_drivers_loads_neither_loky_nor_cloudpickle():
    script = (
        "import sys\n"
        "import pivot.executors.inline, pivot.executors.loky_pool, pivot.executors.payload\n"
        "print({'loky', 'cloudpickle'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
