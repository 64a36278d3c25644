"""A pipeline in another notation: its text, whether that is right, and how it becomes a file.

Some formats are for a program that looks for a file of a certain name, and can be validated; see
`pivot.interfaces.FileExporter`. Such a file is replaced only if it was exported. Example::

    prepared = pivot.api.prepare_export("dvc")
    prepared.validate()
    prepared.write(prepared.file)

Tests: tests/exporters/test_export.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import PivotError, UsageError
from pivot.frozen import frozen
from pivot.interfaces import FileExporter, ProgramExporter, RecordingExporter
from pivot.store.atomic import write_atomically
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.interfaces import Check, Exporter, ExportRecord, Plan


class InvalidExportError(PivotError):
    """What an exporter wrote is wrong; `checks` are all that were made."""

    exit_status = 1

    def __init__(self, notation: str, checks: tuple[Check, ...]) -> None:
        lines = [f"{check.how}: {text}" for check in checks for text in check.problems]
        message = "\n  ".join([f"the export to {notation!r} is not right", *lines])
        super().__init__(message, hint="nothing was written; '-o -' shows the text")
        self.checks = checks


@frozen
class Export:
    """A plan, and the text that an exporter made of it."""

    root: Path
    #: The name of the format.
    notation: str
    exporter: Exporter
    plan: Plan
    text: str
    #: What the program would have noted of what is up to date, if it was asked for.
    record: ExportRecord | None = None

    @property
    def file(self) -> Path | None:
        """The file that the format is meant for, if there is one."""
        exporter = self.exporter
        return self.root / exporter.file_name if isinstance(exporter, FileExporter) else None

    def validate(self, program: str | None = None) -> tuple[Check, ...]:
        """Check the text, and the record if there is one, in each way that there is.

        Some may have been skipped. What a check starts is `program`, if one is given.

        Raises `InvalidExportError` with all problems, and `UsageError` if the format has no checks,
        or none that start a program.
        """
        exporter = self.exporter
        if not isinstance(exporter, FileExporter):
            raise UsageError(f"the format {self.notation!r} can't be validated")
        if program is not None:
            if not isinstance(exporter, ProgramExporter):
                raise UsageError(f"no program validates the format {self.notation!r}")
            exporter.program = program
        checks = exporter.validate(self.plan, self.text, self.root)
        if self.record is not None and not any(check.problems for check in checks):
            checks = (*checks, self.record.validate())
        if any(check.problems for check in checks):
            raise InvalidExportError(self.notation, checks)
        return checks

    def write(self, file: Path, *, force: bool = False) -> bool:
        """Write the text, unless the file has it already; say whether it was written.

        Raises `UsageError` if it would replace what was not exported; `force` replaces it.
        """
        data = self.text.encode()
        old = _read(file)
        if old == data:
            return False
        if old is not None and not force and not self._may_replace(old):
            raise UsageError(
                f"{file} was not written by 'pivot export', and would be lost",
                hint="--force replaces it; -o FILE writes another file",
            )
        write_atomically(file, data)
        return True

    @property
    def record_file(self) -> Path | None:
        """The file of the record, if there is one."""
        exporter = self.exporter
        if self.record is None or not isinstance(exporter, RecordingExporter):
            return None
        return self.root / exporter.record_name

    def write_record(self) -> bool:
        """Hand the outputs over and write the record, if its file has another text; say whether."""
        file = self.record_file
        if self.record is None or file is None:
            return False
        # First what it vouches for: whoever is stopped between the two has no false record.
        self.record.hand_over()
        data = self.record.text.encode()
        if _read(file) == data:
            return False
        write_atomically(file, data)
        return True

    def _may_replace(self, old: bytes) -> bool:
        exporter = self.exporter
        # Where a format has no file of its own, whoever names one means it.
        return not isinstance(exporter, FileExporter) or exporter.owns(
            old.decode("utf-8", "replace")
        )


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error(error, "read", file) from error
