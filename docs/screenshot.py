#!/usr/bin/env python3
"""Draw docs/tui.svg: the terminal interface, looking at a run of a small pipeline.

`docs/screenshot.py` writes the file anew; nobody else does, as no two runs take the same time.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from pivot_tui.app import TuiApp
from pivot_tui.board import Board

import pivot
from pivot.cli.explaining import explanation_text
from pivot.events import Watching

PAGE = Path(__file__).resolve().parent / "tui.svg"
PIPELINE = """\
import time
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class TrainParams(StageParams):
    rate: float = 0.1


def scaled(number):
    return number / 10


def prepare() -> Annotated[list, outputs.Out("samples.json", loaders.JSON())]:
    return list(range(6))


def features(
    samples: Annotated[list, outputs.Dep("samples.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("features.json", loaders.JSON())]:
    return [scaled(number) for number in samples]


def train(
    params: TrainParams,
    features: Annotated[list, outputs.Dep("features.json", loaders.JSON())],
) -> Annotated[dict, outputs.Metric("model.json", loaders.JSON())]:
    for epoch in range(3):
        print(f"epoch {epoch}: loss {params.rate / (epoch + 1):.3f}")
        time.sleep(0.4)
    return {"weight": sum(features)}


def evaluate(
    model: Annotated[dict, outputs.Dep("model.json", loaders.JSON())],
) -> Annotated[dict, outputs.Metric("score.json", loaders.JSON())]:
    return {"score": model["weight"] / 2}


for stage in (prepare, features, train, evaluate):
    REGISTRY.register(stage)
"""


class Runs:
    """A watch that has come to rest."""

    watching, over, ending = True, False, False

    def __init__(self, root: Path) -> None:
        self.root = root

    def cancel(self) -> None:
        """Nothing is to be stopped."""

    def again(self) -> None:
        """Nothing is to be run."""

    def end(self) -> None:
        """It has come to its end already."""


def main() -> None:
    """Run the pipeline, edit it, run it again, and draw what is to be seen."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "weather"
        root.mkdir()
        pipeline = root / "pipeline.py"
        pipeline.write_text(PIPELINE, "utf-8")
        pivot.run(root)
        pipeline.write_text(PIPELINE.replace("number / 10", "number / 8"), "utf-8")
        board = Board(root)
        pivot.run(
            root,
            on_event=board.tell,
            on_explanation=lambda why: board.explain(why.stage, explanation_text(why)),
        )
        board.tell(Watching(("**",)))
        picture = asyncio.run(drawn(root, board))
    # Fonts are the reader's own: a picture that loads them from elsewhere tells who reads it.
    PAGE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), "utf-8")
    sys.stdout.write(f"{PAGE}: {PAGE.stat().st_size} bytes\n")


async def drawn(root: Path, board: Board) -> str:
    """Give what is to be seen of the stage whose helper was edited."""
    app = TuiApp(Runs(root), board)
    async with app.run_test(size=(100, 22)) as pilot:
        await pilot.pause()
        app.tick()
        app.stages.pick("features")
        await pilot.press("2")
        await app.workers.wait_for_complete()
        await pilot.pause()
        return app.export_screenshot(title="pivot run --tui --watch")


if __name__ == "__main__":
    main()
