"""README.md: what it tells to type works, and what it names exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from pivot.cli.app import COMMANDS

REPOSITORY = Path(__file__).parent.parent.parent
README = REPOSITORY / "README.md"


def test_a_reader_who_follows_it_sees_what_it_shows(reader):
    assert reader(README).follow() == 4


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)", README.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (REPOSITORY / link).exists()] == []
    assert len(local) > 10


def test_every_make_target_that_it_names_exists():
    named = set(re.findall(r"^make (\w+)", README.read_text("utf-8"), re.MULTILINE))
    targets = re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert named == {"demo", "test", "faults", "check", "format", "docs"}
    assert named <= set(targets)


def test_every_command_that_it_names_exists():
    named = set(re.findall(r"`pivot (\w+)", README.read_text("utf-8")))
    assert named == set(COMMANDS)


@pytest.mark.distribution
def test_its_install_line_installs_the_command_and_the_loaders(
    tmp_path, make_environment, monkeypatch
):
    (line,) = re.findall(r"^pip (install .*)$", README.read_text("utf-8"), re.MULTILINE)
    make_environment(tmp_path / "env")
    # Half of the time would go to the bytecode of modules that nobody imports here.
    monkeypatch.setenv("PIP_COMPILE", "0")
    script = (
        f". {tmp_path}/env/bin/activate && python -m pip --quiet {line} && cd / && pivot plugins"
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"loaders +Parquet +pivot-loaders-pandas", done.stdout)
