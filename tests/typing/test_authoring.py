"""Type checkers see what authors declare: one run of the checker over `authoring.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).with_name("authoring.py")
CHECKER = Path(sys.executable).with_name("basedpyright")


def test_the_checker_complains_of_what_is_wrong_and_of_nothing_else():
    expected = {
        (number, found[1])
        for number, line in enumerate(CASES.read_text().splitlines(), 1)
        if (found := re.search(r"# error: (\w+)$", line))
    }
    result = subprocess.run(
        [CHECKER, "--pythonpath", sys.executable, "--outputjson", CASES],
        capture_output=True,
        text=True,
        check=False,
        cwd=CASES.parents[2],
    )
    problems = json.loads(result.stdout)["generalDiagnostics"]
    told = {
        (problem["range"]["start"]["line"] + 1, problem["rule"])
        for problem in problems
        if problem["severity"] == "error"
    }
    assert told == expected
