"""What can be asked of the benchmark."""

from __future__ import annotations

import sys

import pytest

from benchmarks.options import STAGES, parse


@pytest.fixture
def ask(monkeypatch):
    def ask(*words):
        monkeypatch.setattr(sys, "argv", ["benchmarks", *words])
        return parse("", ("startup", "data"))

    return ask


def test_everything_is_measured_unless_told_otherwise(ask):
    options = ask()
    assert (options.sizes, options.only, options.dvc) == (STAGES, (), True)
    assert (options.json, options.write_docs) == (None, False)


def test_sizes_are_put_in_order(ask):
    assert ask("--sizes", "1000,176").sizes == (176, 1000)


def test_parts_can_be_chosen(ask):
    assert ask("--only", "data", "--only", "startup").only == ("data", "startup")


def test_an_unknown_part_is_refused(ask, capsys):
    with pytest.raises(SystemExit) as refused:
        ask("--only", "rows")
    assert refused.value.code == 2
    assert "invalid choice: 'rows'" in capsys.readouterr().err
