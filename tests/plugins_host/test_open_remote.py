"""Remotes are found by the scheme of their URL."""

from __future__ import annotations

import pytest

from pivot.errors import PluginError, UsageError
from pivot.interfaces import Remote
from pivot.plugins import MissingPluginError, PluginHost, hookimpl

DRIVERS = "[pivot.remotes]\nacme = acme_remotes:open\nacme-wrong = acme_remotes:Wrong\n"
CODE = """
from pivot.remotes.directory import DirectoryRemote

def open(url, options):
    remote = DirectoryRemote(url)
    remote.given = url, options
    return remote

class Wrong:
    def __init__(self, url, options): ...
"""


@pytest.fixture
def acme(install) -> PluginHost:
    install("acme-remotes", DRIVERS, {"acme_remotes": CODE})
    return PluginHost(disabled="")


def test_a_driver_gets_the_url_and_the_options(acme):
    remote = acme.open_remote("ACME://place/x?speed=high")
    assert isinstance(remote, Remote)
    assert vars(remote)["given"] == ("ACME://place/x", {"speed": "high"})


def test_what_makes_no_remote_is_an_error_that_names_the_distribution(acme):
    with pytest.raises(
        PluginError, match=r"acme-remotes 1.0 is broken: remote scheme 'acme-wrong'"
    ):
        acme.open_remote("acme-wrong://x")


def test_an_unknown_scheme_is_an_error_that_names_the_known(acme):
    with pytest.raises(MissingPluginError, match="there is no remote scheme 'zzz'") as caught:
        acme.open_remote("zzz://x")
    assert caught.value.group == "pivot.remotes"
    assert "file" in str(caught.value.hint)


def test_a_known_scheme_that_is_not_installed_has_a_hint(bare):
    with pytest.raises(MissingPluginError, match=r"pip install 'pivot\[s3\]'"):
        PluginHost(disabled="").open_remote("s3://bucket")


def test_a_path_is_a_directory(tmp_path):
    remote = PluginHost(disabled="").open_remote(str(tmp_path / "a b"))
    assert list(remote.list()) == []
    assert isinstance(remote, Remote)


def test_the_application_answers_first(tmp_path):
    asked: list[object] = []

    class Mine:
        @hookimpl
        def pivot_open_remote(self, url: str, options: dict[str, str]) -> None:
            asked.append((url, options))

    host = PluginHost(disabled="")
    host.register(Mine())
    host.open_remote("file:///nowhere")
    assert asked == [("file:///nowhere", {})]


def test_what_the_driver_refuses_comes_out_as_it_is():
    with pytest.raises(UsageError, match="names the host 'server'"):
        PluginHost(disabled="").open_remote("file://server/share")
