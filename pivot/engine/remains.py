"""What is there of runs whose processes were killed? Their journals, which become records here.

A *journal* begins with a record of the run, as far as it was known; each line after that tells of a
stage what is to be known of it if nothing more is heard. Example:
`take_over(layout, state, most=100)`. Tests: tests/engine/test_recording.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from typing import TYPE_CHECKING

from pivot.engine.history import History, RunRecord, decode, stage_records
from pivot.store.journal import left_behind

if TYPE_CHECKING:
    from pivot.store.layout import Layout
    from pivot.store.state import State


def take_over(layout: Layout, state: State, most: int) -> None:
    """Record the runs whose processes were killed; of all runs, so many are kept."""
    files = left_behind(layout.runs)
    history = History(state.history, most)
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # another process is taking over, too
            record = _told_by(file.read_bytes(), file.stat().st_mtime)
            file.unlink()
            if record is not None:
                history.add(record)
    if files:
        state.flush()


def _told_by(data: bytes, ended: float) -> RunRecord | None:
    """Give what a journal says, which may end anywhere; `ended` is when it was written last."""
    first, _, rest = data.partition(b"\n")
    record = decode(first)
    if record is None:
        return None
    try:
        rows = [json.loads(line) for line in rest.split(b"\n")[:-1]]
        stages = stage_records({row["name"]: row for row in rows}.values())
    except (ValueError, TypeError, LookupError):
        return None  # the disk has lost a part of it
    seconds = max(0.0, ended - record.started)
    return dataclasses.replace(record, seconds=seconds, stages=stages, unfinished=True)
