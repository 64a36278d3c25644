"""All forms, by the names of their tools, in the order of the tables.

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.comparison.forms import dagster, dvc, pivot, prefect, pytask, redun, snakemake

if TYPE_CHECKING:
    from benchmarks.comparison.forms.form import Form

FORMS: dict[str, tuple[Form, Form]] = {
    forms[0].tool: forms
    for forms in (
        pivot.FORMS,
        dvc.FORMS,
        snakemake.FORMS,
        pytask.FORMS,
        redun.FORMS,
        prefect.FORMS,
        dagster.FORMS,
    )
}
