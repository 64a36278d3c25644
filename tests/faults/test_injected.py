"""Faults at the operations on files that a run makes: the next run is like one from scratch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("injecting.py")
#: So many of each way to begin are tried in the normal run; with many rounds, all.
_FEW = 4


@pytest.mark.chance
def test_after_any_fault_the_next_run_is_like_one_from_scratch(tmp_path, rounds, capsys):
    most = _FEW if rounds == 1 else _FEW * 15 * rounds
    command = [sys.executable, SCRIPT, tmp_path, str(rounds), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    total = sum(found["injected"].values())
    with capsys.disabled():
        if rounds > 1:
            kinds = ", ".join(f"{kind} {number}" for kind, number in found["injected"].items())
            sys.stdout.write(f"\n{total} faults ({kinds}), {len(found['violations'])} violations\n")
    assert not found["violations"], "\n".join(found["violations"][:5])
    assert total >= min(most, 3 * _FEW)
    if rounds >= 20:
        assert total >= 2000
