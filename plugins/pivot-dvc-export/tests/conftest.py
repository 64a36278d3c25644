"""The real DVC, in an environment of its own: it is no dependency of anything here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENT = "dvc==3.67.*"


@pytest.fixture(scope="session")
def dvc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install DVC; give the directory of its program."""
    environment = tmp_path_factory.mktemp("dvc") / "env"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = str(environment / "bin" / "python")
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    done = subprocess.run([*pip, "--quiet", REQUIREMENT], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{REQUIREMENT} can't be installed: {done.stderr.strip()[-500:]}")
    return environment / "bin"


@pytest.fixture
def with_dvc(dvc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `dvc` and `pivot` on the PATH; DVC leaves no trace outside of the test."""
    # Not all of DVC's programs: its environment has a `python` of its own.
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dvc").symlink_to(dvc / "dvc")
    ours = Path(sys.executable).parent
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (programs, ours, os.environ["PATH"]))))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
