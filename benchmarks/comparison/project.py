"""The pipeline that every tool is given: what it consists of, whoever runs it.

`clean` reads `data/raw.json`; `train` and `summary` read what it makes, and `report` what `train`
makes. The four functions use helpers, a constant, a table of functions, an instance of a class, a
package, a variable, a file that nothing declares, and a program. Each begins with `mark(NAME)`,
which adds the name to a file outside of the project: this is how it's known what ran. A *form* is
the pipeline as it's written for one tool: it has the functions' bodies from here. Example::

    place = Place(Path("/tmp/place"))
    write_common(place)             # the modules, the data and the packages
    place.ran()                     # ('clean', 'train'), and forgets it

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGES = ("clean", "train", "summary", "report")
#: What each stage reads that another one makes, or that is there from the start.
INPUTS = {
    "clean": "data/raw.json",
    "train": "out/clean.json",
    "summary": "out/clean.json",
    "report": "out/model.json",
}
OUTPUTS = {
    "clean": "out/clean.json",
    "train": "out/model.json",
    "summary": "out/summary.json",
    "report": "out/report.json",
}
#: Everything else that a stage depends on, for those who list it by hand.
CODE = {
    "clean": ("steps/texts.py", "steps/constants.py"),
    "train": ("steps/scaling.py", "steps/handlers.py"),
    "summary": ("steps/texts.py", "steps/regions.py"),
    "report": ("requirements.txt", "tools/footer.sh"),
}
DATA = {
    "clean": (),
    "train": (),
    "summary": ("data/regions.json",),
    "report": ("tools/footer.txt",),
}
TITLE = "REPORT_TITLE"
_OLD = 3600

_CLEAN = """
mark("clean")
# Small amounts are noise.
kept = [[tidy(name), amount] for name, amount in raw if amount >= minimum]
return sorted(kept)[: constants.LIMIT]
"""
_TRAIN = """
mark("train")
amounts = [SCALE.apply(amount) * rate for _, amount in rows]
return {"method": method, "value": HANDLERS[method](amounts), "count": len(rows)}
"""
_SUMMARY = """
mark("summary")
return [[shortened(name), region(name)] for name, _ in rows]
"""
_REPORT = """
mark("report")
footer = subprocess.run(["sh", "tools/footer.sh"], capture_output=True, text=True, check=True)
title = os.environ.get("REPORT_TITLE", "Report")
return [title, padded(str(model["value"])), footer.stdout]
"""
#: The bodies of the four functions, and what they import.
BODIES = {
    name: indent(body.strip("\n"), "    ")
    for name, body in {
        "clean": _CLEAN,
        "train": _TRAIN,
        "summary": _SUMMARY,
        "report": _REPORT,
    }.items()
}
ARGUMENTS = {
    "clean": "raw, minimum",
    "train": "rows, rate, method",
    "summary": "rows",
    "report": "model",
}
IMPORTS = {
    "clean": "from marks import mark\nfrom steps import constants\nfrom steps.texts import tidy\n",
    "train": "from marks import mark\nfrom steps.handlers import HANDLERS\n"
    "from steps.scaling import SCALE\n",
    "summary": "from marks import mark\nfrom steps.regions import region\n"
    "from steps.texts import shortened\n",
    "report": "import os\nimport subprocess\n\nfrom marks import mark\n"
    "from padding import padded\n",
}
#: The same for a form that has all functions in one file.
ALL_IMPORTS = """import os
import subprocess

from marks import mark
from padding import padded
from steps import constants
from steps.handlers import HANDLERS
from steps.regions import region
from steps.scaling import SCALE
from steps.texts import shortened, tidy
"""

_TEXTS = '''
"""Names."""


def tidy(name):
    return name.strip().lower()


def shortened(name):
    return name[:3]
'''
_SCALING = '''
"""Amounts, in another unit."""


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def apply(self, amount):
        return amount * self.factor

    def describe(self):
        return f"times {self.factor}"


SCALE = Scale(2)
'''
_HANDLERS = '''
"""What can be made of amounts."""


def mean(amounts):
    return sum(amounts) / len(amounts)


def largest(amounts):
    return max(amounts)


HANDLERS = {
    "mean": mean,
    "largest": largest,
}
'''
_REGIONS = '''
"""Where names are from."""

import json


def region(name):
    with open("data/regions.json") as stream:
        return json.load(stream).get(name, "unknown")
'''
_FILES = '''
"""Reading and writing, where a tool leaves that to its user."""

import json

import yaml


def load(path):
    with open(path) as stream:
        return json.load(stream)


def save(value, path):
    with open(path, "w") as stream:
        stream.write(json.dumps(value, indent=2) + "\\n")


def params():
    with open("params.yaml") as stream:
        return yaml.safe_load(stream)
'''
_PARAMS = """
clean:
  minimum: 2
train:
  rate: 3
  method: mean
"""
_RAW = (
    '[["  Ada", 4], ["Ben ", 1], ["Cleo", 7], ["dora", 2], ["Emil", 9], ["Flo", 5], ["Gus", 3]]\n'
)
_REGIONS_DATA = '{"ada": "north", "cleo": "south", "emil": "north"}\n'
#: The files that all forms have in common.
COMMON = {
    "steps/__init__.py": "",
    "steps/constants.py": "LIMIT = 4\n",
    "steps/texts.py": _TEXTS,
    "steps/scaling.py": _SCALING,
    "steps/handlers.py": _HANDLERS,
    "steps/regions.py": _REGIONS,
    "steps/files.py": _FILES,
    "params.yaml": _PARAMS,
    "requirements.txt": "padding==1.0\n",
    "data/raw.json": _RAW,
    "data/regions.json": _REGIONS_DATA,
    "tools/footer.sh": "cat tools/footer.txt\n",
    "tools/footer.txt": "The end.\n",
}

_MARKS = """
import os


def mark(name):
    with open(os.environ["MARKS"], "a") as stream:
        stream.write(name + "\\n")
"""
_PADDING = """
def padded(text):
    return text.rjust({width})
"""
_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A directory with a project, what is installed beside it, and what a tool keeps elsewhere."""

    directory: Path

    @property
    def root(self) -> Path:
        """The project."""
        return self.directory / "project"

    @property
    def packages(self) -> Path:
        """What is installed, and on the path of every tool."""
        return self.directory / "packages"

    @property
    def home(self) -> Path:
        """Where tools keep what they don't keep in the project."""
        return self.directory / "home"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a tool needs to find the modules, and its stages to say that they ran."""
        return {
            "PYTHONPATH": os.pathsep.join((str(self.root), str(self.packages))),
            "MARKS": str(self._marks),
            "HOME": str(self.home),
        }

    @property
    def _marks(self) -> Path:
        return self.directory / "marks"

    def ran(self) -> tuple[str, ...]:
        """Give the stages that ran since this was last asked, in their order."""
        ran = self._marks.read_text("utf-8").split() if self._marks.exists() else []
        self._marks.write_text("", "utf-8")
        return tuple(ran)

    def outputs(self) -> dict[str, bytes | None]:
        """Give what each stage has made; None for what is missing."""
        files = {stage: self.root / path for stage, path in OUTPUTS.items()}
        return {
            stage: file.read_bytes() if file.exists() else None for stage, file in files.items()
        }


def write_common(place: Place) -> None:
    """Write all but what is particular to a tool."""
    place.home.mkdir(parents=True)
    write_files(place.root, COMMON)
    (place.root / "out").mkdir()
    install(place, "marks", "1.0", _MARKS)
    install_padding(place, "1.0", 12)


def install_padding(place: Place, version: str, width: int) -> None:
    """Install a version of the package `padding`, which pads to that width."""
    install(place, "padding", version, _PADDING.format(width=width))


def install(place: Place, name: str, version: str, source: str) -> None:
    """Install a package of one module, in place of another version of it."""
    for old in place.packages.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    written = f"{name}-{version}.dist-info"
    record = "".join(f"{file},,\n" for file in (f"{name}.py", f"{written}/METADATA"))
    write_files(
        place.packages,
        {
            f"{name}.py": source,
            f"{written}/METADATA": _METADATA.format(name=name, version=version),
            f"{written}/INSTALLER": "pip\n",
            f"{written}/RECORD": f"{record}{written}/INSTALLER,,\n{written}/RECORD,,\n",
        },
    )


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write files under a directory."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip("\n"), "utf-8")


def age(place: Place) -> None:
    """Make all files an hour old, so that nothing depends on how fast a tool or a machine is.

    An edit within the same second that leaves the size as it was is not seen by Python itself,
    which then runs the bytecode of before; this is not what is compared here.
    """
    then = time.time() - _OLD
    for directory in (place.root, place.packages):
        for file in directory.rglob("*"):
            if file.is_file() and not file.is_symlink():
                os.utime(file, (then, then))
