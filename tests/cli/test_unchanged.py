"""What is said when there is nothing to do."""

from __future__ import annotations

import pytest

from pivot.cli.unchanged import up_to_date


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        (0, "Everything is up to date (0 stages)"),
        (1, "Everything is up to date (1 stage)"),
        (176, "Everything is up to date (176 stages)"),
    ],
)
def test_the_number_of_stages_is_said(stages, sentence):
    assert up_to_date(stages) == sentence
