"""How tasks are run: here, or in worker processes.

`inline` runs a task in the calling thread; `loky_pool` in warm worker processes, each of which is a
`slot` with a loky pool of its own; `worker_process` is what happens in such a process, and
`lifeline` is how it learns that its parent is gone. `payload` turns functions and values into
bytes. Both executors enter through the entry-point group `pivot.executors`.
Tests: tests/executors/.
"""

from __future__ import annotations

__all__ = ["default_jobs"]


def default_jobs() -> int:
    """Give the number of CPUs that this process may use: affinity and control groups count."""
    # Late: `import pivot` must not load loky, and most commands never run anything.
    from loky import cpu_count

    return cpu_count()
