"""Compare CSV files with `pivot data diff` and with other tools: what each finds, and its costs.

`python -m benchmarks.data_diff` prints three tables: which of the differences of small files each
tool finds (see `cases`), the CPU time and the memory that larger files take, and what Pivot takes
for files that are larger than the memory that it may use. pandas, daff and csv-diff are installed
into an environment of their own. All run in turns, in new processes; of each the least of several
rounds counts. `--write-docs` renews the tables of docs/data-diff.md.

Tests: tests/benchmarks/test_data_diff.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.data_diff.cases import CASES
from benchmarks.data_diff.files import write_pair
from benchmarks.measuring.processes import FailedError, Use, measure
from benchmarks.reporting.circumstances import look_around
from benchmarks.reporting.page import rewrite
from benchmarks.tools.peers import find_peers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.data_diff.cases import Case

REQUIREMENTS = ("csv-diff==1.2", "daff==1.4.2", "pandas==3.1.1")
TOOLS = ("pivot", "pandas", "daff", "csv-diff")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-diff.md"
BEGIN = "<!-- figures: python -m benchmarks.data_diff -->\n"
_SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "diff_by_key.py"
_COUNT = """
import json, sys
from pathlib import Path
from pivot_data_diff import Options, compare
from pivot_data_diff.formats import open_table

before, after, memory, *keys = sys.argv[1:]
tables = (open_table(file, Path(file)) for file in (before, after))
options = Options(keys=tuple(keys), memory=int(memory), scratch=Path(before).parent)
counts = compare(*tables, options).counts
print(json.dumps([counts.added, counts.removed, counts.modified]))
"""
_MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Settings:
    """What is measured, and how often."""

    rows: tuple[int, ...]
    rounds: int
    large: int
    memory: int


def main() -> None:
    """Measure, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_diff", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many counts")
    parser.add_argument("--large", type=int, default=4_000_000, help="rows of the largest pair")
    parser.add_argument("--memory", type=int, default=100, help="MB that it may take")
    parser.add_argument("--write-docs", action="store_true", help=f"renew {PAGE.name}")
    given = parser.parse_args()
    settings = Settings(tuple(given.rows), given.rounds, given.large, given.memory * _MEGABYTE)
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as directory:
        text = tables(Path(directory), settings)
    sys.stdout.write(text)
    if given.write_docs:
        rewrite(PAGE, text, BEGIN)


def tables(directory: Path, settings: Settings) -> str:
    """Give all tables as Markdown."""
    around = look_around()
    machine = (
        f"{around.date}: {around.processor}, Python {around.python}, {', '.join(REQUIREMENTS)}."
    )
    parts = [
        machine,
        found(directory),
        *(costs(directory, n, settings.rounds) for n in settings.rows),
    ]
    if settings.large:
        parts.append(large(directory, settings))
    return "\n\n".join(parts) + "\n"


def command(tool: str) -> list[str]:
    """Give what runs a tool."""
    own = tool == "pivot"
    python = sys.executable if own else find_peers(REQUIREMENTS).command("python")
    return [python, str(_SCRIPT), tool]


def found(directory: Path) -> str:
    """Give which of the differences each tool finds."""
    rows = [[case.name, *(verdict(tool, case, directory) for tool in TOOLS)] for case in CASES]
    right = [str(sum(row[place] == "right" for row in rows)) for place in range(1, len(TOOLS) + 1)]
    return table(["", *TOOLS], [*rows, [f"**right, of {len(CASES)}**", *right]])


def verdict(tool: str, case: Case, directory: Path) -> str:
    """Give in a few words what a tool finds that it shouldn't, and what it doesn't find."""
    files = directory / "before.csv", directory / "after.csv"
    for file, content in zip(files, (case.before, case.after), strict=True):
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        parts = json.loads(measure([*command(tool), *map(str, files)]).output)
    except FailedError as error:
        return (
            f"fails: {str(error).strip().rpartition('\n')[2].partition(':')[0].rpartition('.')[2]}"
        )
    many, few = 0, 0
    for part, expected in zip(parts, case.expected, strict=True):
        many += sum(one not in expected for one in part)
        few += sum(one not in part for one in expected)
    words = [f"{many} too many"] * bool(many) + [f"{few} missed"] * bool(few)
    return ", ".join(words) or "right"


def costs(directory: Path, rows: int, rounds: int) -> str:
    """Give the CPU seconds and the memory of each tool for a pair of files."""
    files = directory / "before.csv", directory / "after.csv"
    expected = write_pair(*files, rows)
    uses: dict[str, list[Use]] = {tool: [] for tool in TOOLS}
    for _ in range(rounds):
        for tool, measured in uses.items():
            use = measure([*command(tool), *map(str, files), "--count"])
            if json.loads(use.output) != expected:
                raise ValueError(f"{tool} found {use.output.strip()}, and not {expected}")
            measured.append(use)
    least = {tool: min(use.cpu for use in measured) for tool, measured in uses.items()}
    peak = {tool: max(use.peak for use in measured) for tool, measured in uses.items()}
    size = files[0].stat().st_size / _MEGABYTE
    heading = f"{rows:,} rows ({size:.1f} MB), by key"
    return table(
        [heading, *TOOLS],
        [
            ["CPU seconds", *(f"{least[tool]:.2f}" for tool in TOOLS)],
            ["times Pivot's", *(f"{least[tool] / least['pivot']:.1f}" for tool in TOOLS)],
            ["peak of memory, MB", *(f"{peak[tool] / _MEGABYTE:.0f}" for tool in TOOLS)],
        ],
    )


def large(directory: Path, settings: Settings) -> str:
    """Give what it takes to count the differences of files beyond the memory that is allowed."""
    files = directory / "before.csv", directory / "after.csv"
    expected = write_pair(*files, settings.large)
    lines = []
    for name, keys in (("by key", ["id"]), ("by position", [])):
        use = measure([sys.executable, "-c", _COUNT, *map(str, files), str(settings.memory), *keys])
        if keys and json.loads(use.output) != expected:
            raise ValueError(f"pivot found {use.output.strip()}, and not {expected}")
        lines.append([name, f"{use.cpu:.0f}", f"{use.peak / _MEGABYTE:.0f}"])
    size = files[0].stat().st_size / _MEGABYTE
    allowed = settings.memory // _MEGABYTE
    heading = f"{settings.large:,} rows ({size:.0f} MB each), counted within {allowed} MB"
    return table([heading, "CPU seconds", "peak of memory, MB"], lines)


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table in Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
