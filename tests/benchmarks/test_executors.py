"""`python -m benchmarks.executors` on stages so small that nothing can be learnt from the figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_each_executor_that_this_python_has_is_measured():
    command = [sys.executable, "-m", "benchmarks.executors", "--rounds", "1"]
    tiny = ["--jobs", "1", "--stages", "2", "--loops", "10"]
    done = subprocess.run([*command, *tiny], cwd=ROOT, capture_output=True, text=True, check=False)
    has_interpreters = sys.version_info >= (3, 14)
    told = "" if has_interpreters else "interpreters: not measured, since that needs Python 3.14\n"
    assert (done.returncode, done.stderr) == (0, told)
    _, _, _, _, *rows = done.stdout.splitlines()
    names = [row.split("`")[1] for row in rows]
    assert names == ["inline", "loky", "interpreters"][: 3 if has_interpreters else 2]
    for row in rows:
        figures = [cell for cell in row.split("|")[2:] if cell.strip()]
        assert len(figures) >= 3, row
