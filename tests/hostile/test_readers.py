"""Whatever is in a file that Pivot reads: it is understood, or refused with a message.

Sound files are damaged in ways that a person, a merge, a disk or an enemy could: values of their
trees are replaced, left out, nested or repeated, and then the text is cut, glued, sprinkled with
bytes, or given YAML's anchors and tags. Each reader then succeeds or raises `PivotError`; it
evaluates nothing, writes nothing beside the project, and does no more work than such a file is
worth. `make faults` tries many more.
"""

from __future__ import annotations

import inspect
import os
import resource
import runpy
import shutil
import signal
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from pivot_data_diff import Options
from pivot_data_diff.compare import compare
from pivot_data_diff.formats import open_table
from pivot_dvc_export.pipeline_text import pipeline_text
from pivot_dvc_export.project import read_project
from pivot_plots.reading import read_table

import pivot
from pivot.config import load_settings
from pivot.config.editing import with_value, without_key
from pivot.config.yaml_layer import parse_yaml
from pivot.discovery.layers import parametrised
from pivot.engine.history import decode
from pivot.errors import PivotError
from pivot.hashing import hash_bytes
from pivot.loaders import JSON, YAML
from pivot.metrics.reading import read_metrics
from pivot.registry import Registry
from pivot.stage_def import StageParams
from pivot.stage_def.encoding import encode_params
from pivot.store.ignore import Ignore
from pivot.store.layout import Layout
from pivot.store.listing import decode_listing
from pivot.store.lock import Lock, decode_lock, encode_lock, read_lock
from pivot.store.names import read_names
from pivot.store.runs import decode_results
from pivot.sync.entries import decode_entry

ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
#: Each costs some milliseconds.
EXAMPLES = 5 if ROUNDS == 1 else 60 * ROUNDS
#: What an example may take of the processor, a thousand times what it needs: what hangs is ended.
SECONDS = 20
MEMORY = 2 << 30

DAMAGE = runpy.run_path(str(Path(__file__).with_name("damage.py")))
damaged, as_json, as_lines, as_yaml, as_toml = (
    DAMAGE[name] for name in ("damaged", "as_json", "as_lines", "as_yaml", "as_toml")
)
STEPS = """
from pivot.stage_def import StageParams

class Params(StageParams):
    rate: object = 1

def train(params: Params) -> None: ...
"""
LOCK = {
    "algorithm": "xxh64",
    "base": [],
    "code": {"pipeline:train": "5995c853a1b2c3d4"},
    "deps": [{"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4}],
    "outs": [{"hash": "ef46db3751d8e999", "name": "m", "path": "m/", "size": 0, "directory": True}],
    "params": {"rate": 0.1, "deep": {"a": [1, "x", None]}},
    "stage": "train",
    "traced": {"file:a.txt": "5995c853a1b2c3d4"},
    "version": 2,
}
LISTING = [
    {"hash": "ef46db3751d8e999", "path": "a.txt", "size": 0},
    {"executable": True, "hash": "0123456789abcdef", "path": "bin/run", "size": 12},
    {"directory": True, "path": "empty"},
    {"link": "a.txt", "path": "latest"},
]
CONFIG = {
    "jobs": 2,
    "cache": {"link": ["hardlink", "copy"]},
    "remotes": {"origin": "s3://bucket/prefix"},
    "default_remote": "origin",
    "watch": {"globs": ["**/*.py"], "debounce": 0.1},
    "data_diff": {"memory": "500MB"},
}
STAGES = {
    "stages": {
        "train": {
            "function": "steps:train",
            "matrix": {"model": ["bert", "gpt"], "lang": {"swe": {"params": {"rate": 1}}}},
            "deps": {"data": "data/${model}.csv"},
            "outs": {"model": "models/${model}.pkl"},
            "params": {"rate": 0.5},
            "mutex": ["gpu"],
            "retries": 2,
            "timeout": 600,
        }
    }
}
PARAMS = {"train": {"rate": 0.1, "free": {"a": [1, {"b": "2024-02-03"}]}}, "other": {"x": 1}}
METRICS = {"loss": 0.1, "test": {"rows": 3, "names": ["a", "b"]}}
ROWS = [{"id": 1, "name": "a", "x": 1.5}, {"id": 2, "name": None, "x": [1]}]
ENTRY = {
    "outs": [["return", "a.json", "ef46db3751d8e999", 0, False, True]],
    "run": "0123456789abcdef",
    "traced": {"file:a": "x"},
    "version": 1,
}
RESULTS = [[{"file:a": "x"}, [["return", "a.json", "ef46db3751d8e999", 0, False, False]]]]
HISTORY = [
    1,
    {
        "started": 1.0,
        "targets": ["a"],
        "params": [],
        "stages": [{"name": "a", "status": "ran", "reasons": ["x"], "contents": []}],
    },
]
DVC = {
    "vars": [{"models": ["a", "b"]}, "params.yaml"],
    "stages": {
        "one": {
            "cmd": ["cat in.txt > out.txt", "true"],
            "deps": ["in.txt"],
            "outs": ["out.txt", {"more.txt": {"cache": False}}],
            "params": ["rate", {"other.yaml": ["x"]}],
            "wdir": ".",
        },
        "loop": {
            "foreach": "${models}",
            "do": {"cmd": "echo ${item} > ${item}.txt", "outs": ["${item}.txt"]},
        },
        "grid": {"matrix": {"a": [1, 2]}, "cmd": "touch ${item.a}", "outs": ["${item.a}"]},
    },
    "metrics": ["out.txt"],
}
DVC_FILE = {"outs": [{"md5": "d41d8cd98f00b204e9800998ecf8427e", "path": "in.txt", "size": 0}]}
DVC_LOCK = {
    "schema": "2.0",
    "stages": {
        "one": {
            "cmd": "touch out.txt",
            "deps": [{"path": "in.txt", "md5": "d41d8cd98f00b204e9800998ecf8427e", "size": 0}],
            "params": {"params.yaml": {"rate": 0.1}},
            "outs": [{"path": "out.txt", "md5": "d41d8cd98f00b204e9800998ecf8427e", "size": 0}],
        }
    },
}
CSV = b'id;name,x\n1,"a\nb",1.5\n2,c,\n'


class HangError(BaseException):
    """Something takes far more work than the file is worth."""


@contextmanager
def bounded():
    """Let the block take a bounded amount of processor and memory."""

    def stop(*_):
        raise HangError(f"more than {SECONDS} s of the processor")

    limits = resource.getrlimit(resource.RLIMIT_AS)
    # Hypothesis allows for a deeper stack than Python does by itself.
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 1000)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        sys.setrecursionlimit(deepest)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project beside files that nobody may touch."""
    base = tmp_path_factory.mktemp("hostile")
    (base / "outside").mkdir()
    (base / "outside" / "kept").write_text("kept")
    (base / "project").mkdir()
    return base


def refused_or_read(place: Path, files: dict[str, bytes], read) -> None:
    """Write files of the project and read them; whatever is wrong must be said."""
    root = place / "project"
    shutil.rmtree(root)
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    try:
        with bounded():
            read(root)
    except PivotError as error:
        said = str(error)
        assert said.strip()
        assert len(said) < 100_000, f"{len(said)} characters: {said[:300]}"
        # What can't be printed can't be read.
        said.encode("utf-8", "surrogateescape")
    except (Exception, HangError) as error:
        # What is reported must be plain: the data may hold anything.
        last = [
            f"{one.name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-4:]
        ]
        pytest.fail(
            f"{type(error).__name__} at {last}: {ascii(str(error))[:300]}\n"
            + "\n".join(f"{name}: {ascii(data)[:2000]}" for name, data in files.items()),
            pytrace=False,
        )
    outside = place / "outside"
    assert [(one.name, one.read_text()) for one in outside.iterdir()] == [("kept", "kept")]
    assert sorted(one.name for one in place.iterdir()) == ["outside", "project"]
    assert not (root / "evaluated").exists()
    assert not Path("evaluated").exists()


class Free(StageParams):
    a: object = None


class Train(StageParams):
    rate: float = 0.1
    free: object = None
    deep: Free = Free()
    table: dict[str, int] = {}  # noqa: RUF012 - pydantic copies it


def train(params: Train) -> None: ...


def overridden(root: Path) -> None:
    registry = Registry()
    registry.register(train)
    for stage in parametrised(root, registry.stages, environ={}).stages:
        lock = Lock(stage.name, "xxh64", {}, encode_params(stage.params), (), ())
        assert decode_lock(encode_lock(lock), root / "x.lock") == lock


def edited(root: Path) -> None:
    text = (root / ".pivot/config.yaml").read_text("utf-8", "surrogateescape")
    changed = with_value(text, "jobs", 7)
    assert ("jobs", 7) in [(entry.key, entry.value) for entry in parse_yaml(changed)]
    without_key(changed, "jobs")


def planned(root: Path) -> None:
    (root / "steps.py").write_text(STEPS)
    pivot.plan(root)


def compared(root: Path, file: str) -> None:
    sound = "id,name\n1,2\n" if file.endswith(".csv") else '{"id": 1, "name": "b"}'
    (root / "other").write_text(sound)
    one, other = open_table(file, root / file), open_table(file, root / "other")
    for options in (
        Options(),
        Options(keys=("id",)),
        Options(keys=("id",), memory=1, scratch=root),
    ):
        assert compare(one, other, options).counts


def imported(root: Path) -> None:
    if not (root / "dvc.yaml").exists():
        (root / "dvc.yaml").write_text(
            "stages: {a: {cmd: 'echo ${train.rate}', params: [train], outs: [x]}}"
        )
    pipeline_text(read_project(root))


def of_bytes(read):
    """Give a reader of a file that is handed its content."""
    return lambda root: read(next(root.iterdir()).read_bytes())


#: What is read: a sound file's tree, how it is written, its name, and how it is read.
READERS = {
    "lock": (LOCK, as_json, "a.lock", lambda root: read_lock(root / "a.lock")),
    "listing": (LISTING, as_json, "listing", of_bytes(decode_listing)),
    "config": (CONFIG, as_yaml, ".pivot/config.yaml", lambda root: load_settings(root, {}, {})),
    "edited config": (CONFIG, as_yaml, ".pivot/config.yaml", edited),
    "pyproject": (CONFIG, as_toml, "pyproject.toml", lambda root: load_settings(root, {}, {})),
    "stages": (STAGES, as_yaml, "pivot.yaml", planned),
    "params": (PARAMS, as_yaml, "params.yaml", overridden),
    "entry": (
        ENTRY,
        as_json,
        "entry",
        of_bytes(lambda data: decode_entry(f"{ENTRY['run']}-{hash_bytes(data)}", data)),
    ),
    "results": (RESULTS, as_json, "results", of_bytes(decode_results)),
    "history": (HISTORY, as_json, "run", of_bytes(decode)),
    "names": (LOCK, as_json, ".pivot/names", lambda root: read_names(Layout(root))),
    "ignore": (PARAMS, as_yaml, ".pivotignore", lambda root: Ignore(root)("a/b")),
    "YAML": (PARAMS, as_yaml, "x.yaml", lambda root: YAML().load(root / "x.yaml")),
    "JSON": (PARAMS, as_json, "x.json", lambda root: JSON().load(root / "x.json")),
    "metrics.json": (METRICS, as_json, "m", of_bytes(lambda data: read_metrics("m.json", data))),
    "metrics.yaml": (METRICS, as_yaml, "m", of_bytes(lambda data: read_metrics("m.yaml", data))),
    "metrics.toml": (METRICS, as_toml, "m", of_bytes(lambda data: read_metrics("m.toml", data))),
    "metrics.csv": (METRICS, as_lines, "m", of_bytes(lambda data: read_metrics("m.csv", data))),
    "plot.json": (ROWS, as_json, "p", of_bytes(lambda data: read_table("p.json", data))),
    "plot.csv": (ROWS, as_lines, "p", of_bytes(lambda data: read_table("p.csv", data))),
    "diff.json": (ROWS, as_json, "d.json", lambda root: compared(root, "d.json")),
    "diff.jsonl": (ROWS, as_lines, "d.jsonl", lambda root: compared(root, "d.jsonl")),
    "diff.csv": (ROWS, as_lines, "d.csv", lambda root: compared(root, "d.csv")),
    "dvc.yaml": (DVC, as_yaml, "dvc.yaml", imported),
    "dvc params": (PARAMS, as_yaml, "params.yaml", imported),
    ".dvc": (DVC_FILE, as_yaml, "in.txt.dvc", imported),
}


@pytest.mark.chance
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of what it prints
@pytest.mark.parametrize("what", READERS)
def test_it_is_read_or_refused(place, what):
    tree, encode, name, read = READERS[what]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(damaged(tree, encode))
    def try_out(data):
        refused_or_read(place, {name: data}, read)

    try_out()
