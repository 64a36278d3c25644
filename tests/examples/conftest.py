"""What the tests of the examples share: a copy of an example that ran once, by the real command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
# What a run leaves behind, in the repository's own examples too.
MADE = shutil.ignore_patterns(".pivot", "build", "__pycache__", "metrics.json", "report.json")


@dataclass
class Example:
    """A copy of an example."""

    root: Path

    def pivot(self, *words: str) -> str:
        """Run the command line, which must succeed, and give what it prints."""
        command = [sys.executable, "-m", "pivot.cli", *words]
        done = subprocess.run(
            command,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *targets: str) -> dict[str, str]:
        """Run it, and give the status of each stage."""
        events = [json.loads(line) for line in self.pivot("run", "--json", *targets).splitlines()]
        return {e["stage"]: e["status"] for e in events if e["event"] == "stage_finished"}

    def ran(self, *targets: str) -> set[str]:
        """Run it, and give the names of the stages that ran."""
        return {stage for stage, status in self.run(*targets).items() if status == "ran"}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that is in a file exactly once."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        (self.root / path).write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def name(request: pytest.FixtureRequest) -> str:
    """The example that a test module is about: test_NAME.py."""
    return request.module.__name__.rpartition("test_")[2]


@pytest.fixture(scope="module")
def finished(name: str, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The example after its first run; tests only read it."""
    root = tmp_path_factory.mktemp("finished") / name
    shutil.copytree(EXAMPLES / name, root, ignore=MADE)
    example = Example(root)
    example.run()
    return example


@pytest.fixture
def example(finished: Example, tmp_path: Path) -> Example:
    """A copy of the example after its first run, to be changed."""
    root = tmp_path / "example"
    shutil.copytree(finished.root, root, symlinks=True)
    return Example(root)


@pytest.fixture
def untouched(name: str, tmp_path: Path) -> Example:
    """A copy of the example as it is in the repository."""
    root = tmp_path / "untouched"
    shutil.copytree(EXAMPLES / name, root, ignore=MADE)
    return Example(root)
