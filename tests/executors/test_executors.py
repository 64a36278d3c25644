"""What the package as a whole promises."""

from __future__ import annotations

import os
import subprocess
import sys

from pivot.executors import default_jobs


def test_by_default_there_are_as_many_jobs_as_usable_cpus(monkeypatch):
    assert 1 <= default_jobs() <= (os.cpu_count() or 1)


def test_an_affinity_of_one_cpu_makes_one_job():
    script = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from pivot.executors import default_jobs; print(default_jobs())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


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
