"""What does DVC itself make of a `dvc.yaml`? It is run, on a repository made for the purpose.

DVC is a program, found on the PATH, and never imported: it is no dependency of Pivot. The
*shadow* is a temporary repository with nothing but the file and `params.yaml`; DVC's settings and
caches are temporary too, and it tells nobody that it was used. No command of a stage is run.
`dvc dag --dot` must have the edges of the plan, `dvc repro --dry --force` must run its stages in an
order that the edges allow. Tests: tests/test_judgement.py, tests/test_with_dvc.py.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.interfaces import Check
from pivot_dvc_export.document import PARAMS_FILE
from pivot_dvc_export.names import stage_name
from pivot_dvc_export.structure import difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.interfaces import Plan

#: How long DVC may take for one answer, in seconds; it takes some for a thousand stages.
_PATIENCE = 600
_DOT_LINE = re.compile(r'"(?P<up>[^"]+)"(?: -> "(?P<down>[^"]+)")?;')
_DRY_LINE = re.compile(r"Running stage '(?P<stage>[^']+)':")
_CONFIG = "[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n"


class _RefusalError(Exception):
    """DVC ended with an error; the message is what it said."""


def judged(plan: Plan, text: str, root: Path) -> Check:
    """Let DVC check the text of a plan; skipped if there is no DVC that works."""
    program = shutil.which("dvc")
    if program is None:
        return Check("by dvc", skipped="there is no program 'dvc' on the PATH")
    with tempfile.TemporaryDirectory(prefix="pivot-dvc-") as directory:
        shadow = _Shadow(program, Path(directory))
        try:
            version = shadow.ask("--version").strip()
        except _RefusalError as refusal:
            return Check("by dvc", skipped=f"'{program} --version' does not work: {refusal}")
        try:
            shadow.fill(text, root)
            found = [*_graph(plan, shadow.ask("dag", "--dot"))]
            found += _order(plan, shadow.ask("repro", "--dry", "--force"))
        except _RefusalError as refusal:
            found = [str(refusal)]
        return Check(f"by dvc {version}", tuple(found))


@dataclass(frozen=True, slots=True)
class _Shadow:
    """A repository in a temporary directory, and the program that looks at it."""

    program: str
    directory: Path

    @property
    def repository(self) -> Path:
        return self.directory / "repository"

    def fill(self, text: str, root: Path) -> None:
        """Make the repository; raise `_RefusalError` if DVC can't."""
        self.repository.mkdir()
        self.ask("init", "--no-scm", "--quiet", inside=True)
        (self.repository / ".dvc" / "config").write_text(_CONFIG, "utf-8")
        (self.repository / "dvc.yaml").write_text(text, "utf-8")
        if (root / PARAMS_FILE).is_file():
            shutil.copyfile(root / PARAMS_FILE, self.repository / PARAMS_FILE)

    def ask(self, *words: str, inside: bool | None = None) -> str:
        """Give what DVC prints for a command; raise `_RefusalError` if it fails."""
        inside = self.repository.exists() if inside is None else inside
        try:
            answer = subprocess.run(
                [self.program, *words],
                cwd=self.repository if inside else self.directory,
                env=self._environment(),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _RefusalError(str(error)) from error
        if answer.returncode:
            said = " ".join(answer.stderr.split()) or f"status {answer.returncode}"
            raise _RefusalError(said)
        return answer.stdout

    def _environment(self) -> dict[str, str]:
        # Inside `dvc repro` there are variables that would lead to the repository around it.
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DVC_")}
        places = ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR")
        own = {place: str(self.directory / place.lower()) for place in places}
        return {**kept, **own, "DVC_NO_ANALYTICS": "1", "DVC_STUDIO_OFFLINE": "1"}


def _graph(plan: Plan, dot: str) -> Iterator[str]:
    lines = [found for line in dot.splitlines() if (found := _DOT_LINE.fullmatch(line.strip()))]
    pairs = [line.group("up", "down") for line in lines if line["down"]]
    edges = [(stage_name(up), stage_name(down)) for up, down in pairs]
    yield from difference(plan, edges)
    nodes = {stage_name(line["up"]) for line in lines if not line["down"]}
    if nodes != (wanted := {stage.name for stage in plan.stages}):
        yield f"'dvc dag' has the stages {sorted(nodes)}, not {sorted(wanted)}"


def _order(plan: Plan, printed: str) -> Iterator[str]:
    found = [stage_name(line["stage"]) for line in _DRY_LINE.finditer(printed)]
    if sorted(found) != (wanted := sorted(stage.name for stage in plan.stages)):
        yield f"'dvc repro' runs the stages {sorted(found)}, not {wanted}"
        return
    turn = {stage: number for number, stage in enumerate(found)}
    for up, down in plan.edges:
        if turn[up] > turn[down]:
            yield f"'dvc repro' runs {down!r} before {up!r}, which feeds it"
