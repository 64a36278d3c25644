"""Pivot as a tool that is measured: the command that users type."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import FailedError, measure
from benchmarks.projects.for_pivot import PivotProject

if TYPE_CHECKING:
    from benchmarks.measuring.processes import Use
    from benchmarks.projects.layered import Layered

PIVOT = str(Path(sys.executable).with_name("pivot"))
#: How many runs may be needed until the files are old enough to be certified.
_RUNS_TO_SETTLE = 6


class Pivot:
    """Pivot with a layered pipeline."""

    name = "pivot"

    def __init__(self, root: Path, pipeline: Layered, imports: tuple[str, ...] = ()) -> None:
        self.root = root
        self.pipeline = pipeline
        self._project = PivotProject(root, pipeline, imports)
        self._snapshot = root / ".pivot" / "snapshot"

    def prepare(self) -> None:
        """Write the project."""
        self._project.write()

    def forget(self) -> None:
        """Delete the store and the outputs."""
        shutil.rmtree(self.root / ".pivot")
        (self.root / ".pivot").mkdir()
        self.delete_outputs()

    def settle(self) -> None:
        """Run until there is a snapshot."""
        for _ in range(_RUNS_TO_SETTLE):
            use = self.run()
            if self._snapshot.exists() and not self.ran(use.output):
                return
        raise FailedError([PIVOT, "run"], 0, "there is no snapshot after several runs")

    def forget_answer(self) -> None:
        """Delete the snapshot."""
        self._snapshot.unlink(missing_ok=True)

    def touch(self) -> None:
        """Touch sources, data and outputs."""
        for name in ("pipeline.py", "steps/*.py", "data/*", "out/*"):
            for file in self.root.glob(name):
                os.utime(file)

    def edit_leaf(self, edit: int) -> None:
        """Change the last stage's function."""
        self._project.edit_leaf(edit)

    def edit_helper(self, edit: int) -> None:
        """Change the last module's helper."""
        self._project.edit_helper(edit)

    def delete_outputs(self) -> None:
        """Delete all that was made."""
        self._project.delete_outputs()

    def run(self) -> Use:
        """Bring all up to date."""
        return measure([PIVOT, "run"], self.root)

    def restore(self) -> Use:
        """Run: what was made before is restored."""
        return self.run()

    def status(self) -> Use:
        """Ask what is not up to date."""
        return measure([PIVOT, "status"], self.root)

    def complete(self) -> Use:
        """Complete the name of a stage, as bash asks for it."""
        asked = {
            "_PIVOT_COMPLETE": "bash_complete",
            "COMP_WORDS": "pivot run stage_",
            "COMP_CWORD": "",
        }
        use = measure([PIVOT], self.root, asked)
        if "stage_0" not in use.output:
            raise FailedError([PIVOT], 0, f"completed nothing: {use.output!r}")
        return use

    def ran(self, output: str) -> int:
        """Give how many stages ran, going by the last line."""
        found = re.search(r"\b(\d+) ran\b", (output.splitlines() or [""])[-1])
        return int(found[1]) if found else 0
