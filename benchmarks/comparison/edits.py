"""The edits after which every tool is asked to bring the pipeline up to date.

An edit *concerns* the stages whose own code, parameters or inputs it changes; what it changes
further down shows in the files. Some edits leave a stage's meaning as it was and concern nobody.
Others spoil an output: the stage that made it may run again, and the output must be as it was.
Example::

    edit = EDITS[0]
    edit.change(place)      # gives the variables that are set from then on

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.comparison.project import OUTPUTS, TITLE, install_padding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.comparison.project import Place

#: Directories of the project that hold no source.
_NO_SOURCES = frozenset(
    {"out", "data", ".pivot", ".dvc", ".snakemake", ".pytask", ".redun", ".dagster"}
)
_SOURCES = ("*.py", "*.smk", "Snakefile", "*.yaml", "*.json", "*.txt")


class EditError(Exception):
    """An edit can't be made, because what it would change isn't there exactly once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that happens to a project, and whom it concerns."""

    name: str
    #: Makes it, in a project that is up to date.
    make: Callable[[Place], None]
    concerns: frozenset[str] = frozenset()
    #: Variables that are set from then on.
    variables: Mapping[str, str] = field(default_factory=dict)
    #: What is made after a run that follows `make`, and before the run that counts.
    undo: Callable[[Place], None] | None = None
    #: Whether it is an output that it changes, which must come out as it was.
    spoils: bool = False

    @property
    def brings_back(self) -> bool:
        """Whether the outputs must be what they once were, from a cache or by running again."""
        return self.spoils or self.undo is not None


def replace(old: str, new: str, place: Place) -> None:
    """Replace a text in the one source file that has it, once."""
    found = [
        file
        for pattern in _SOURCES
        for file in place.root.rglob(pattern)
        if not _NO_SOURCES & set(file.relative_to(place.root).parts[:-1])
        and old in file.read_text("utf-8")
    ]
    if len(found) != 1 or found[0].read_text("utf-8").count(old) != 1:
        raise EditError(f"{old!r} is in {len(found)} files of {place.root}")
    found[0].write_text(found[0].read_text("utf-8").replace(old, new), "utf-8")


def _in_file(name: str, old: str, new: str, place: Place) -> None:
    """Replace a text in a file that is named."""
    file = place.root / name
    text = file.read_text("utf-8")
    if text.count(old) != 1:
        raise EditError(f"{old!r} is in {file} {text.count(old)} times")
    file.write_text(text.replace(old, new), "utf-8")


def _nothing(_place: Place) -> None:
    pass


def _touch(name: str, place: Place) -> None:
    os.utime(place.root / name)


def _delete(name: str, place: Place) -> None:
    (place.root / name).unlink()


def _spoil(name: str, place: Place) -> None:
    file = place.root / name
    text = file.read_text("utf-8")
    # As an editor does that writes another file and renames it: never through a link to a cache.
    file.unlink()
    file.write_text(text.replace('"cleo"', '"cleopatra"'), "utf-8")


def _upgrade(place: Place) -> None:
    install_padding(place, "1.1", 20)
    _in_file("requirements.txt", "padding==1.0", "padding==1.1", place)


def _edit(old: str, new: str) -> Callable[[Place], None]:
    return partial(replace, old, new)


_CLEAN, _TRAIN, _SUMMARY, _REPORT = (frozenset({name}) for name in OUTPUTS)
_BODY = ("SCALE.apply(amount) * rate for", "SCALE.apply(amount) * rate + 1 for")

EDITS = (
    Edit("nothing at all", _nothing),
    Edit("a comment in a stage's function", _edit("# Small amounts are noise.", "# Noise.")),
    Edit(
        "the layout of a stage's function",
        _edit("if amount >= minimum]", "if (\n        amount >= minimum\n    )]"),
    ),
    Edit("a stage's function", _edit(*_BODY), _TRAIN),
    Edit(
        "a stage's function, its result is the same",
        _edit("return sorted(kept)[:", "kept.sort()\n    return kept[:"),
        _CLEAN,
    ),
    Edit(
        "back to the function of before",
        _edit(*_BODY),
        _TRAIN,
        undo=_edit(*_BODY[::-1]),
    ),
    Edit(
        "a helper in another module", _edit("name.strip().lower()", "name.strip().upper()"), _CLEAN
    ),
    Edit(
        "a helper of one stage, in a module that two use", _edit("name[:3]", "name[:2]"), _SUMMARY
    ),
    Edit(
        "a new function in that module, which nobody calls",
        _edit(
            "def shortened(", "def reversed_name(name):\n    return name[::-1]\n\n\ndef shortened("
        ),
    ),
    Edit("a constant in another module", _edit("LIMIT = 4", "LIMIT = 2"), _CLEAN),
    Edit("an entry of a table of functions", _edit('"mean": mean,', '"mean": largest,'), _TRAIN),
    Edit(
        "a method, called on a global instance",
        _edit("return amount * self.factor", "return amount * self.factor + 1"),
        _TRAIN,
    ),
    Edit(
        "another method of that class, which nobody calls",
        _edit('f"times {self.factor}"', 'f"{self.factor} times"'),
    ),
    Edit(
        "a parameter of one stage",
        partial(_in_file, "params.yaml", "rate: 3", "rate: 31"),
        _TRAIN,
    ),
    Edit(
        "the input, other content",
        partial(_in_file, "data/raw.json", '["Cleo", 7]', '["Cleo", 70]'),
        _CLEAN,
    ),
    Edit("the input, touched", partial(_touch, "data/raw.json")),
    Edit(
        "an output is deleted",
        partial(_delete, OUTPUTS["clean"]),
        _CLEAN,
        spoils=True,
    ),
    Edit(
        "an output is edited by hand",
        partial(_spoil, OUTPUTS["clean"]),
        _CLEAN,
        spoils=True,
    ),
    Edit("another version of a package", _upgrade, _REPORT),
    Edit("a variable that a stage reads", _nothing, _REPORT, {TITLE: "Findings"}),
    Edit(
        "a file that a helper opens",
        partial(_in_file, "data/regions.json", '"cleo": "south"', '"cleo": "west"'),
        _SUMMARY,
    ),
    Edit(
        "a script that a stage starts",
        partial(_in_file, "tools/footer.sh", "cat ", "echo --; cat "),
        _REPORT,
    ),
    Edit(
        "a file that this script reads",
        partial(_in_file, "tools/footer.txt", "The end.", "This is the end."),
        _REPORT,
    ),
)
