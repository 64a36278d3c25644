"""How many CPUs may this process use? Its affinity counts, and what its control group is allowed.

loky knows as much, but takes longer to import than a run with nothing to do takes. Formats: the
kernel's documentation of control groups, `cpu.max` of version 2, `cpu.cfs_quota_us` of version 1.
Tests: tests/executors/test_cores.py.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


def usable_cores(groups: Path = GROUPS) -> int:
    """Give the number of CPUs that can be used at once, 1 at least.

    Args:
        groups: where the kernel shows the control group that the process is in.
    """
    available = os.process_cpu_count() or 1
    quota = _quota(groups)
    # As loky does: half a CPU more is worth another process.
    return max(1, min(available, math.ceil(quota))) if quota is not None else available


def _quota(groups: Path) -> float | None:
    """Give how many CPUs' worth of time a control group may use; None if there is no limit."""
    try:
        if (groups / "cpu.max").exists():
            quota, period = (groups / "cpu.max").read_text("ascii").split()
        else:
            quota = (groups / "cpu/cpu.cfs_quota_us").read_text("ascii")
            period = (groups / "cpu/cpu.cfs_period_us").read_text("ascii")
        time, of = float("inf") if quota == "max" else float(quota), float(period)
    except (OSError, ValueError):
        return None  # not Linux, or no such group
    return time / of if 0 < time < math.inf and of > 0 else None
