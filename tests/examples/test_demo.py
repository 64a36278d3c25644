"""examples/demo, which `make demo` runs: two runs of the quick start, and an explanation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_the_demo_runs_once_explains_and_leaves_the_sources_alone(tmp_path):
    examples = tmp_path / "examples"
    made = shutil.ignore_patterns(".pivot", "build", "__pycache__", "metrics.json", "report.json")
    shutil.copytree(EXAMPLES, examples, ignore=made)
    done = subprocess.run(
        [examples / "demo"],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, again, explained = done.stdout.split("$ pivot run")[1:]
    assert "4 ran" in first
    assert "Everything is up to date (4 stages)" in again
    assert "Stage: evaluate\n  Status: WILL RUN\n  Reason: Code dependency changed" in explained
    assert "File: classifier.py:" in explained
    source = "quickstart/classifier.py"
    assert (examples / source).read_bytes() == (EXAMPLES / source).read_bytes()
