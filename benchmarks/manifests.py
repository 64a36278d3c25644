"""How long does it take to find out what 176 stages are made of? Prints it in starts of Python.

Three projects of 50 modules (see `projects`) are fingerprinted by new processes: plain functions;
stages with parameters, inputs and outputs as the documentation has them; and such stages over
models, tables and classes with bases. *Cold* is without a symbol index; *warm*, with the index and
unchanged files; *edited*, after one module was changed. What is compared is CPU time: from opening
the index until the last manifest is made and the index is written; the imports of Pivot and of the
project are left aside. The unit is the CPU time of `python -c pass`, and of each the least of
several rounds counts. Run it on a quiet machine: `make bench`.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from projects.generated import write_project
from projects.simple import write_simple_project, write_typed_project

ROUNDS = 7
MODULES = 50
STAGES = 176
PROJECTS = {
    "functions": write_simple_project,
    "typed": write_typed_project,
    "models": write_project,
}
PYTHON = (sys.executable, "-c", "pass")
MEASURE = """
import sys, time
from pathlib import Path
from pivot.session import Session

with Session(Path.cwd()) as session:
    stages = list(session.stages.values())
    session.host.hash_value(None)  # the plugins are asked by every command
    begun = time.process_time()
    manifests = session.observer.manifests(stages)
    session.workspace.state.flush()
    seconds = time.process_time() - begun
sizes = sorted(len(manifest.symbols) for manifest in manifests)
print(seconds, sizes[0], sum(sizes) // len(sizes), sizes[-1])
"""


def main() -> None:
    """Print some lines for each project."""
    with tempfile.TemporaryDirectory() as directory:
        for name, write in PROJECTS.items():
            root = Path(directory).resolve() / name
            write(root, modules=MODULES, stages=STAGES)
            os.chdir(root)
            show(name, root)


def show(name: str, root: Path) -> None:
    """Print a line for the project, and one for each way."""
    lines = sum(len(file.read_text().splitlines()) for file in root.rglob("*.py"))
    _, least, mean, most = measured()  # writes the bytecode, too
    sys.stdout.write(
        f"{name}: {STAGES} stages over {MODULES} modules, {lines} lines; "
        f"{least:.0f} to {most:.0f} symbols a stage, {mean:.0f} on average\n"
    )
    cold, warm, edited, bare = [], [], [], []
    for number in range(ROUNDS):
        bare.append(start())
        shutil.rmtree(root / ".pivot" / "state.lmdb")
        cold.append(measured()[0])
        measured()  # files that are fresh at first are trusted from the second time on
        warm.append(measured()[0])
        edit(root / "steps" / "m20.py", number)
        edited.append(measured()[0])
    for way, seconds in (("cold", cold), ("warm", warm), ("edited", edited)):
        ratio, milliseconds = min(seconds) / min(bare), min(seconds) * 1e3
        sys.stdout.write(f"  {way:6} {ratio:5.1f} starts of Python ({milliseconds:.0f} ms)\n")


def start() -> float:
    """Give the CPU seconds of a Python that does nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(PYTHON, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured() -> list[float]:
    """Give the CPU seconds of all manifests in a new process, and the sizes of these."""
    command = (sys.executable, "-c", MEASURE)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(map(float, done.stdout.split()))


def edit(file: Path, number: int) -> None:
    """Change a constant and a helper."""
    text = file.read_text()
    text = text.replace("\nRATES = (", f"\nRATES = ({number}.5, ", 1)
    file.write_text(text.replace("\nFACTOR = ", f"\nFACTOR = {number}.25 + ", 1))


if __name__ == "__main__":
    main()
