"""Build all distributions, look into them, and test them outside of the repository.

`make packages` does all of it. It needs uv, an index of packages, and 3 GB in the temporary
directory. CONTRIBUTING.md says when to run it.

Tests: tests/ci/test_packages.py, of what it looks for in archives.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

import content
from building import Project, build, projects
from environments import RESOLUTIONS, Environment, testing_tools, untried
from outside import check_origin, copy_without_sources, run_tests
from smallest import run_smallest

#: Renders the pages as an index would, and is strict about what it can't.
_TWINE = "twine>=6.1,<7"


def main() -> None:
    """Do all that is asked for; the exit status is 1 if anything was wrong."""
    options = _options()
    uv = shutil.which("uv")
    if not uv:
        raise SystemExit("'make packages' needs uv: https://docs.astral.sh/uv/")
    with tempfile.TemporaryDirectory(prefix="pivot-packages-") as made:
        work = Path(made).resolve()
        archives = work / "archives"
        found = projects()
        _say(f"building {len(found)} distributions")
        build(uv, archives)
        _look_into(uv, found, archives)
        passed = [_try(uv, found, archives, work, each, options.tests) for each in options.only]
    raise SystemExit(0 if all(passed) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python .ci/packages", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(RESOLUTIONS),
        help="with these versions of what is required",
    )
    parser.add_argument("tests", nargs="*", help="the tests to run; all that matter if not given")
    options = parser.parse_args()
    options.only = options.only or list(RESOLUTIONS)
    return options


def _look_into(uv: str, found: list[Project], archives: Path) -> None:
    """Look at what is in the archives, and at what they say of themselves."""
    _say("looking into the archives")
    problems = list(
        chain.from_iterable(
            (
                *content.wheel_problems(project, project.wheel(archives)),
                *content.sdist_problems(project, project.sdist(archives)),
                *content.python_problems(project),
            )
            for project in found
        )
    )
    if problems:
        raise SystemExit("\n".join(problems))
    files = sorted(map(str, (*archives.glob("*.whl"), *archives.glob("*.tar.gz"))))
    twine = (uv, "tool", "run", "--quiet", "--from", _TWINE, "twine", "check", "--strict", *files)
    subprocess.run(twine, check=True)


def _try(
    uv: str, found: list[Project], archives: Path, work: Path, resolution: str, tests: list[str]
) -> bool:
    """Install with these versions, first the core alone and then all, and run the tests."""
    began = time.monotonic()
    _core_alone(uv, found[0], archives, work, resolution)
    everything = Environment(uv, work / f"all-{resolution}")
    everything.make()
    _say(f"all distributions, {resolution} versions")
    lines = chain.from_iterable(project.requirements for project in found)
    everything.install([*_wheels(found, archives), *lines], resolution)
    everything.check()
    pinned = everything.versions()
    if resolution == "lowest":
        _all_bounds_tried(found, pinned)
    everything.install([*testing_tools(), *_wheels(found, archives)], "highest", pinned)
    outside = work / f"outside-{resolution}"
    copy_without_sources(found, outside)
    check_origin(found, everything, outside)
    _plugins_work(everything, outside)
    passed = run_tests(everything, outside, tests)
    took = (time.monotonic() - began) / 60
    _say(f"{resolution} versions: {'passed' if passed else 'FAILED'}, {took:.1f} minutes")
    return passed


def _core_alone(uv: str, core: Project, archives: Path, work: Path, resolution: str) -> None:
    """Install the core, without any extra, and run a pipeline."""
    _say(f"the core alone, {resolution} versions")
    alone = Environment(uv, work / f"core-{resolution}")
    alone.make()
    alone.install([str(core.wheel(archives)), *core.table["dependencies"]], resolution)
    alone.check()
    check_origin([core], alone, work)
    run_smallest(alone, work / f"smallest-{resolution}")


def _all_bounds_tried(found: list[Project], versions: str) -> None:
    """Look whether each requirement is there in the least version that it lets in."""
    wanted = {line for project in found for line in project.requirements}
    if problems := list(untried(sorted(wanted), versions)):
        raise SystemExit("\n".join(problems))


def _wheels(found: list[Project], archives: Path) -> list[str]:
    """Give a line for each wheel, with all of its extras."""
    return [
        f"{project.name}[{','.join(sorted(project.extras))}] @ {project.wheel(archives).as_uri()}"
        for project in found
    ]


def _plugins_work(everything: Environment, directory: Path) -> None:
    """Have Pivot look for its plugins, none of which may be broken."""
    listed = json.loads(everything.run(directory, "pivot", "plugins", "--json"))
    for broken in (entry for entry in listed if entry["problem"]):
        raise SystemExit(f"{broken['distribution']}: {broken['name']}: {broken['problem']}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
