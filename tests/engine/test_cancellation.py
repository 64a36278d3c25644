"""The flag that ends a run from outside; what a run makes of it is in test_run."""

from __future__ import annotations

import signal
import threading

from pivot.engine.cancellation import Cancellation


def test_nothing_is_requested_at_first():
    assert not Cancellation().requested


def test_a_request_stays():
    cancellation = Cancellation()
    cancellation.request()
    cancellation.request()
    assert cancellation.requested


def test_another_thread_may_ask():
    cancellation = Cancellation()
    thread = threading.Thread(target=cancellation.request)
    thread.start()
    thread.join()
    assert cancellation.requested


def test_a_signal_handler_may_ask():
    cancellation = Cancellation()
    before = signal.signal(signal.SIGUSR1, lambda *_: cancellation.request())
    try:
        signal.raise_signal(signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert cancellation.requested
