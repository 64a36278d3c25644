""".ci/: which Python is taken, and when the environment is made, with a uv that only takes notes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent
UV = """#!/bin/sh
echo "$@" >> "{log}"
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
touch "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


@dataclass
class Clone:
    """A clone of the repository, as far as its environment is concerned."""

    root: Path
    tools: Path

    @property
    def log(self) -> Path:
        return self.tools / "log"

    def make(self) -> subprocess.CompletedProcess[str]:
        """Bring the environment up to date."""
        return subprocess.run(
            [sys.executable, self.root / ".ci/environment.py"],
            env={**os.environ, "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    def made(self) -> int:
        """Make it, which must succeed; give how often it was made so far."""
        done = self.make()
        assert done.returncode == 0, done.stderr
        return len(self.log.read_text().splitlines())

    def with_uv(self, script: str) -> None:
        (self.tools / "uv").write_text(script)
        (self.tools / "uv").chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    root, tools = tmp_path / "clone", tmp_path / "tools"
    tools.mkdir()
    shutil.copytree(REPOSITORY / ".ci", root / ".ci")
    for name in ("pyproject.toml", "uv.lock", "plugins/pivot-loaders-pandas/pyproject.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    made = Clone(root, tools)
    made.with_uv(UV.format(log=made.log))
    return made


def test_uv_installs_what_is_locked_with_the_python_that_was_found(clone):
    clone.made()
    words = clone.log.read_text().split()
    assert words[:2] == ["sync", "--frozen"]
    assert words[words.index("--python") + 1] == sys.executable


def test_a_current_environment_is_left_alone(clone):
    assert clone.made() == 1
    assert clone.made() == 1


@pytest.mark.parametrize(
    "file", ["pyproject.toml", "uv.lock", "plugins/pivot-loaders-pandas/pyproject.toml"]
)
def test_a_change_of_what_is_installed_makes_it_again(clone, file):
    clone.made()
    with (clone.root / file).open("a") as stream:
        stream.write("# changed\n")
    assert clone.made() == 2


def test_an_environment_that_was_moved_is_made_afresh(clone, tmp_path):
    clone.made()
    (clone.root / ".venv/bin/tool").touch()
    moved = Clone(clone.root.rename(tmp_path / "moved"), clone.tools)
    assert moved.made() == 2
    assert not (moved.root / ".venv/bin/tool").exists()


def test_a_failure_is_passed_on_and_tried_again(clone):
    clone.with_uv("#!/bin/sh\nexit 3\n")
    done = clone.make()
    assert done.returncode == 3
    assert "this failed" in done.stderr
    clone.with_uv(UV.format(log=clone.log))
    assert clone.made() == 1


def test_pip_gets_the_versions_that_are_locked(clone, monkeypatch):
    monkeypatch.syspath_prepend(str(clone.root / ".ci"))
    import environment

    locked = tomllib.loads((REPOSITORY / "uv.lock").read_text())["package"]
    (pandas,) = (package["version"] for package in locked if package["name"] == "pandas")
    pins = environment.locked_versions()
    assert f"pandas=={pandas}" in pins
    assert not [pin for pin in pins if pin.startswith("pivot")]


def shim(directory: Path, name: str, version: str) -> None:
    """Put a Python of some version on the PATH; it says yes to 3.13 and newer only."""
    old = tuple(map(int, version.split("."))) < (3, 13)
    answer = "exit 1" if old else f'case "$2" in *executable*) echo /opt/{name};; esac'
    (directory / name).write_text(f"#!/bin/sh\n{answer}\n")
    (directory / name).chmod(0o755)


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ({"python3": "3.11", "python3.13": "3.13"}, "/opt/python3.13"),
        ({"python3": "3.13"}, "/opt/python3"),
        ({"python3.13": "3.11", "python3": "3.14"}, "/opt/python3"),
        ({"python3": "3.12"}, None),
    ],
)
def test_the_first_python_that_is_new_enough_and_runs_is_taken(tmp_path, present, expected):
    for name, version in present.items():
        shim(tmp_path, name, version)
    done = subprocess.run(
        ["/bin/sh", REPOSITORY / ".ci/find-python"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == (f"{expected}\n" if expected else "")
    assert (done.returncode == 0) == (expected is not None)
    assert ("needs Python 3.13" in done.stderr) == (expected is None)
