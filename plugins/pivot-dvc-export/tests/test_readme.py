"""The pipeline of README.md is exported as README.md shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_export_is_as_the_readme_shows(tmp_path):
    pipeline, exported = re.findall(r"```\w+\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (tmp_path / "pipeline.py").write_text(pipeline)
    (tmp_path / "raw.txt").write_text("a\n\nb\n")
    command = [sys.executable, "-m", "pivot.cli", "export"]
    result = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "dvc.yaml").read_text() == exported
