"""How much is done for how many stages: counted, not timed.

What stages share is worked out once. So each further stage adds the work for what is its own, and
that doesn't grow with what it shares with others.
"""

import gc
import sys

import pytest

from pivot.fingerprint import Fingerprinter
from pivot.fingerprint.symbols import Symbols

OWN = """
def own_{n}(x, *, strict=False):
    return x + {n}

def stage_{n}():
    return shared.hub(own_{n}({n}))
"""


class Counting(dict):
    """A memory that counts what it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def get(self, key):
        self.asked.append(key)
        return super().get(key)

    def put(self, key, value):
        self[key] = value


@pytest.fixture
def work(project, monkeypatch):
    """Give a function that counts the derivations, look-ups and calls for a project's stages."""
    derived = []
    make = Symbols.entry
    monkeypatch.setattr(
        Symbols, "entry", lambda self, node: derived.append(node) or make(self, node)
    )

    def count(stages, helpers):
        calls = "".join(f"    x = helper_{n}(x)\n" for n in range(helpers))
        shared = "".join(f"def helper_{n}(x): return x + {n}\n" for n in range(helpers))
        pipeline = "".join(OWN.format(n=n) for n in range(stages))
        project.write(
            {
                "shared.py": f"{shared}\ndef hub(x):\n{calls}    return x\n",
                "pipeline.py": f"import shared\n{pipeline}",
            }
        )
        project.load("pipeline")
        roots = [{"stage": project.get(f"pipeline:stage_{n}")} for n in range(stages)]
        memory = Counting()
        Fingerprinter(project.root, memory=memory).manifests(roots)
        warm = Fingerprinter(project.root, memory=memory)
        memory.asked.clear()
        derived.clear()
        called = []
        sys.setprofile(lambda _, event, __: called.append(1) if event == "call" else None)
        try:
            manifests = warm.manifests(roots)
        finally:
            sys.setprofile(None)
        assert all(f"func:shared:helper_{helpers - 1}" in one.symbols for one in manifests)
        return len(derived), len(memory.asked), len(called)

    return count


def test_the_index_is_asked_once_for_a_file_whatever_the_number_of_stages(work):
    assert work(4, 10)[1] == work(40, 10)[1] == 2


def test_a_symbol_is_derived_once_whatever_the_number_of_stages(work):
    few, more, many = (work(number, 10)[0] for number in (4, 14, 24))
    # A stage has a function of its own, and that has a helper.
    assert more - few == many - more == 10 * 2


def test_what_stages_share_costs_each_of_them_no_call(work):
    def calls_of_a_stage(helpers):
        few, many = work(20, helpers)[2], work(40, helpers)[2]
        return (many - few) / 20

    assert calls_of_a_stage(100) == pytest.approx(calls_of_a_stage(10), rel=0.02)


class TestGarbage:
    @pytest.fixture
    def maker(self, project):
        project.write({"pipeline.py": "def stage(): pass"})
        project.load("pipeline")
        maker, stage = Fingerprinter(project.root), project.get("pipeline:stage")
        return lambda: maker.manifests([{"stage": stage}])

    def test_it_is_collected_afterwards_as_before(self, maker):
        maker()
        assert gc.isenabled()
        gc.disable()
        try:
            maker()
            assert not gc.isenabled()
        finally:
            gc.enable()

    def test_what_was_made_is_not_looked_through_at_once(self, maker):
        collected = []

        def watch(phase, _):
            collected.append(phase)

        gc.callbacks.append(watch)
        try:
            maker()
        finally:
            gc.callbacks.remove(watch)
        assert collected == []
        assert gc.get_count()[0] < gc.get_threshold()[0] // 2

    def test_what_a_program_has_frozen_stays_frozen(self, maker):
        kept = ["alive, so that its place tells"]
        gc.freeze()
        try:
            maker()
            # Not the count: what was frozen and dies by itself is taken from it.
            assert not any(each is kept for each in gc.get_objects())
        finally:
            gc.unfreeze()
