"""`pivot run --tui`, with displays that draw nothing, on a terminal of its own."""

import os
import pty
import select
import subprocess
import sys
import termios

import click
import pytest

pytestmark = pytest.mark.usefixtures("measured")

PIPELINE = """
import os

print("printed by the import")
os.write(2, b"written to descriptor 2\\n")

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    if os.path.exists("fail"):
        raise ValueError("no luck")
    if os.path.exists("sleep"):
        import time
        time.sleep(300)
    return 1

REGISTRY.register(make)
"""
DISPLAY = """
import sys, time

class Display:
    def __init__(self, runs):
        self.runs = runs
        self.told = []

    def tell(self, event):
        self.told.append(type(event).__name__)

    def explain(self, stage, text):
        self.told.append(f"{stage} explained: {text.splitlines()[1].strip()}")

    def draw(self, text):
        sys.__stdout__.write(f"{text}\\r\\n")
        sys.__stdout__.flush()

    def until_over(self):
        while not self.runs.over:
            time.sleep(0.01)

    def show(self):
        """
INSTALLED = "[pivot.displays]\ntui = acme_display:Display\n"


@pytest.fixture
def shown(project, tmp_path, monkeypatch):
    """Give `shown(body, *words)`: exit status and all that a terminal got, with such a display."""
    site = tmp_path / "site"
    info = site / "acme_display-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-display\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(INSTALLED)
    monkeypatch.setenv("PYTHONPATH", str(site))
    # The one that is installed goes by the same name.
    monkeypatch.setenv("PIVOT_DISABLE_PLUGINS", "pivot-tui")
    monkeypatch.setenv("TERM", "xterm")
    project.pipeline(PIPELINE)

    def shown(body, *words):
        (site / "acme_display.py").write_text(
            DISPLAY + body.replace("\n", "\n        ").replace("        \x00", "")
        )
        master, slave = pty.openpty()
        modes = termios.tcgetattr(slave)
        process = subprocess.Popen(
            [sys.executable, "-m", "pivot.cli", "run", "--tui", *words],
            cwd=project.root,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        drawn = b""
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.05)[0]:
                drawn += os.read(master, 65536)
        assert termios.tcgetattr(slave) == modes
        os.close(slave)
        os.close(master)
        status = process.returncode
        shown.drawn = drawn
        return status, click.unstyle(drawn.decode()).replace("\r\n", "\n")

    return shown


def test_a_display_is_told_what_happens_and_the_total_is_printed_after_it(shown):
    status, text = shown("self.until_over(); self.draw(self.told)")
    assert status == 0
    first, *rest = text.splitlines()
    assert eval(first) == [
        "RunStarted",
        "make explained: Status: WILL RUN",
        "StageDecided",
        "StageStarted",
        "StageFinished",
        "RunFinished",
    ]
    assert rest[:2] == ["printed by the import", "written to descriptor 2"]
    assert rest[2].startswith("1 ran in ")
    assert len(rest) == 3


def test_a_failure_is_told_at_the_end_and_is_the_exit_status(shown, project):
    project.write("fail", "")
    status, text = shown("self.until_over()")
    assert status == 1
    assert "make: failed: ValueError: no luck" in text
    assert "all that it printed: pivot logs make" in text
    assert text.splitlines()[-1].startswith("1 failed in ")


def test_a_display_that_returns_early_ends_the_run(shown, project):
    project.write("sleep", "")
    status, text = shown("pass")
    assert status == 130
    assert "interrupted: 1 cancelled in " in text


def test_cancelling_stops_the_run(shown, project):
    project.write("sleep", "")
    status, text = shown("self.runs.cancel(); self.until_over(); self.draw(self.runs.ending)")
    assert (status, text.splitlines()[0]) == (130, "False")


def test_a_display_that_fails_does_not_take_the_run_with_it(shown):
    status, text = shown("raise RuntimeError('a bug')")
    assert status == 0
    assert "warning: the display of acme_display failed: RuntimeError: a bug" in text
    assert text.splitlines()[-1].startswith("1 ran in ")


def test_a_display_that_cannot_be_told_anything_does_not_take_the_run_with_it(shown):
    body = "self.until_over()\n\ndef broken(self, event):\n    1 / 0\n\nDisplay.tell = broken"
    status, text = shown(body.replace("\n", "\n\x00"))
    assert status == 0
    assert "warning: the display of acme_display failed: ZeroDivisionError" in text
    assert text.splitlines()[-1].startswith("1 ran in ")


def test_of_very_much_that_was_printed_the_end_is_shown(shown, project):
    project.edit("pipeline.py", 'print("printed by the import")', 'print("x\\n" * 99_999)')
    status, text = shown("self.until_over()")
    assert status == 0
    assert text.startswith("...\nx\nx\n")
    assert len(text) < 100_000


def test_what_a_display_did_to_the_terminal_is_undone_when_it_fails(shown):
    status, text = shown(
        "import tty\ntty.setraw(sys.__stdin__.fileno())\nself.draw('\\x1b[?1049h')\n1 / 0"
    )
    assert status == 0
    assert shown.drawn.rindex(b"\x1b[?1049l") > shown.drawn.rindex(b"\x1b[?1049h")
    assert "ZeroDivisionError" in text


def test_a_watch_is_ended_by_its_display(shown):
    body = """
while "Watching" not in self.told:
    time.sleep(0.01)
self.runs.again()
while self.told.count("Watching") < 2:
    time.sleep(0.01)
self.runs.end()
self.until_over()
self.draw(self.told.count("RunStarted"))
"""
    status, text = shown(body, "--watch")
    assert (status, text.splitlines()[0]) == (0, "2")


def test_what_is_wrong_with_the_call_is_told_as_ever(shown):
    status, text = shown("self.draw('never')", "nothing")
    assert status == 2
    assert "never" not in text
    assert "error: " in text


@pytest.mark.parametrize("other", ["--json", "--quiet", "--explain", "--dry-run"])
def test_other_ways_to_show_a_run_are_refused(scaling, invoke, other):
    result = invoke("run", "--tui", other)
    assert result.status == 2
    assert f"error: --tui and {other} can't be used together" in result.err


def test_without_a_terminal_that_is_said(scaling, invoke):
    result = invoke("run", "--tui")
    assert result.status == 2
    assert "error: --tui needs a terminal, and standard input is none" in result.err
    assert not (scaling.root / "total.json").exists()


def test_without_the_plugin_the_command_that_installs_it_is_named(shown, monkeypatch):
    monkeypatch.setenv("PIVOT_DISABLE_PLUGINS", "pivot-tui,acme-display")
    status, text = shown("pass")
    assert status == 2
    assert "display 'tui' is provided by" in text
