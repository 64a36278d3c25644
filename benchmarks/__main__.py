"""Measure Pivot beside a bare Python and beside other tools, and print one table: `make bench`.

Everything is measured in this one run, in turns, so that what is compared has met the same machine.
A quick look takes a minute or two: `python -m benchmarks --sizes 176 --rounds 3 --only stages`.
docs/performance.md says what is compared, and has the table of one machine.

Tests: tests/benchmarks/.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measures.bench import Bench
from benchmarks.measuring.figures import Board
from benchmarks.measuring.rounds import Rounds
from benchmarks.options import parse
from benchmarks.parts import PARTS
from benchmarks.reporting.circumstances import look_around
from benchmarks.reporting.page import report, rewrite
from benchmarks.reporting.record import as_plain
from benchmarks.tools.peers import MissingError, Peers, find_peers

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure, and say what was found."""
    options = parse(__doc__ or "", tuple(PARTS))
    board = Board()
    peers = _peers(board) if options.dvc else None
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as directory:
        rounds = Rounds(options.rounds, options.patience)
        bench = Bench(Path(directory).resolve(), board, rounds, _say)
        for name in options.only or PARTS:
            PARTS[name](bench, options, peers)
    around = look_around()
    if options.json:
        plain = as_plain(board, around)
        options.json.write_text(f"{json.dumps(plain, indent=1)}\n", "utf-8")
    text = report(board, options.sizes, around)
    sys.stdout.write(text)
    if options.write_docs:
        rewrite(PAGE, text)


def _peers(board: Board) -> Peers | None:
    try:
        return find_peers()
    except MissingError as problem:
        board.skipped.append(f"DVC and doit could not be installed: {problem}")
        _say(board.skipped[-1])
        return None


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    main()
