"""What must run after which edit of a project? The Change Detection Matrix, and the page about it.

Each file of `cases/` is a chapter: a `title`, a text `about` it, and *cases*. A case has

- `name`: the edit in words,
- `files`: the project before the edit, path -> text. Unless `pipeline.py` registers stages itself,
  two are added to it: `stage` writes the result of `call` to a file (`stage(3)`, or `stage()` if it
  takes nothing), and `other` has nothing to do with anything,
- `make`: Python that is executed in the project's directory, to write what is no text,
- `variables`: environment variables,
- the edit, of which any part can be missing: `edit`, which is [file, old text, new text] or a list of
  such; `adds`, path -> text of new files; `appends`, path -> text; `removes`, paths; `remake`, Python;
  `sets` and `unsets`, environment variables,
- `runs`: the stages that must run then, and no other; `["stage"]` if it's missing,
- `seen`: by what the edit is noticed, if it isn't the static closure; see `SEEN`,
- `changes`: exactly the symbols of the manifests of those stages that differ (static closure only),
- `needless`: stage -> why a run of it that gives the same result can't be avoided,
- `unstable = true`: the run after that runs those stages, too,
- `loky = true`: to be run in worker processes too.

Tests: tests/fingerprint/test_cases.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: By what an edit is noticed -> in words, and how the reasons begin that `pivot run` gives.
SEEN = {
    "static": ("static closure", ("Code ",)),
    "traced": ("traced closure", ("Code ", "Something else is imported")),
    "params": ("parameters", ("Parameter ",)),
    "input": ("declared input", ("Input ",)),
    "output": ("declared output", ("Output ",)),
    "file": ("file that was read", ("Undeclared input changed",)),
    "listing": ("directory that was listed", ("Files of a listed directory changed",)),
    "absence": (
        "what was looked for",
        ("A file that was looked for", "Something else is imported"),
    ),
    "variable": ("environment variable", ("Environment variable changed",)),
}
HEADER = """\
import pathlib
from typing import Annotated, TypedDict

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import Dep, Out, StageDef, StageParams
"""
STAGES = """

from typing import Annotated as _Annotated
from pivot import loaders as _loaders, outputs as _outputs
from pivot.registry import REGISTRY as _REGISTRY

def _stage() -> _Annotated[object, _outputs.Out("stage.json", _loaders.JSON())]:
    return CALL

def _other() -> _Annotated[object, _outputs.Out("other.json", _loaders.JSON())]:
    return "other"

_REGISTRY.register(_stage, name="stage")
_REGISTRY.register(_other, name="other")
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A project, an edit, and what must run."""

    name: str
    files: dict[str, str]
    call: str = ""
    make: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    edit: list[Any] = field(default_factory=list)
    adds: dict[str, str] = field(default_factory=dict)
    appends: dict[str, str] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)
    remake: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    unsets: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=lambda: ["stage"])
    seen: str = "static"
    changes: list[str] | None = None
    needless: dict[str, str] = field(default_factory=dict)
    unstable: bool = False
    loky: bool = False

    def write(self, root: Path) -> None:
        """Write the project as it is before the edit."""
        for name, text in self.files.items():
            write(root / name, self._pipeline(text) if name == "pipeline.py" else text)
        execute(self.make, root)

    def _pipeline(self, text: str) -> str:
        if "REGISTRY.register(" in text:
            return HEADER + text
        call = self.call or ("stage()" if "def stage():" in text else "stage(3)")
        return text + STAGES.replace("CALL", call)

    def apply(self, root: Path) -> None:
        """Make the edit."""
        edits = self.edit if self.edit and isinstance(self.edit[0], list) else [self.edit]
        for file, old, new in filter(None, edits):
            text = (root / file).read_text()
            assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
            write(root / file, text.replace(old, new))
        for name, text in self.adds.items():
            assert not (root / name).exists(), f"{name} is there already"
            write(root / name, text)
        for name, text in self.appends.items():
            write(root / name, (root / name).read_text() + text)
        for name in self.removes:
            (root / name).unlink()
        execute(self.remake, root)

    def environment(self, *, edited: bool) -> dict[str, str]:
        """Give the environment variables that the case is about, before or after the edit."""
        if not edited:
            return self.variables
        found = self.variables | self.sets
        return {name: value for name, value in found.items() if name not in self.unsets}


@dataclass(frozen=True, slots=True)
class Chapter:
    """The cases of one file."""

    file: str
    title: str
    about: str
    cases: tuple[Case, ...]


def write(path: Path, text: str) -> None:
    """Write a file as editors do: a new one in the place of the old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)


def execute(source: str, directory: Path) -> None:
    """Run Python in a directory, in a process of its own."""
    if source:
        subprocess.run([sys.executable, "-c", source], cwd=directory, check=True)


def chapters() -> list[Chapter]:
    """Read all cases."""
    files = sorted((HERE / "cases").glob("*.toml"))
    return sorted((_chapter(file) for file in files), key=lambda chapter: chapter.title)


def _chapter(file: Path) -> Chapter:
    read = tomllib.loads(file.read_text("utf-8"))
    cases = tuple(Case(**case) for case in read["case"])
    return Chapter(file.stem, read["title"], read["about"], cases)


PAGE = """\
# The Change Detection Matrix

<!-- written by `make docs` from the cases beside this page -->

What Pivot runs after which edit. Each line is a small project that is run, edited, and run again: its
outputs must then be those that a run from scratch of the edited project makes, exactly the stages
named here must have run, and a third run must run nothing. A stage that has nothing to do with
the edit is part of most projects, and never runs.

"""


def page() -> str:
    """Give the page that shows all cases."""
    found = chapters()
    sections = [_section(chapter) for chapter in found]
    return PAGE + "\n".join([_totals(found), *sections])


def _totals(found: list[Chapter]) -> str:
    cases = [case for chapter in found for case in chapter.cases]
    neutral = [case for case in cases if not case.runs]
    needless = [case for case in cases if case.needless]
    rows = [f"{len(cases)} edits, of which {len(neutral)} must run nothing.", ""]
    rows += ["| chapter | edits |", "|---|---|"]
    rows += [f"| [{one.title}](#{_anchor(one.title)}) | {len(one.cases)} |" for one in found]
    rows += ["", "| by what an edit is noticed | edits |", "|---|---|"]
    for kind, (words, _) in SEEN.items():
        count = sum(case.seen == kind for case in cases if case.runs)
        rows.append(f"| {words} | {count} |")
    rows += ["", f"In {len(needless)} of them a stage runs whose result turns out to be the same."]
    return "\n".join([*rows, "Why that can't be known before is said there.", ""])


def _anchor(title: str) -> str:
    return re.sub(r"[^\w ]", "", title.lower()).replace(" ", "-")


def _section(chapter: Chapter) -> str:
    rows = [f"| {_escaped(one.name)} | {_runs(one)} | {_seen(one)} |" for one in chapter.cases]
    head = ["| edit | runs | noticed by |", "|---|---|---|"]
    return "\n".join([f"## {chapter.title}", "", chapter.about, "", *head, *rows, ""])


def _runs(case: Case) -> str:
    return "<br>".join(
        f"`{name}`" + (f" needlessly: {_escaped(why)}" if (why := case.needless.get(name)) else "")
        for name in case.runs
    )


def _seen(case: Case) -> str:
    if not case.runs:
        return ""
    symbols = ", ".join(f"`{key}`" for key in case.changes or ())
    return SEEN[case.seen][0] + (f": {symbols}" if symbols else "")


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
