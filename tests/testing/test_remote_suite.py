"""The suite passes a good remote, and each check fails for a remote that breaks just that."""

from __future__ import annotations

import pathlib
import re

BROKEN_FILE = "remotes.py"


def test_what_is_broken_fails_and_nothing_else(broken, breaks, verdicts):
    assert verdicts[broken] == breaks


def test_every_check_fails_for_some_remote():
    from pivot.testing import RemoteSuite

    text = (pathlib.Path(__file__).parent / "broken" / BROKEN_FILE).read_text()
    checks = {name for name in dir(RemoteSuite) if name.startswith("test_")}
    assert checks == set(re.findall(r'"(test_\w+)"', text))
