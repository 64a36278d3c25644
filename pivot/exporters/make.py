r"""A plan as a makefile, with which GNU make starts the stages.

Source of the notation: the manual of GNU make 4.3, "Writing Rules" and "Functions". Each stage has
a *mark*, an empty file in `.pivot/make` that is as old as the last time when Pivot brought the
stage up to date; it depends on the stage's inputs and sources, and on the marks of the stages that
feed it. What a time stamp can't tell (a directory changed somewhere inside, an output is gone), is
asked of Pivot. Pivot decides anyway: make only saves the question. Example::

    .pivot/make/train: pipeline.py $(call input,raw.csv) $(call output,model.pkl) .pivot/make/clean
        pivot run train
        @mkdir -p .pivot/make && touch $@
    model.pkl: .pivot/make/train ;

Tests: tests/exporters/test_make.py.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.interfaces import Check
from pivot.paths import PARAMS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.interfaces import Plan, StagePlan

_MARK = "# Written by 'pivot export'"
_HEAD = f"""\
{_MARK} from the code of the pipeline: change that, and export again.
# 'make -f pivot.mk' brings all stages up to date, 'make -f pivot.mk STAGE' one.
pivot-comma := ,
# What can change without having another time is asked of Pivot, at every run.
pivot-input = $(if $(wildcard $(1)/.),.pivot/make/.ask,$(1))
pivot-output = $(if $(wildcard $(1)),,.pivot/make/.ask)

.PHONY: .pivot/make/.all .pivot/make/.ask
"""
_OF_MAKE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})
#: How long make may take to answer, in seconds.
_PATIENCE = 60
# Stages that are called so would be special targets.
_TARGET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9_.@+-]")
# Some signs can be escaped in a rule, and some only here or only there.
_WRITABLE = re.compile(r"[^\\;|=:*?\[\]()\n\"'`%~&<>]+")
_ESCAPES = {" ": "\\ ", "\t": "\\\t", "#": "\\#", "$": "$$"}
_COMMAND = re.compile(r"pivot run (?P<stage>.+)")


class MakeExporter:
    """Writes `pivot.mk`."""

    file_name = "pivot.mk"

    def export(self, plan: Plan) -> str:
        """Give the makefile; raise `PivotError` for a path that make can't take."""
        everything = " ".join(_mark(stage.name) for stage in plan.stages)
        head = _HEAD + f".pivot/make/.all: {everything}".rstrip()
        taken = {out.path.rstrip("/") for stage in plan.stages for out in stage.outs}
        rules = ("\n".join(_rules(plan, stage, taken)) for stage in plan.stages)
        return "\n\n".join([head, *rules]) + "\n"

    def owns(self, text: str) -> bool:
        """Say whether a file begins with the comment that an exported one begins with."""
        return text.startswith(_MARK)

    def validate(self, plan: Plan, text: str, root: Path) -> tuple[Check, ...]:
        """Let make say what it would run, and in which order."""
        program = shutil.which("make")
        if program is None:
            return (Check("by make", skipped="there is no program 'make' on the PATH"),)
        done = subprocess.run(
            [program, "--dry-run", "--always-make", "--no-print-directory", "-f", "-"],
            input=text,
            cwd=root,
            env=_environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode:
            return (Check("by make", (" ".join(done.stderr.split()),)),)
        return (Check("by make", tuple(_differences(plan, done.stdout))),)


def _environment() -> dict[str, str]:
    # A make around this one would have its options obeyed here.
    return {key: value for key, value in os.environ.items() if key not in _OF_MAKE}


def _rules(plan: Plan, stage: StagePlan, taken: set[str]) -> Iterator[str]:
    mark, feeders = _mark(stage.name), [up for up, down in plan.edges if down == stage.name]
    # What another stage makes is made when that one's mark is there.
    needs = [*stage.sources]
    if stage.overridden or stage.overridden_together:
        needs.append(PARAMS_FILE)
    needs += stage.reads_params
    words = [_written(stage, path) for path in dict.fromkeys(needs)]
    made = _made(plan, feeders)
    inputs = (dep.rstrip("/") for dep in stage.deps)
    words += [f"$(call pivot-input,{_written(stage, one)})" for one in inputs if one not in made]
    outs = [_written(stage, out.path.rstrip("/")) for out in stage.outs]
    words += [f"$(call pivot-output,{out})" for out in outs]
    words += map(_mark, feeders)
    yield f"{mark}: {' '.join(words)}".rstrip()
    yield f"\tpivot run {shlex.quote(stage.name).replace('$', '$$')}"
    yield "\t@mkdir -p .pivot/make && touch $@"
    if outs:
        yield f"{' '.join(outs)}: {mark} ;"
    if _TARGET.fullmatch(stage.name) and stage.name not in taken:
        yield f".PHONY: {stage.name}"
        yield f"{stage.name}: {mark}"


def _made(plan: Plan, feeders: list[str]) -> set[str]:
    chosen = set(feeders)
    return {out.path.rstrip("/") for one in plan.stages if one.name in chosen for out in one.outs}


def _mark(name: str) -> str:
    """Give the file of a stage; a comma begins and ends what make can't have in a name."""
    return f".pivot/make/{_UNSAFE_IN_NAME.sub(lambda sign: f',{ord(sign[0]):x},', name)}"


def _written(stage: StagePlan, path: str) -> str:
    """Give a path as make reads it, in a rule and in the argument of a function."""
    if not _WRITABLE.fullmatch(path):
        raise PivotError(
            f"stage {stage.name!r}: make has no way to write the path {path!r}",
            hint="leave out the signs \\ ; | = : * ? [ ] ( ) ' \" ` % ~ & < >",
        )
    escaped = "".join(_ESCAPES.get(sign, sign) for sign in path)
    return escaped.replace(",", "$(pivot-comma)")


def _differences(plan: Plan, printed: str) -> Iterator[str]:
    lines = [found["stage"] for line in printed.splitlines() if (found := _COMMAND.match(line))]
    ran = [shlex.split(line)[0] for line in lines]
    if sorted(ran) != (wanted := sorted(stage.name for stage in plan.stages)):
        yield f"make runs the stages {sorted(ran)}, not {wanted}"
        return
    turn = {stage: number for number, stage in enumerate(ran)}
    for up, down in plan.edges:
        if turn[up] > turn[down]:
            yield f"make runs {down!r} before {up!r}, which feeds it"
