"""The pipeline as it's written for one tool, and what brings it up to date.

A tool whose users list what stages depend on has two forms: *short*, as its documentation begins,
and *listed*, in which every file, value and version that a stage uses is listed by hand as
far as the tool lets one. Example::

    form.write(place)
    form.run(place, {})

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison.project import (
    ARGUMENTS,
    BODIES,
    IMPORTS,
    STAGES,
    age,
    write_common,
    write_files,
)
from benchmarks.comparison.services import serving
from benchmarks.measuring.processes import measure
from benchmarks.tools.peers import find_peers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.comparison.project import Place
    from benchmarks.measuring.processes import Use


@dataclass(frozen=True, slots=True)
class Service:
    """A server that a tool wants beside it; `{port}` is that of the server."""

    command: Sequence[str]
    #: A page that answers when it's ready.
    health: str
    #: What tells the tool where it is.
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write the pipeline for one tool."""

    tool: str
    #: What is installed for it, in an environment of its own; nothing for Pivot's.
    requirements: tuple[str, ...]
    #: Its files, beside those that all forms have in common.
    files: Mapping[str, str]
    command: Sequence[str]
    #: Whether all dependencies are listed by hand.
    listed: bool = False
    #: Commands after the project is written.
    first: Sequence[Sequence[str]] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    service: Service | None = None

    @property
    def name(self) -> str:
        """What tells this form from all others."""
        return f"{self.tool}, {'listed' if self.listed else 'short'}"

    @contextlib.contextmanager
    def served(self, place: Place) -> Iterator[Mapping[str, str]]:
        """Start the service, if there's one, with a home of its own; give the variables for it."""
        if not self.service:
            yield {}
            return
        place.home.mkdir(parents=True)
        environment, programs = self._environment(place)
        name, *words = self.service.command
        command = [str(programs / name), *words]
        log = place.directory / "service.log"
        with serving(command, environment, self.service.health, log) as port:
            variables = self.service.variables.items()
            yield {name: text.format(port=port) for name, text in variables}

    def write(self, place: Place) -> None:
        """Write the project."""
        write_common(place)
        write_files(place.root, self.files)
        for command in self.first:
            self.perform(command, place, {})
        age(place)

    def run(self, place: Place, variables: Mapping[str, str]) -> Use:
        """Bring the project up to date; raise `FailedError`."""
        return self.perform(self.command, place, variables)

    def perform(self, command: Sequence[str], place: Place, variables: Mapping[str, str]) -> Use:
        """Run one of the tool's commands in the project; raise `FailedError`."""
        environment, programs = self._environment(place)
        name, *words = command
        return measure([str(programs / name), *words], place.root, {**environment, **variables})

    def _environment(self, place: Place) -> tuple[dict[str, str], Path]:
        """Give the variables, and the directory of the tool's programs."""
        if not self.requirements:
            return self._with_path(place, {}, Path(sys.executable).parent)
        peers = find_peers(self.requirements)
        return self._with_path(place, peers.environment, peers.directory / "bin")

    def _with_path(
        self, place: Place, known: Mapping[str, str], programs: Path
    ) -> tuple[dict[str, str], Path]:
        own = {
            name: text.format(home=place.home, root=place.root)
            for name, text in self.variables.items()
        }
        path = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
        return {**known, **place.environment, **own, "PATH": path}, programs


def function(stage: str, head: str = "") -> str:
    """Give the plain function of a stage, after `head`."""
    return f"{head}def {stage}({ARGUMENTS[stage]}):\n{BODIES[stage]}\n"


def scripts(directory: str, tails: Mapping[str, str], head: str = "") -> dict[str, str]:
    """Give a script for each stage: its function, and what calls that."""
    return {
        f"{directory}/{stage}.py": f"{head}{IMPORTS[stage]}\n\n{function(stage)}\n\n{tails[stage]}"
        for stage in STAGES
    }


def plain_scripts(directory: str) -> dict[str, str]:
    """Give scripts that know their files and read `params.yaml`."""
    given = {
        "clean": 'load("data/raw.json"), **params()["clean"]',
        "train": 'load("out/clean.json"), **params()["train"]',
        "summary": 'load("out/clean.json")',
        "report": 'load("out/model.json")',
    }
    made = {"clean": "clean", "train": "model", "summary": "summary", "report": "report"}
    tails = {
        stage: f'if __name__ == "__main__":\n    save({stage}({given[stage]}), '
        f'"out/{made[stage]}.json")\n'
        for stage in STAGES
    }
    return scripts(directory, tails, "from steps.files import load, params, save\n")
