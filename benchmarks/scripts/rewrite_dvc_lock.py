"""Writes `dvc.lock` stage by stage, as a run of DVC does; prints the seconds.

It is run by the Python of DVC's environment.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from dvc.repo import Repo


def main() -> None:
    """Write the lock of the project in the working directory anew."""
    with Repo(".") as repo:
        stages = list(repo.index.stages)
        Path("dvc.lock").unlink()
        begun = time.perf_counter()
        with repo.lock:
            for stage in stages:
                stage.dump(update_pipeline=False)
        sys.stdout.write(f"\n{time.perf_counter() - begun}\n")


if __name__ == "__main__":
    main()
