"""The pipeline of README.md runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_pipeline_of_the_readme_cleans_a_table(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "pipeline.py").write_text(block)
    (tmp_path / "penguins.csv").write_text("species,mass\nAdelie,3750\nGentoo,\n")
    command = [sys.executable, "-m", "pivot.cli", "run"]
    result = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "clean.csv").read_text() == "species,mass\nAdelie,3750.0\n"
