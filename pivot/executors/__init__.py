"""How tasks are run: here, or in worker processes.

`inline` runs a task in the calling thread; `loky_pool` in warm worker processes, each of which is a
`slot` with a loky pool of its own; `worker_process` is what happens in such a process, and
`lifeline` is how it learns that its parent is gone. `interpreter_pool` runs tasks in
`subinterpreter`s of the calling process, whose `limits` it tells. `requests` are what is sent to
both, `payload` turns functions and values into bytes; `cores` says how many workers there should
be. All executors enter through the entry-point group `pivot.executors`.
Tests: tests/executors/.
"""

from __future__ import annotations

from pivot.executors.cores import usable_cores

__all__ = ["usable_cores"]
