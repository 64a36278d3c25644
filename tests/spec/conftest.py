"""How the tests of what users are promised run a project: by the command line, as a user would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def run(project) -> Callable[..., dict[str, str]]:
    """Run `pivot run --json` in the project, which must succeed; give each stage's status."""

    def run(*words: str) -> dict[str, str]:
        done = project.cli("run", "--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return {e["stage"]: e["status"] for e in events if e["event"] == "stage_finished"}

    return run


@pytest.fixture
def ran(run) -> Callable[..., set[str]]:
    """Run likewise; give the names of the stages whose functions were called."""

    def ran(*words: str) -> set[str]:
        return {stage for stage, status in run(*words).items() if status == "ran"}

    return ran
