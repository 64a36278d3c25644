"""A manifest is the same in every process, in every place, and on every day."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

FILES = {
    "helpers.py": """
        import collections, dataclasses, datetime, decimal, enum, functools, pathlib, re, threading
        import logging, random
        import numpy as np
        import pandas as pd
        import pydantic

        HERE = pathlib.Path(__file__).parent
        CONFIG = {"out": str(HERE / "out"), "url": f"file://{HERE}/x", "all": [str(HERE), 1]}
        WORDS = {"alpha", "beta", "gamma", "delta", frozenset({"x", "y", "z"}), (1, "a")}
        PATTERN = re.compile("a|b", re.IGNORECASE)
        WHEN = datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)
        ARRAY = np.linspace(0, 1, 7).reshape(1, 7)
        FRAME = pd.DataFrame({"n": [1, 2], "t": ["a", "b"], "c": pd.Categorical(["u", "v"]),
                              "d": pd.to_datetime(["2024-01-01", None])}, index=["r", "s"])
        SERIES = pd.Series([1.5, None], name="s", dtype="Float64")
        COUNTS = collections.Counter("mississippi")
        PRICE = decimal.Decimal("1.10")
        LOCK, LOG = threading.RLock(), logging.getLogger(__name__)
        KNOWN = {str, int, float, bytes, list}
        RANDOM = [random.random, np.random.rand, np.random.default_rng(1)]

        class Color(enum.Enum):
            RED, GREEN = "r", "g"

        @dataclasses.dataclass(frozen=True)
        class Config:
            tags: frozenset = frozenset({"p", "q", "r"})
            color: Color = Color.RED

        class Row(pydantic.BaseModel):
            tags: set[str] = {"s", "t", "u"}

        ROW, ROWS = Row(), pydantic.TypeAdapter(list[Row])

        class Node:
            def __init__(self):
                self.children, self.parent = {"a", "b", "c"}, self

        CHOSEN, NODE = Config(), Node()

        @functools.singledispatch
        def show(x):
            return x

        @show.register
        def _(x: int):
            return [y for y in (lambda z: z + 1,)]

        @show.register
        def _(x: str):
            return exec("show(x)")

        DISPATCH = {"partial": functools.partial(show, 1), "bound": NODE.__init__, "max": max,
                    "method": str.upper, "made": (lambda k: lambda: k)(WORDS), "color": Color.GREEN}
        exec("def generated(x):\\n    return {'a', 'b', x} & {'c'}, x in {'l', 'm', 'n'}")
    """,
    "pipeline.py": """
        from helpers import *

        def stage(x, words=frozenset({"one", "two", "three"})):
            return [HERE, CONFIG, WORDS, PATTERN, WHEN, ARRAY, FRAME, SERIES, COUNTS, PRICE, LOCK, LOG,
                    CHOSEN, NODE, DISPATCH, show(x), generated(x), KNOWN, RANDOM, ROW, ROWS]
    """,
}

PRINT_MANIFEST = """
import json, sys
from pathlib import Path
root = Path(sys.argv[1])
sys.path.insert(0, str(root))
import pipeline
from pivot.fingerprint import Fingerprinter
manifest = Fingerprinter(root).manifest({"function": pipeline.stage})
print(json.dumps([manifest.hashes(), manifest.unstable]))
"""


def _manifest_in_new_process(root: Path, seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", dedent(PRINT_MANIFEST), str(root)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def written(project):
    project.write(FILES)
    return project


def test_manifest_is_equal_in_processes_with_other_hash_seeds(written):
    first = _manifest_in_new_process(written.root, "1")
    assert "const:helpers:FRAME" in first
    assert "dist:pandas" in first
    assert first.endswith("[]]\n")
    assert _manifest_in_new_process(written.root, "2") == first


def test_manifest_survives_moving_the_project(written):
    before = _manifest_in_new_process(written.root, "0")
    other = written.root.with_name("elsewhere") / "under" / "another name"
    other.parent.mkdir(parents=True)
    written.root.rename(other)
    assert _manifest_in_new_process(other, "0") == before


def test_manifest_does_not_depend_on_which_stages_were_asked_for_before(project):
    from pivot.fingerprint import Fingerprinter

    project.write(FILES)
    project.load("pipeline")
    maker = Fingerprinter(project.root)
    for name in ("show", "generated", "Config"):
        maker.manifest({"code": project.get(f"helpers:{name}")})
    late = maker.manifest({"function": project.get("pipeline:stage")})
    alone = Fingerprinter(project.root).manifest({"function": project.get("pipeline:stage")})
    assert late == alone


def test_a_project_through_a_link_is_the_same_project(written, tmp_path):
    before = _manifest_in_new_process(written.root, "0")
    link = tmp_path / "link"
    link.symlink_to(written.root)
    assert _manifest_in_new_process(link, "0") == before


def test_a_script_names_its_symbols_as_an_import_would(project):
    project.write(
        {"pipeline.py": "def helper(): return 1\nclass C: pass\ndef stage(): return helper(), C\n"}
    )
    script = PRINT_MANIFEST.replace(
        "import pipeline\n",
        "import runpy, types\npipeline = types.SimpleNamespace(**runpy.run_path(str(root / 'pipeline.py')))\n",
    )
    command = [sys.executable, "-c", script, str(project.root)]
    by_path = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert by_path == _manifest_in_new_process(project.root, "0")
