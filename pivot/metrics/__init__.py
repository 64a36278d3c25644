"""Files of numbers that tell how well something went: reading them, and telling how they differ.

A *metric* is one value in such a file; its *name* leads there, dotted where values are nested.
Nothing here knows of stages, git or the cache. Example::

    old, new = (read_metrics("scores.json", data) for data in (before, after))
    [change] = compare(old, new)
    change.difference  # 0.02

Tests: tests/metrics/.
"""

from pivot.metrics.changes import Change, compare
from pivot.metrics.reading import MetricsFileError, is_metrics_file, read_metrics
from pivot.metrics.values import Value, as_json, is_number

__all__ = [
    "Change",
    "MetricsFileError",
    "Value",
    "as_json",
    "compare",
    "is_metrics_file",
    "is_number",
    "read_metrics",
]
