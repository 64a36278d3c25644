"""What many tests need: a project in a temporary directory that can be written, run and asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pivot.signature import TICK_NS

#: How many times as much chance plays: `make faults` sets it.
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
# How long an example takes says how busy the machine is, and nothing about Pivot.
hypothesis_settings.register_profile(
    "pivot",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100 * ROUNDS,
)
hypothesis_settings.load_profile("pivot")

HEADER = """
import pathlib
from typing import Annotated, TypedDict

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import Dep, Out, StageDef, StageParams
"""


@dataclass
class Project:
    """A project on disk."""

    root: Path
    events: list[Any] = field(default_factory=list)

    def write(self, path: str, text: str) -> Path:
        """Write a file, dedented; parent directories are made."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"))
        return file

    def pipeline(self, text: str) -> None:
        """Write `pipeline.py` with the usual imports before the text."""
        self.write("pipeline.py", HEADER + textwrap.dedent(text))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that is there exactly once."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        self.write(path, text.replace(old, new))

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def run(self, *targets: str, executor: str = "inline", **options: Any) -> dict[str, str]:
        """Run in this process and give each stage's status; the report is kept in `report`."""
        import pivot

        self.events.clear()
        self.report = pivot.run(
            self.root,
            targets=targets,
            executor=executor,
            on_event=self.events.append,
            **options,
        )
        return {stage.name: str(stage.status) for stage in self.report.stages}

    def forecast(self, *targets: str) -> dict[str, str]:
        """Say what a run would do with each stage."""
        import pivot

        return {item.stage: item.forecast for item in pivot.explain(self.root, targets=targets)}

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start the command line in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pivot.cli", *words],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environ},
        )

    def cli(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command line to its end."""
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def git(self, *words: str) -> str:
        """Run git, and give what it prints."""
        identity = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout

    def commit(self, tag: str) -> None:
        """Commit all that isn't ignored, and tag it."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", tag)
        self.git("tag", tag)

    def warnings(self) -> list[str]:
        """The messages of the warnings of the last run."""
        return [event.message for event in self.events if type(event).__name__ == "Warned"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


#: A pipeline with a metric of each kind of declaration, a directory, and a series.
OBSERVED = """
class TrainParams(StageParams):
    rate: float = 0.1

class Trained(TypedDict):
    scores: Annotated[
        dict, outputs.Metric("scores.json", better={"loss": "lower", "test.*": "higher"})
    ]
    parts: Annotated[pathlib.Path, outputs.Out("parts/", loaders.PathOnly())]
    curve: Annotated[pathlib.Path, outputs.Plot("curve.csv")]

def clean(
    raw: Annotated[list, outputs.Dep("raw.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("clean.json", loaders.JSON())]:
    return sorted(raw)

def train(
    params: TrainParams, data: Annotated[list, outputs.Dep("clean.json", loaders.JSON())]
) -> Trained:
    parts = pathlib.Path("parts")
    (parts / "sub").mkdir(parents=True)
    (parts / "rate.txt").write_text(str(params.rate))
    (parts / "sub" / "same.txt").write_text("same")
    curve = pathlib.Path("curve.csv")
    curve.write_text("step,loss\\n0,1\\n1,%s\\n" % params.rate)
    scores = {"loss": params.rate * 2, "test": {"rows": len(data)}}
    return Trained(scores=scores, parts=parts, curve=curve)

def final() -> Annotated[float, outputs.Metric("final.yaml", loaders.YAML(), better="higher")]:
    return 0.5

REGISTRY.register(clean)
REGISTRY.register(train)
REGISTRY.register(final)
"""


@pytest.fixture(scope="session")
def observed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three commits, v1 to v3, which nobody is to change."""
    project = Project(tmp_path_factory.mktemp("observed") / "project")
    project.root.mkdir()
    project.pipeline(OBSERVED)
    project.write("raw.json", "[3, 1, 2]")
    outs = ("scores.json", "final.yaml", "clean.json", "parts/", "curve.csv", "__pycache__/")
    project.write(".gitignore", "".join(f"/{out}\n" for out in outs))
    project.git("init", "-q", "-b", "main")
    for version, rate in (("v1", 0.1), ("v2", 0.2), ("v3", 0.05)):
        project.write("params.yaml", f"train: {{rate: {rate}}}")
        project.run()
        assert project.report.ok
        project.commit(version)
    return project.root


@pytest.fixture
def observed(observed_template: Path, tmp_path: Path) -> Project:
    """The project with its three commits, to be changed: v3 is checked out."""
    root = tmp_path / "project"
    shutil.copytree(observed_template, root, symlinks=True)
    return Project(root)


@pytest.fixture(scope="session")
def rounds() -> int:
    """How many times as much as usual a test by chance is to try."""
    return ROUNDS


@pytest.fixture
def settle():
    """Give a function that waits until the clock has ticked since a file was changed."""

    def wait(*files: Path) -> None:
        for file in files:
            status = file.stat()
            while time.time_ns() <= max(status.st_mtime_ns, status.st_ctime_ns) + TICK_NS:
                os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)

    return wait
