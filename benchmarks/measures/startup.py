"""How long it takes until a tool is there at all: its version asked for, its library imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.measures.bench import BARE
from benchmarks.measuring.processes import measure
from benchmarks.tools.pivot import PIVOT

if TYPE_CHECKING:
    from benchmarks.measures.bench import Bench
    from benchmarks.tools.peers import Peers


def measure_startup(bench: Bench, peers: Peers | None) -> None:
    """Measure `--version` and the import, in turns with a bare Python."""
    python = peers.command("python") if peers else ""
    commands = {
        "version": {"bare": list(BARE), "pivot": [PIVOT, "--version"]},
        "import": {"bare": list(BARE), "pivot": [sys.executable, "-c", "import pivot"]},
    }
    if peers:
        commands["version"]["dvc"] = [peers.command("dvc"), "--version"]
        commands["import"]["dvc"] = [python, "-c", "import dvc.api"]
    environment = peers.environment if peers else {}
    for row, compared in commands.items():
        figures = bench.rounds.least(
            {
                name: lambda _, command=command: measure(command, environment=environment)
                for name, command in compared.items()
            }
        )
        for name, figure in figures.items():
            bench.note(row, (name, 0), figure)
