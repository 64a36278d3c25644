"""A pipeline that needs nothing but the core: who installs that alone can work with it.

Tests: `make packages` itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from environments import Environment

_PIPELINE = """
import pathlib
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class Scale(StageParams):
    factor: int = 2


def count(
    words: Annotated[pathlib.Path, outputs.Dep("words.txt", loaders.PathOnly())],
) -> Annotated[dict, outputs.Out("counts.json", loaders.JSON())]:
    text = words.read_text().split()
    return {word: text.count(word) for word in text}


def scale(
    params: Scale,
    counts: Annotated[dict, outputs.Dep("counts.json", loaders.JSON())],
) -> Annotated[dict, outputs.Out("scaled.yaml", loaders.YAML())]:
    return {word: n * params.factor for word, n in counts.items()}


REGISTRY.register(count)
REGISTRY.register(scale)
"""


def run_smallest(environment: Environment, directory: Path) -> None:
    """Run it, and run it again; ends the process, with a message, if it does not what it should."""
    directory.mkdir()
    (directory / "pipeline.py").write_text(_PIPELINE, "utf-8")
    (directory / "words.txt").write_text("one two two\n", "utf-8")
    _expect(environment, directory, "ran")
    if (directory / "scaled.yaml").read_text("utf-8") != "one: 2\ntwo: 4\n":
        raise SystemExit("the smallest pipeline wrote something else than it should")
    _expect(environment, directory, "unchanged")
    environment.run(directory, "pivot", "--version")
    plugins = json.loads(environment.run(directory, "pivot", "plugins", "--json"))
    if foreign := {found["distribution"] for found in plugins} - {"pivot"}:
        raise SystemExit(f"the core alone has plugins of {', '.join(sorted(foreign))}")


def _expect(environment: Environment, directory: Path, status: str) -> None:
    lines = environment.run(directory, "pivot", "run", "--json").splitlines()
    if (found := json.loads(lines[-1])["counts"]) != {status: 2}:
        raise SystemExit(f"in the smallest pipeline not all is {status}: {found}")
