#!/usr/bin/env python3
"""Draw docs/plots.png: the page of `pivot plots diff`, in a browser, of a small pipeline.

`docs/screenshot_plots.py` writes the file anew, with Chromium; nobody else does, as each browser
draws letters a little differently.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURE = Path(__file__).resolve().parent / "plots.png"
WIDTH, HEIGHT = 1120, 960
PIPELINE = """\
import math
import pathlib
from typing import Annotated, TypedDict

from PIL import Image, ImageDraw

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class TrainParams(StageParams):
    rate: float = 0.1


class Trained(TypedDict):
    loss: Annotated[
        pathlib.Path, outputs.Plot("loss.csv", y=("train", "test"), title="Loss")
    ]
    residuals: Annotated[pathlib.Path, outputs.Plot("residuals.png", title="Residuals")]


def train(params: TrainParams) -> Trained:
    lines = ["epoch,train,test"]
    for epoch in range(40):
        left = math.exp(-params.rate * epoch)
        lines.append(f"{epoch},{left + 0.04 * math.sin(epoch)},{left**0.8 + 0.1}")
    pathlib.Path("loss.csv").write_text("\\n".join(lines))
    image = Image.new("RGB", (300, 180), "white")
    draw = ImageDraw.Draw(image)
    for x in range(4, 300, 5):
        y = 90 + 75 * math.sin(x * params.rate / 4) * math.exp(-x / 200)
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill="#475569")
    image.save("residuals.png")
    return Trained(loss=pathlib.Path("loss.csv"), residuals=pathlib.Path("residuals.png"))


REGISTRY.register(train)
"""


def main() -> None:
    """Run the pipeline twice, compare what came of it, and take the picture."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("this needs Chromium or Chrome")
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "pipeline.py").write_text(PIPELINE)
        (root / ".gitignore").write_text("*.csv\n*.png\n")
        _run(root, "git", "init", "-q")
        pivot = str(Path(sys.executable).with_name("pivot"))
        _run(root, pivot, "run", "--quiet")
        _run(root, "git", "add", "-A")
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        _run(root, "git", *identity, "commit", "-qm", "first")
        (root / "params.yaml").write_text("train: {rate: 0.2}")
        _run(root, pivot, "run", "--quiet")
        _run(root, pivot, "plots", "diff", "-o", "page.html")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += [f"--window-size={WIDTH},{HEIGHT}", "--screenshot=picture.png"]
        _run(root, browser, *options, (root / "page.html").as_uri())
        picture = Image.open(io.BytesIO((root / "picture.png").read_bytes()))
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(PICTURE, optimize=True)


def _run(root: Path, *words: str) -> None:
    subprocess.run(words, cwd=root, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
