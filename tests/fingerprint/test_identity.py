"""Each object has a number of its own, and asking for it is no event."""

import sys

from pivot.fingerprint.identity import identity_of


class Alike:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def test_equal_objects_are_told_apart():
    found = [Alike() for _ in range(1000)]
    assert len({identity_of(one) for one in found}) == 1000


def test_what_has_no_hash_has_an_identity_that_stays():
    value = [{}]
    before = identity_of(value)
    value.append(value)
    assert identity_of(value) == before


def test_hooks_are_not_told():
    events = []
    told = True
    sys.addaudithook(lambda event, _: events.append(event) if told else None)
    identity_of(events)
    told = False
    assert "builtins.id" not in events
