"""The tables of docs/comparison.md.

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.data_diff.__main__ import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.comparison.verdicts import Verdict
    from benchmarks.measuring.figures import Figure

    #: By the name of an edit.
    type Verdicts = Mapping[str, Verdict]

_NOT_MEASURED = "-"


def battery_table(edits: Sequence[str], found: Mapping[str, Sequence[Verdicts]]) -> str:
    """Give what each tool did after each edit; of a tool, the short form and the listed one."""
    rows = [
        [edit, *(_joined(_word(form.get(edit)) for form in forms) for forms in found.values())]
        for edit in edits
    ]
    sums = {
        f"**right, of {len(edits)}**": lambda verdict: verdict.right,
        "stale": lambda verdict: bool(verdict.stale),
        "needless": lambda verdict: bool(verdict.needless),
    }
    for name, holds in sums.items():
        cells = [
            " / ".join(str(sum(map(holds, form.values()))) for form in forms)
            for forms in found.values()
        ]
        rows.append([name, *cells])
    return table(["what was edited", *found], rows)


def _word(verdict: Verdict | None) -> str:
    return verdict.word if verdict else _NOT_MEASURED


def _joined(words: Iterable[str]) -> str:
    """Give the words of a tool's forms; one word, if they agree."""
    return " / ".join(dict.fromkeys(words))


def speed_table(heading: str, found: Mapping[str, Mapping[str, Figure]]) -> str:
    """Give seconds and CPU seconds of each tool for each change, and times the first tool's."""
    first = next(iter(found.values()))
    rows: list[list[str]] = []
    for what in first:
        figures = [by_change.get(what) for by_change in found.values()]
        rows.append([f"{what}, seconds", *_ratios([f and f.value for f in figures])])
        rows.append([f"{what}, CPU seconds", *_ratios([f and f.cpu for f in figures])])
    return table([heading, *found], rows)


def _ratios(values: Sequence[float | None]) -> list[str]:
    own = values[0]
    cells: list[str] = []
    for number, value in enumerate(values):
        if value is None or own is None:
            cells.append(_NOT_MEASURED)
            continue
        ratio = f" ({value / own:.1f} times)" if number else ""
        cells.append(f"{value:.2f}{ratio}")
    return cells
