"""On what, when, and with which versions something was measured."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_BYTES_PER_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What figures can't be compared without."""

    date: str
    system: str
    processor: str
    processors: int
    #: GiB.
    memory: int
    #: How many processes wanted to run, on average of the last quarter of an hour; the benchmark
    #: itself is one or two of them.
    load: float
    python: str
    pivot: str


def look_around() -> Circumstances:
    """Give the circumstances of this process."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Circumstances(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        processors=os.process_cpu_count() or 1,
        memory=round(pages / _BYTES_PER_GIB),
        load=os.getloadavg()[2],
        python=platform.python_version(),
        pivot=version("pivot"),
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    for line in known.read_text().splitlines() if known.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
