"""The layered pipeline as a Pivot project.

`pipeline.py` registers the functions of `steps/m0000.py` and so on, which are annotated, and
import their helper; `HEAVY` makes it import pandas, too. Example::

    project = PivotProject(Path("/tmp/project"), Layered(176))
    project.write()
    project.edit_leaf(5)

Tests: tests/benchmarks/test_projects.py.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.projects.layered import body, edit_function, edit_helper, helper, output

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.projects.layered import Layered

_HEAD = """
from typing import Annotated

from pivot import loaders, outputs

from steps.{helper} import mixed
"""
_DEP = '{name}: Annotated[int, outputs.Dep("{path}", loaders.JSON())]'
_OUT = 'Annotated[int, outputs.Out("{path}", loaders.JSON())]'


@dataclass(frozen=True)
class PivotProject:
    """A project in a directory that does not exist yet."""

    root: Path
    pipeline: Layered
    #: Modules that the pipeline imports and its stages do not need.
    imports: tuple[str, ...] = ()

    def write(self) -> None:
        """Write all of it."""
        steps = self.root / "steps"
        steps.mkdir(parents=True)
        (steps / "__init__.py").write_text("")
        self.pipeline.write_data(self.root)
        self.pipeline.write_helpers(steps)
        lines = [f"import {name}\n" for name in self.imports]
        lines += ["import steps\n", "from pivot.registry import REGISTRY\n"]
        registered: list[str] = []
        for number, stages in enumerate(self.pipeline.modules()):
            self._module(number).write_text(self._source(number, stages))
            names = ", ".join(f"stage_{stage}" for stage in stages)
            lines.append(f"from steps.m{number:04} import {names}\n")
            registered += [f"REGISTRY.register(stage_{stage})\n" for stage in stages]
        (self.root / "pipeline.py").write_text("".join([*lines, "\n", *registered]))
        (self.root / ".pivot").mkdir()

    def edit_leaf(self, edit: int) -> None:
        """Change the function of a stage that nothing depends on."""
        edit_function(self._module(self._last), self.pipeline.last, edit)

    def edit_helper(self, edit: int) -> None:
        """Change the source file that the last module's stages share."""
        edit_helper(self.root / "steps" / f"{helper(self._last)}.py", edit)

    def delete_outputs(self) -> None:
        """Delete all that was made."""
        shutil.rmtree(self.root / "out")
        (self.root / "out").mkdir()

    @property
    def _last(self) -> int:
        return len(self.pipeline.modules()) - 1

    def _module(self, number: int) -> Path:
        return self.root / "steps" / f"m{number:04}.py"

    def _source(self, number: int, stages: tuple[int, ...]) -> str:
        functions = [self._function(stage) for stage in stages]
        return "\n\n".join([_HEAD.lstrip().format(helper=helper(number)), *functions])

    def _function(self, stage: int) -> str:
        inputs = self.pipeline.inputs(stage)
        names = ("left", "right")
        deps = [
            _DEP.format(name=name, path=path) for name, path in zip(names, inputs, strict=False)
        ]
        made = _OUT.format(path=output(stage))
        head = f"def stage_{stage}(\n    {',\n    '.join(deps)},\n) -> {made}:\n"
        return head + body(stage, len(inputs))
