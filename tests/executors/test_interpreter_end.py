"""Workers end with the process that has started them, whatever comes then."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = """
import os
import signal
import time

import pivot
from pivot.executors import slot

close = slot._Worker.close


def interrupted(worker):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)
    close(worker)


slot._Worker.close = interrupted
assert pivot.run(executor="loky").ok
assert slot._workers, "there is nothing to be ended"
"""


PIPELINE = """
def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    return 1

REGISTRY.register(make)
"""


@pytest.mark.usefixtures("measured")
def test_ctrl_c_at_the_very_end_leaves_nothing_behind_that_would_be_waited_for(project):
    project.pipeline(PIPELINE)
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=project.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
