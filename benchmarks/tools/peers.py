"""Where the other tools come from: an environment of their own, made when first needed.

It lies in the user's cache directory, outside of the repository, and holds the versions named here.
Example::

    peers = find_peers()            # None, and a reason, if they can't be installed
    peers.command("dvc")            # its path

Tests: none that install anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: What is installed; also the name of the directory, so that a new version gets a new one.
REQUIREMENTS = ("dvc==3.67.0", "doit==0.37.0")
#: How much is shown of why something could not be installed.
_SHOWN = 400
_DIRECTORY = "pivot-benchmarks"


class MissingError(Exception):
    """The other tools can't be installed; says why."""


@dataclass(frozen=True, slots=True)
class Peers:
    """The environment of the other tools."""

    directory: Path

    def command(self, name: str) -> str:
        """Give the path of a command."""
        return str(self.directory / "bin" / name)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that keep them from talking to anybody, and from the user's own settings."""
        own = self.directory / "settings"
        return {
            "DVC_NO_ANALYTICS": "1",
            "DVC_GLOBAL_CONFIG_DIR": str(own / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(own / "system"),
            "DVC_SITE_CACHE_DIR": str(own / "cache"),
            "DVC_DAEMON": "0",
            "CI": "true",
        }


def find_peers(requirements: tuple[str, ...] = REQUIREMENTS) -> Peers:
    """Give the environment, which is made if it's missing; raise `MissingError`."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    directory = cache / _DIRECTORY / "-".join([version, *requirements])
    if not (directory / "complete").exists():
        shutil.rmtree(directory, ignore_errors=True)
        _install(directory, requirements)
        (directory / "complete").touch()
    return Peers(directory)


def _install(directory: Path, requirements: tuple[str, ...]) -> None:
    uv = shutil.which("uv")
    python = str(directory / "bin" / "python")
    if uv:
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(directory)]
        install = [uv, "pip", "install", "--quiet", "--python", python, *requirements]
    else:
        make = [sys.executable, "-m", "venv", str(directory)]
        install = [python, "-m", "pip", "install", "--quiet", *requirements]
    for command in (make, install):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise MissingError(str(error)) from error
        if done.returncode:
            reason = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
            raise MissingError(reason[:_SHOWN])
