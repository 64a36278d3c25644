#!/usr/bin/env python3
"""Make `.venv` what this commit wants: Python, the core, the plugins and the development tools.

With uv on the PATH it is `uv sync --frozen`; without, `venv` and pip install the very versions
that uv.lock names. A stamp in the environment keeps what it was made from, so that nothing is done
as long as that is current. Any Python from 3.13 on can run this file; it needs nothing else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "made-from"
#: The first pip that knows dependency groups.
PIP = "pip>=25.1"


def main() -> None:
    """Bring the environment up to date, if it isn't."""
    wanted = fingerprint()
    found = STAMP.read_text("utf-8") if STAMP.exists() else ""
    if PYTHON.exists() and found == wanted:
        return
    STAMP.unlink(missing_ok=True)
    if found and found.splitlines()[0] != wanted.splitlines()[0]:
        # The directory was moved or copied: the commands in it still start the old place's Python.
        shutil.rmtree(ENVIRONMENT)
    uv = shutil.which("uv")
    say(f"making {ENVIRONMENT} with {'uv' if uv else 'pip'}")
    if uv:
        install_with_uv(uv)
    else:
        install_with_pip()
    STAMP.write_text(wanted, "utf-8")


def fingerprint() -> str:
    """Give a text that changes when the environment must: what is installed, by what, where."""
    files = [ROOT / "pyproject.toml", ROOT / "uv.lock", *plugins(), Path(__file__)]
    hashes = {str(f.relative_to(ROOT)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    facts = {"root": str(ROOT), "python": os.path.realpath(sys.executable), **hashes}
    return "".join(f"{name} = {value}\n" for name, value in facts.items())


def plugins() -> list[Path]:
    """Give the project files of the plugins that live in this repository."""
    return sorted(ROOT.glob("plugins/*/pyproject.toml"))


def install_with_uv(uv: str) -> None:
    """Let uv do it all; it takes the Python that runs this, and never downloads one."""
    settings = os.environ | {
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    # An environment around this one is no business of uv's, and only makes it warn.
    settings.pop("VIRTUAL_ENV", None)
    # Compiled once here, or, where PYTHONDONTWRITEBYTECODE is set, again by every process: pandas
    # alone takes two seconds then. pip compiles without being asked.
    options = ("--frozen", "--quiet", "--compile-bytecode", "--python", sys.executable)
    run(uv, "sync", *options, environment=settings)


def install_with_pip() -> None:
    """Make the environment afresh, and install the locked versions of everything."""
    run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
    pip = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--upgrade", PIP)
    constraints = ENVIRONMENT / "constraints.txt"
    constraints.write_text("".join(f"{pin}\n" for pin in locked_versions()), "utf-8")
    install = (*pip, "install", "--constraint", str(constraints))
    # One after the other: what is installed already is not looked for on the index, where these
    # names belong to nobody or to another project.
    for project in (ROOT, *(file.parent for file in plugins())):
        run(*install, "--editable", str(project))
    run(*install, "--group", "dev")


def locked_versions() -> list[str]:
    """Give `name==version` for everything that uv.lock takes from the package index."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    # A package that is locked at two versions, for two kinds of machine, is left to pip.
    pins: dict[str, list[str]] = {}
    for package in lock["package"]:
        if "registry" in package["source"]:
            pins.setdefault(package["name"], []).append(package["version"])
    return [f"{name}=={versions[0]}" for name, versions in pins.items() if len(versions) == 1]


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a command in the root; end with its exit status if it fails."""
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        say(f"this failed: {' '.join(command)}")
        raise SystemExit(done.returncode)


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
