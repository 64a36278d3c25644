"""The pipeline of README.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import pivot

README = Path(__file__).parents[1] / "README.md"


def test_the_pipeline_of_the_readme_runs(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "pipeline.py").write_text(block)
    np.save(tmp_path / "samples.npy", np.arange(4))
    report = pivot.run(tmp_path, executor="inline")
    assert report.ok, report.stages
    with np.load(tmp_path / "halves.npz") as halves:
        assert halves["train"].tolist() == [0, 1]
    assert pivot.run(tmp_path, executor="inline").unchanged
