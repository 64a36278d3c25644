"""What the exit status of a comparison says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.cli.comparing import NotComparedError, comparing, told
from pivot.errors import CorruptionError, RemoteError, UsageError


def test_an_error_is_never_taken_for_a_difference():
    with pytest.raises(NotComparedError) as caught, comparing():
        raise RemoteError("no", hint="yes")
    assert (caught.value.exit_status, str(caught.value)) == (2, "no\n  yes")
    with pytest.raises(NotComparedError, match="x can't be used: No such file"), comparing():
        Path("/nowhere/x").read_bytes()
    with pytest.raises(CorruptionError), comparing():
        raise CorruptionError("c")


def test_problems_are_told_and_the_worst_one_counts(capsys):
    assert told([]) == 0
    assert told([RemoteError("a"), UsageError("b")]) == 2
    assert told([UsageError("c"), CorruptionError("d")], most=1) == 3
    assert capsys.readouterr().err == "error: a\nerror: b\nerror: c\n  and 1 more like it\n"
