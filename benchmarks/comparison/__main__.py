"""Compare Pivot with other tools: what runs after which edit, and what that costs.

`python -m benchmarks.comparison` makes each edit of `edits.py` in the same pipeline, written for
each tool, and prints what ran that had not to, and what is stale; then how long each tool takes for
a pipeline of trivial stages, in turns. Each tool is installed into an environment of its own. That
takes an hour: `--json` keeps what was found, so that `--only` and `--tools` can add to it.
`--write-docs` renews docs/comparison.md.

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison.battery import from_scratch, try_all
from benchmarks.comparison.edits import EDITS
from benchmarks.comparison.findings import Findings, read, write
from benchmarks.comparison.forms.all import FORMS
from benchmarks.comparison.speed import measure_speed
from benchmarks.comparison.tables import battery_table, speed_table
from benchmarks.measuring.rounds import Rounds
from benchmarks.projects.layered import Layered
from benchmarks.reporting.circumstances import look_around
from benchmarks.reporting.page import rewrite
from benchmarks.tools.peers import MissingError, find_peers

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "comparison.md"
BEGIN = "<!-- figures: python -m benchmarks.comparison -->\n"
BATTERY, SPEED = "battery", "speed"


def main() -> None:
    """Measure, and say what was found."""
    given = _options()
    findings = read(given.json) if given.json else Findings()
    tools = [name for name in given.tools or FORMS if _installed(name)]
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as directory:
        if given.only in (None, BATTERY):
            _battery(Path(directory) / BATTERY, findings, tools, given.json)
        if given.only in (None, SPEED):
            rounds, pipeline = Rounds(given.rounds, given.patience), Layered(given.stages)
            place = Path(directory) / SPEED
            speed = measure_speed(place, pipeline, rounds, tools)
            machine = _machine(given.rounds)
            findings = replace(findings, speed=speed, stages=given.stages, machine=machine)
    if given.json:
        write(findings, given.json)
    text = render(findings)
    sys.stdout.write(text)
    if given.write_docs:
        rewrite(PAGE, text, BEGIN)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.comparison",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=(BATTERY, SPEED), help="measure this alone")
    parser.add_argument("--tools", nargs="*", choices=tuple(FORMS), help="measure these alone")
    parser.add_argument("--stages", type=int, default=56, help="of the pipeline for the speed")
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many counts")
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds, beyond which there's no other round"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found there")
    parser.add_argument("--write-docs", action="store_true", help=f"renew {PAGE.name}")
    return parser.parse_args()


def _installed(name: str) -> bool:
    requirements = FORMS[name][0].requirements
    try:
        if requirements:
            find_peers(requirements)
    except MissingError as problem:
        sys.stderr.write(f"{name} could not be installed: {problem}\n")
        return False
    return True


def _battery(directory: Path, findings: Findings, tools: Sequence[str], file: Path | None) -> None:
    """Add to what was found; what was found so far is kept after each form."""
    scratches = from_scratch(directory, EDITS)
    for form in (form for name in tools for form in FORMS[name]):
        place = directory / form.name
        place.mkdir(parents=True)
        verdicts = findings.verdicts[form.name] = {}
        for edit, verdict in try_all(form, EDITS, place, scratches):
            verdicts[edit.name] = verdict
            wrong = f"stale {verdict.stale}, needless {verdict.needless} {verdict.problem}"
            sys.stderr.write(f"{form.name}: {edit.name}: {verdict.word} ({wrong})\n")
        if file:
            write(findings, file)


def _machine(rounds: int) -> str:
    around = look_around()
    return (
        f"{around.date}: {around.processor}, {around.processors} processors, "
        f"Python {around.python}; load {around.load:.1f}, at most {rounds} rounds."
    )


def render(findings: Findings) -> str:
    """Give the tables, and with which versions they were made."""
    versions = ", ".join(
        " with ".join(forms[0].requirements) for forms in FORMS.values() if forms[0].requirements
    )
    names = [edit.name for edit in EDITS]
    found = {
        tool: [findings.verdicts[form.name] for form in forms]
        for tool, forms in FORMS.items()
        if all(form.name in findings.verdicts for form in forms)
    }
    parts = [f"Versions: {versions}; Pivot {look_around().pivot}."]
    if found:
        parts.append(battery_table(names, found))
    if findings.speed:
        heading = f"{findings.stages} trivial stages"
        parts += [findings.machine, speed_table(heading, findings.speed)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
