"""The pipeline of README.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pivot

README = Path(__file__).parents[1] / "README.md"


def test_the_pipeline_of_the_readme_runs(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "pipeline.py").write_text(block)
    (tmp_path / "scores.json").write_text("[1, 3, 2]")
    report = pivot.run(tmp_path, executor="inline")
    assert report.ok, report.stages
    assert (tmp_path / "scores.png").read_bytes().startswith(b"\x89PNG")
    assert pivot.run(tmp_path, executor="inline").unchanged
