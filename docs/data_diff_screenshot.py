#!/usr/bin/env python3
"""Draw docs/data-diff.svg: the view of `pivot data diff` on some weather.

`docs/data_diff_screenshot.py` writes the file anew.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from pivot_data_diff import FileDiff, Options, Report, compare
from pivot_data_diff.formats import open_table
from pivot_data_diff.result import Kind
from pivot_data_diff.view.app import DiffApp

PAGE = Path(__file__).resolve().parent / "data-diff.svg"
PLACES = ("Bergen", "Dresden", "Kraków", "Lisboa", "Rīga", "Tromsø", "Łódź", "Malmö")


def weather(*, later: bool) -> str:
    """Give a table, as it was or as it is."""
    rows = ["station,day,place,rain,wind,note" if not later else "station,day,place,rain,wind,sun"]
    for number in range(240):
        rain, wind = number * 7 % 31 / 10, number * 3 % 17
        if later and number % 5 == 0:
            rain = round(rain + 0.4, 1)
        if later and number % 8 == 3:
            wind += 2
        if number % 11 == (6 if later else 2):
            continue
        cells = [
            f"S{number // 8:03}",
            f"2024-03-{number % 28 + 1:02}",
            PLACES[number % 8],
            rain,
            wind,
            number * 5 % 13 if later else "",
        ]
        rows.append(",".join(map(str, cells)))
    return "\n".join(rows) + "\n"


def main() -> None:
    """Compare, and draw what is to be seen."""
    with tempfile.TemporaryDirectory() as directory:
        files = [Path(directory, name) for name in ("before.csv", "after.csv")]
        for file, later in zip(files, (False, True), strict=True):
            file.write_text(weather(later=later), "utf-8")
        before, after = (open_table(file.name, file) for file in files)
        options = Options(keys=("station", "day", "place"), ignore=("note",), stored=True)
        found = compare(before, after, options)
        smaller = compare(before, after, Options(columns=("rain",), stored=True))
        files_ = (
            FileDiff("data/stations.csv", Kind.UNCHANGED),
            FileDiff("data/weather.csv", Kind.MODIFIED, found),
            FileDiff("out/rain.jsonl", Kind.MODIFIED, smaller),
        )
        picture = asyncio.run(drawn(Report("HEAD", "workspace", files_, (), ("out/model.pkl",))))
    # Fonts are the reader's own: a picture that loads them from elsewhere tells who reads it.
    PAGE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), "utf-8")
    sys.stdout.write(f"{PAGE}: {PAGE.stat().st_size} bytes\n")


async def drawn(report: Report) -> str:
    """Give what is to be seen some rows further down."""
    app = DiffApp(report)
    async with app.run_test(size=(124, 26)) as pilot:
        await pilot.press("pagedown", "n", "n")
        await pilot.pause()
        return app.export_screenshot(title="pivot data diff --key station --key day --key place")


if __name__ == "__main__":
    main()
