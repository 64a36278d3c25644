"""`pivot run --watch`, as it is typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pivot.cli.app import app

PIPELINE = """
import helper

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    return helper.N

REGISTRY.register(make)
"""


@pytest.fixture
def watching(project):
    project.pipeline(PIPELINE)
    (project.root / "helper.py").write_text("N = 1\n")
    started = []

    def start(*options):
        command = [sys.executable, "-m", "pivot.cli", "run", "--watch", *options]
        process = subprocess.Popen(
            command,
            cwd=project.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def lines_until(process, text):
    found = []
    for line in process.stdout:
        found.append(line.rstrip("\n"))
        if text in line:
            return found
    raise AssertionError(f"it ended without {text!r}: {found}")


def test_it_tells_a_compact_history_and_ends_with_ctrl_c(watching, project):
    process = watching("--executor", "inline")
    assert "watching for changes; Ctrl-C ends it" in lines_until(process, "watching")[-1]
    (project.root / "helper.py").write_text("N = 22\n")
    changed, running, ran, total = lines_until(process, "1 ran in")
    assert changed.endswith(" helper.py")
    assert running.startswith("make: running (")
    assert ran.startswith("make: ran in ")
    assert total.startswith("1 ran in ")
    (project.root / "helper.py").write_text("N =\n")
    broken = lines_until(process, "helper.py:1:")
    assert broken[-2] == "the pipeline can't be run:"
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert process.stdout.read() == ""


def test_a_terminated_watch_says_so_by_its_status(watching):
    process = watching("--json", "--executor", "inline")
    lines_until(process, '"watching"')
    process.terminate()
    assert process.wait() == 143


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--restart"], "--restart, --glob and --debounce go with --watch"),
        (["--glob", "*.py"], "--restart, --glob and --debounce go with --watch"),
        (["--debounce", "1"], "--restart, --glob and --debounce go with --watch"),
        (["--watch", "--dry-run"], "--watch runs stages, and --dry-run runs none"),
        (["--watch", "--explain"], "--watch runs stages, and --explain runs none"),
    ],
)
def test_what_does_not_go_together(options, message):
    result = CliRunner().invoke(app, ["run", *options])
    assert result.exit_code == 2
    assert message in result.output
