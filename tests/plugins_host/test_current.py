"""One host answers where none can be handed over."""

from __future__ import annotations

import threading

import pytest

from pivot.plugins import PluginHost, current_host, using_host


def test_without_a_session_the_process_has_one_host():
    assert current_host() is current_host()


def test_a_session_puts_its_host_in_place_and_takes_it_away():
    before, host = current_host(), PluginHost()
    with using_host(host) as inside:
        assert inside is current_host() is host
    assert current_host() is before


def test_the_host_goes_away_when_the_block_raises():
    before = current_host()
    with pytest.raises(KeyError), using_host(PluginHost()):
        raise KeyError
    assert current_host() is before


def test_another_thread_keeps_its_own():
    seen: list[PluginHost] = []
    with using_host(PluginHost()) as host:
        thread = threading.Thread(target=lambda: seen.append(current_host()))
        thread.start()
        thread.join()
    assert seen[0] is not host
