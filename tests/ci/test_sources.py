"""What the modules say of themselves: each names its tests, and they are there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
_TESTS = re.compile(r"Tests:\s(.*?)(?:\"\"\"|\n\n)", re.DOTALL)
_PATH = re.compile(r"[\w/.-]+(?:\.(?:py|toml)|/(?=[\s.,]))")


def test_the_tests_that_a_module_names_exist():
    plugins = [plugin for plugin in (REPOSITORY / "plugins").iterdir() if plugin.is_dir()]
    homes = [(REPOSITORY, "pivot"), (REPOSITORY, "benchmarks"), *((one, "src") for one in plugins)]
    lacking: list[str] = []
    named = 0
    for home, place in homes:
        for module in (home / place).rglob("*.py"):
            found = _TESTS.search(module.read_text("utf-8"))
            before = home
            for path in _PATH.findall(found[1]) if found else ():
                named += 1
                # "tests/a/test_b.py and test_c.py" are neighbours.
                there = [base / path for base in (home, before, REPOSITORY)]
                file = next((one for one in there if one.exists()), None)
                if file is None:
                    lacking.append(f"{module.relative_to(REPOSITORY)}: {path}")
                else:
                    before = file.parent
    assert not lacking
    assert named > 300
