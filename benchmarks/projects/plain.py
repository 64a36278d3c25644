"""The layered pipeline as scripts of plain functions: what other tools, and a bare loop, run.

`steps/s17.py` has the function of stage 17 and a main, so that `python steps/s17.py` makes its
output; `loop.py` calls all functions in turn in one process, reading and writing the same files,
and prints the seconds of that. Each tool adds its own file that says what feeds what. Every stage
has a file of its own, so that a tool which only sees files need not run others with it. Example::

    project = PlainProject(Path("/tmp/project"), Layered(176))
    project.write()
    project.sources(17)     # ('steps/s17.py', 'steps/h0001.py')

Tests: tests/benchmarks/test_projects.py.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.projects.layered import MODULE, body, edit_function, edit_helper, helper, output

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.projects.layered import Layered

_RUNNER = """
import json


def run(function, inputs, output):
    values = []
    for path in inputs:
        with open(path) as stream:
            values.append(json.load(stream))
    with open(output, "w") as stream:
        json.dump(function(*values), stream)
"""
_SCRIPT = """
from {helper} import mixed
from runner import run


def stage_{number}({arguments}):
{body}

def main():
    run(stage_{number}, {inputs!r}, {output!r})


if __name__ == "__main__":
    main()
"""
_LOOP = """
import importlib
import sys
import time

sys.path.insert(0, "steps")
steps = [importlib.import_module(f"s{{number}}") for number in range({stages})]
begun = time.perf_counter()
for step in steps:
    step.main()
print(time.perf_counter() - begun)
"""


@dataclass(frozen=True)
class PlainProject:
    """A project in a directory that does not exist yet."""

    root: Path
    pipeline: Layered

    def write(self) -> None:
        """Write all that the tools have in common."""
        steps = self.root / "steps"
        steps.mkdir(parents=True)
        self.pipeline.write_data(self.root)
        self.pipeline.write_helpers(steps)
        (steps / "runner.py").write_text(_RUNNER.lstrip())
        for number in range(self.pipeline.stages):
            self._script(number).write_text(self._source(number))
        (self.root / "loop.py").write_text(_LOOP.lstrip().format(stages=self.pipeline.stages))

    def sources(self, number: int) -> tuple[str, ...]:
        """Give the source files that a stage depends on."""
        return f"steps/s{number}.py", f"steps/{helper(number // MODULE)}.py"

    def edit_leaf(self, edit: int) -> None:
        """Change the function of a stage that nothing depends on."""
        edit_function(self._script(self.pipeline.last), self.pipeline.last, edit)

    def edit_helper(self, edit: int) -> None:
        """Change the source file that the last module's stages share."""
        edit_helper(self.root / self.sources(self.pipeline.last)[1], edit)

    def delete_outputs(self) -> None:
        """Delete all that was made."""
        shutil.rmtree(self.root / "out")
        (self.root / "out").mkdir()

    def _script(self, number: int) -> Path:
        return self.root / "steps" / f"s{number}.py"

    def _source(self, number: int) -> str:
        inputs = self.pipeline.inputs(number)
        return _SCRIPT.lstrip().format(
            helper=helper(number // MODULE),
            number=number,
            arguments=", ".join(("left", "right")[: len(inputs)]),
            body=body(number, len(inputs)),
            inputs=list(inputs),
            output=output(number),
        )
