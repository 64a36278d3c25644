"""The real DVC, in an environment of its own: it is no dependency of anything here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIREMENT = "dvc==3.67.*"


@pytest.fixture(scope="session")
def dvc(
    tmp_path_factory: pytest.TempPathFactory, make_environment: Callable[[Path], str]
) -> dict[str, str]:
    """Install DVC; give the variables with which it is found, and leaves no trace elsewhere."""
    directory = tmp_path_factory.mktemp("dvc")
    environment = directory / "env"
    python = make_environment(environment)
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    command = [*pip, "--quiet", REQUIREMENT]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{REQUIREMENT} can't be installed: {done.stderr.strip()[-500:]}")
    # Not all of its programs: its environment has a `python` of its own.
    programs = directory / "programs"
    programs.mkdir()
    (programs / "dvc").symlink_to(environment / "bin" / "dvc")
    ours = Path(sys.executable).parent
    names = ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR")
    return {
        "PATH": os.pathsep.join(map(str, (programs, ours, os.environ["PATH"]))),
        "DVC_NO_ANALYTICS": "1",
        **{name: str(directory / name.lower()) for name in names},
    }
