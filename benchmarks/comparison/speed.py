"""What the overhead of each tool is: nothing to do, everything to do, one function edited.

All run the same pipeline of trivial stages, in turns; of each the least of several rounds counts.
What comes out is checked. Example::

    figures = measure_speed(Path("/tmp/speed"), Layered(56), Rounds(3, 60.0), ("Pivot", "DVC"))
    figures["DVC"]["nothing to do"].value

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from typing import TYPE_CHECKING, Protocol

from benchmarks.comparison.forms.dvc import REQUIREMENTS as DVC
from benchmarks.comparison.layered_forms import LAYERED
from benchmarks.comparison.project import Place, write_files
from benchmarks.measuring.processes import FailedError
from benchmarks.projects.layered import edit_function, output
from benchmarks.projects.plain import PlainProject
from benchmarks.tools.dvc import Dvc
from benchmarks.tools.peers import find_peers
from benchmarks.tools.pivot import Pivot
from benchmarks.tools.tool import Editable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from benchmarks.comparison.layered_forms import LayeredForm
    from benchmarks.measuring.figures import Figure
    from benchmarks.measuring.processes import Use
    from benchmarks.measuring.rounds import Act, Rounds
    from benchmarks.projects.layered import Layered

COLD, NO_OP, LEAF = "everything", "nothing to do", "one function edited"
_FIRST_EDIT = 1000


class Tool(Editable, Protocol):
    """A tool whose project is in a directory that can be looked at."""

    root: Path


class Peer:
    """A tool that only this compares, with a layered pipeline."""

    def __init__(
        self, form: LayeredForm, place: Place, pipeline: Layered, served: Mapping[str, str]
    ) -> None:
        self.root = place.root
        self.pipeline = pipeline
        self._form = form
        self._place = place
        self._served = served
        self._project = PlainProject(place.root, pipeline)

    def prepare(self) -> None:
        """Write the project."""
        self._project.write()
        (self.root / "steps" / "__init__.py").touch()
        write_files(self.root, self._form.files(self.pipeline))

    def forget(self) -> None:
        """Delete the outputs, and all that the tool knows; its settings remain."""
        for name in self._form.kept:
            shutil.rmtree(self.root / name, ignore_errors=True)
        shutil.rmtree(self._place.home, ignore_errors=True)
        self._place.home.mkdir(parents=True)
        settings = self._form.files(self.pipeline)
        write_files(self.root, {name: settings[name] for name in settings if name.startswith(".")})
        self._project.delete_outputs()

    def edit_leaf(self, edit: int) -> None:
        """Change the last stage's function, and its version if there's one."""
        stage = self.pipeline.last
        file = self.root / self._form.file(stage)
        edit_function(file, stage, edit)
        if self._form.bump:
            old, new = (text.format(stage=stage, edit=edit) for text in self._form.bump)
            text, found = re.subn(old, new, file.read_text("utf-8"))
            if found != 1:
                raise ValueError(f"{file} has {old!r} {found} times")
            file.write_text(text, "utf-8")

    def run(self) -> Use:
        """Bring all up to date."""
        return self._form.form.perform(self._form.command, self._place, self._served)


def measure_speed(
    directory: Path, pipeline: Layered, rounds: Rounds, names: Iterable[str]
) -> dict[str, dict[str, Figure]]:
    """Give what each tool takes for each change, by their names."""
    found: dict[str, dict[str, Figure]] = {name: {} for name in names}
    with contextlib.ExitStack() as stack:
        tools = {name: _tool(name, directory / name, pipeline, stack) for name in found}
        for tool in tools.values():
            tool.prepare()
        for what, change in _CHANGES.items():
            if what != COLD:
                for tool in tools.values():
                    _rest(tool)
            acts = {name: _act(tool, what, change) for name, tool in tools.items()}
            for name, figure in rounds.least(acts).items():
                found[name][what] = figure
    return found


def _tool(name: str, directory: Path, pipeline: Layered, stack: contextlib.ExitStack) -> Tool:
    if name == "Pivot":
        return Pivot(directory, pipeline)
    if name == "DVC":
        return Dvc(directory, pipeline, find_peers(DVC))
    form = LAYERED[name]
    served = stack.enter_context(form.form.served(Place(directory / "service")))
    return Peer(form, Place(directory / "place"), pipeline, served)


def _rest(tool: Tool) -> None:
    """Come to rest: Pivot runs until its files are old enough to be trusted."""
    if isinstance(tool, Pivot):
        tool.settle()
    else:
        tool.run()


_CHANGES: dict[str, Callable[[Tool, int], None]] = {
    COLD: lambda tool, _: tool.forget(),
    NO_OP: lambda _tool, _edit: None,
    LEAF: lambda tool, edit: tool.edit_leaf(edit),
}


def _act(tool: Tool, what: str, change: Callable[[Tool, int], None]) -> Act:
    """Give what makes a change, runs, and looks at what came out."""

    def act(number: int) -> Use:
        change(tool, _FIRST_EDIT + number)
        before = _leaf(tool)
        use = tool.run()
        wrong = _leaf(tool) is None or (before != _leaf(tool)) != (what != NO_OP)
        if wrong or not all(map(_exists(tool), range(tool.pipeline.stages))):
            raise FailedError([type(tool).__name__, what], 0, use.output)
        return use

    return act


def _exists(tool: Tool) -> Callable[[int], bool]:
    return lambda stage: (tool.root / output(stage)).exists()


def _leaf(tool: Tool) -> int | None:
    file = tool.root / output(tool.pipeline.last)
    return json.loads(file.read_text("utf-8")) if file.exists() else None
