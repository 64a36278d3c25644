"""make and doit as tools that are measured: they keep nothing of what they made.

make starts `python steps/sN.py` for each stage, two at once, and goes by times alone. doit calls
the functions in its own process, one after the other, and hashes files whose time has changed.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import measure
from benchmarks.projects.layered import output
from benchmarks.projects.plain import PlainProject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.measuring.processes import Use
    from benchmarks.projects.layered import Layered

_RULE = "{out}: {deps}\n\t@{python} {script}\n\t@echo ran {script}\n"
_DODO = """
import importlib
import sys

sys.path.insert(0, "steps")
DOIT_CONFIG = {{"backend": "sqlite3"}}
STAGES = {stages!r}


def task_stage():
    for number, deps, out in STAGES:
        step = importlib.import_module(f"s{{number}}")
        action = step.main
        yield {{"name": str(number), "actions": [action], "file_dep": deps, "targets": [out]}}
"""


class Loop:
    """A tool that goes through the stages of a layered pipeline: `make` or `doit`."""

    def __init__(
        self,
        name: str,
        command: list[str],
        root: Path,
        pipeline: Layered,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.root = root
        self._command = command
        self._environment = environment
        self.pipeline = pipeline
        self._project = PlainProject(root, pipeline)

    def prepare(self) -> None:
        """Write the project, and both tools' files."""
        self._project.write()
        stages = [
            (
                number,
                [*self._project.sources(number), *self.pipeline.inputs(number)],
                output(number),
            )
            for number in range(self.pipeline.stages)
        ]
        (self.root / "dodo.py").write_text(_DODO.lstrip().format(stages=stages))
        rules = [
            _RULE.format(out=out, deps=" ".join(deps), python=sys.executable, script=deps[0])
            for _, deps, out in stages
        ]
        outs = " ".join(out for _, _, out in stages)
        (self.root / "Makefile").write_text("".join([f"all: {outs}\n", *rules]))

    def forget(self) -> None:
        """Delete the outputs, and doit's database."""
        for file in self.root.glob(".doit.db*"):
            file.unlink()
        self._project.delete_outputs()

    def edit_leaf(self, edit: int) -> None:
        """Change the last stage's function."""
        self._project.edit_leaf(edit)

    def edit_helper(self, edit: int) -> None:
        """Change the last module's helper."""
        self._project.edit_helper(edit)

    def run(self) -> Use:
        """Bring all up to date."""
        return measure(self._command, self.root, self._environment)

    def ran(self, output: str) -> int:
        """Give how many stages ran."""
        return len(re.findall(r"^(?:ran|\. ) ", output, re.MULTILINE))
