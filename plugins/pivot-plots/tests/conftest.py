"""What tests of the plugin need: a project with plots of each kind at two revisions."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

import pivot
from pivot.cli import main

PIPELINE = """
import pathlib
from typing import Annotated, TypedDict

from PIL import Image
from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class DrawParams(StageParams):
    height: int = 10


class Drawn(TypedDict):
    loss: Annotated[pathlib.Path, outputs.Plot("loss.csv", title="The loss")]
    same: Annotated[pathlib.Path, outputs.Plot("same.json", x="a", y=("b",), kind="points")]
    image: Annotated[pathlib.Path, outputs.Plot("image.png")]


def draw(params: DrawParams) -> Drawn:
    pathlib.Path("loss.csv").write_text(f"step,loss\\n0,1.5\\n1,{1 / params.height}\\n")
    pathlib.Path("same.json").write_text('{"a": [1, 2], "b": [3, 4]}')
    image = Image.new("RGB", (40, 30), "white")
    image.paste((0, 128, 0), (0, 0, 20, params.height))
    image.save("image.png")
    paths = map(pathlib.Path, ("loss.csv", "same.json", "image.png"))
    return Drawn(**dict(zip(("loss", "same", "image"), paths)))


REGISTRY.register(draw)
"""


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


def git(root, *words):
    identity = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("plots") / "project"
    root.mkdir()
    (root / "pipeline.py").write_text(PIPELINE)
    (root / ".gitignore").write_text("/*.csv\n/same.json\n/*.png\n__pycache__/\n")
    git(root, "init", "-q", "-b", "main")
    for tag, height in (("v1", 10), ("v2", 20)):
        (root / "params.yaml").write_text(f"draw: {{height: {height}}}")
        assert pivot.run(root, executor="inline").ok
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", tag)
        git(root, "tag", tag)
    return root


@pytest.fixture
def root(template, tmp_path) -> Path:
    """The project, to be changed."""
    return Path(shutil.copytree(template, tmp_path / "project", symlinks=True))


@pytest.fixture
def plots(root, monkeypatch, capfd):
    """Give `plots(*words)`: the command line, in this process, in the project."""
    for name in ("NO_COLOR", "FORCE_COLOR", "PIVOT_DISABLE_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)

    def plots(*words):
        capfd.readouterr()
        status = main(["plots", *words])
        return Result(status, *capfd.readouterr())

    return plots


@pytest.fixture
def png():
    """Give a function that makes an image of one colour, with a spot of another."""

    def png(colour, size=(4, 3), spot=None, form="PNG"):
        image = Image.new("RGBA", size, colour)
        if spot:
            image.putpixel((0, 0), spot)
        stream = io.BytesIO()
        image.save(stream, form)
        return stream.getvalue()

    return png
