"""What was found so far, as a file: measuring everything takes longer than anybody wants to wait.

What is measured again replaces what the file has of the same tool. Example::

    findings = read(Path("figures.json"))
    findings.verdicts["DVC, short"]["nothing at all"].word
    write(findings, Path("figures.json"))

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.comparison.verdicts import Verdict
from benchmarks.measuring.figures import Figure

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found."""

    #: By a form's name and an edit's name.
    verdicts: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    #: By a tool's name and a change's name.
    speed: dict[str, dict[str, Figure]] = field(default_factory=dict)
    #: How many stages that were, and on what machine.
    stages: int = 0
    machine: str = ""


def read(file: Path) -> Findings:
    """Give what a file has; nothing, if there's none."""
    if not file.exists():
        return Findings()
    plain: dict[str, Any] = json.loads(file.read_text("utf-8"))
    verdicts = {
        form: {edit: _verdict(parts) for edit, parts in found.items()}
        for form, found in plain["verdicts"].items()
    }
    speed = {
        tool: {change: Figure(**parts) for change, parts in found.items()}
        for tool, found in plain["speed"].items()
    }
    return Findings(verdicts, speed, plain["stages"], plain["machine"])


def _verdict(parts: dict[str, Any]) -> Verdict:
    lists = {name: tuple(parts[name]) for name in ("stale", "needless")}
    return Verdict(**{**parts, **lists})


def write(findings: Findings, file: Path) -> None:
    """Write it to a file."""
    file.write_text(f"{json.dumps(asdict(findings), indent=1)}\n", "utf-8")
