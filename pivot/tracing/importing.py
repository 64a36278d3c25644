"""What did the import of a pipeline read besides its modules? Files, and environment variables.

What a module computes from them when it's imported is seen by its value; but an edit between the
import here and the one in a worker is not. An `ImportTracer` notes what was read and how it looked.
Example: `with ImportTracer(root) as tracer: import pipeline`. Tests: tests/tracing/.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Self

from pivot.paths import is_project_file
from pivot.tracing.environment import EnvironmentRecorder
from pivot.tracing.files import FileRecorder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pivot.signature import Signature


class ImportTracer:
    """Records what is read while it is entered; may be entered once."""

    def __init__(self, root: Path) -> None:
        is_project = functools.partial(is_project_file, root)
        self._files = FileRecorder(root, is_project, outside=True)
        self._environment = EnvironmentRecorder(is_project)

    @property
    def reads(self) -> dict[str, Signature | None]:
        """Absolute path of each file that was read -> how it looked, None if it wasn't there.

        Those outside of the project are among them.
        """
        record = self._files.record
        inside = {path: signature for path, (_, signature) in record.reads.items()}
        return {**inside, **record.outside}

    @property
    def others(self) -> tuple[object, ...]:
        """What else it can depend on: directories that were listed, what was looked for."""
        record = self._files.record
        listed = {path: names for path, (_, names) in record.listed.items()}
        # Of a file also its size and its time may have been asked for.
        looked = {
            path: self._files.signature(path) if kind == "file" else kind
            for path, kind in record.looked.items()
        }
        return tuple(sorted(found.items()) for found in (listed, looked))

    @property
    def paths(self) -> set[str]:
        """Absolute path of everything that was read, listed, or looked for."""
        record = self._files.record
        return {path.rstrip("/") for path in (*self.reads, *record.listed, *record.looked)}

    @property
    def environment(self) -> tuple[tuple[str, str | None], ...]:
        """The variables that were asked for, each with the hash of its value or None."""
        return self._environment.asked

    def __enter__(self) -> Self:
        self._files.start()
        self._environment.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._environment.stop()
        self._files.stop()
