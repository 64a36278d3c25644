"""The command line as a process: streams that are closed or full, debugging, exit statuses."""

import os
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from pivot.cli import main

pytestmark = pytest.mark.usefixtures("measured")


def shell(project, script, encoding="utf-8", **environ):
    """Run a shell script in which $PIVOT is the command line."""
    pivot = f"{sys.executable} -m pivot.cli"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=project.root,
        capture_output=True,
        encoding=encoding,
        timeout=120,
        check=False,
        env={**os.environ, "PIVOT": pivot, **environ},
    )


def test_the_console_script_is_main():
    [script] = entry_points(group="console_scripts", name="pivot")
    assert script.load() is main


@pytest.mark.parametrize("words", [["list"], ["run", "--executor", "inline"], ["run", "--json"]])
def test_a_closed_pipe_is_quiet(scaling, words):
    reader, writer = os.pipe()
    os.close(reader)
    found = subprocess.run(
        [sys.executable, "-m", "pivot.cli", *words],
        cwd=scaling.root,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(writer)
    assert (found.returncode, found.stderr) == (141, "")


def test_a_full_device_is_one_message(project):
    project.pipeline("")
    found = shell(project, "$PIVOT list > /dev/full")
    assert found.returncode == 1
    assert found.stderr == (
        "error: can't write the output: No space left on device\n"
        "  the disk is full: free some space, then run again\n"
    )


def test_closed_streams_do_no_harm(scaling):
    found = shell(scaling, "$PIVOT run >&- 2>&- <&-")
    assert found.returncode == 0
    assert "13.5" in scaling.read("total.json")


def test_text_that_the_terminal_can_not_show_is_replaced(project):
    project.pipeline("""
    def stage() -> Annotated[dict, outputs.Out("gr→ß.json", loaders.JSON())]:
        return {}
    REGISTRY.register(stage)
    """)
    found = shell(project, "$PIVOT list", encoding="latin-1", PYTHONIOENCODING="latin-1")
    assert found.returncode == 0
    assert "writes  gr?ß.json" in found.stdout


def test_debug_shows_pivots_own_traceback(project):
    found = project.cli("--debug", "list")
    assert found.returncode == 2
    assert "Traceback (most recent call last):" in found.stderr
    assert found.stderr.count("error: no Pivot project here") == 1


def test_without_debug_there_is_no_traceback(project):
    found = project.cli("list")
    assert found.returncode == 2
    assert found.stderr.startswith("error: no Pivot project here: neither ")
    assert found.stderr.endswith("\n  run 'pivot init' to create one\n")


@pytest.mark.parametrize(
    ("words", "completed"),
    [("pivot st", "status"), ("pivot run --dry", "--dry-run"), ("pivot logs sc", "scale")],
)
def test_a_shell_gets_its_completions(scaling, words, completed):
    scaling.write(".pivot/stages/scale.lock", "")
    count = str(len(words.split()) - 1)
    found = shell(
        scaling, "$PIVOT", _PIVOT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count
    )
    assert found.stdout == f"plain,{completed}\n"
