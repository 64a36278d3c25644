"""Which stage is next, in small graphs that can be seen and in any graph at all."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.engine.schedule import Schedule


def schedule(
    needs: dict[str, tuple[str, ...]],
    priority: dict[str, float] | None = None,
    mutexes: dict[str, tuple[str, ...]] | None = None,
) -> Schedule:
    return Schedule(tuple(needs), needs, priority or {}, mutexes)


def taken(plan: Schedule) -> list[str]:
    """Take all that is ready now."""
    found: list[str] = []
    while (name := plan.take()) is not None:
        found.append(name)
    return found


CHAIN = {"a": (), "b": ("a",), "c": ("b",)}
DIAMOND = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}


def test_an_empty_schedule_is_finished():
    plan = schedule({})
    assert plan.finished
    assert plan.take() is None
    assert plan.unfinished == ()


def test_a_stage_waits_for_what_it_needs():
    plan = schedule(CHAIN)
    for name in CHAIN:
        assert taken(plan) == [name]
        plan.done(name)
    assert plan.finished


def test_a_stage_waits_for_all_that_it_needs():
    plan = schedule(DIAMOND)
    taken(plan)
    plan.done("a")
    assert taken(plan) == ["b", "c"]
    plan.done("c")
    assert taken(plan) == []
    plan.done("b")
    assert taken(plan) == ["d"]


def test_what_is_not_part_of_the_run_is_not_waited_for():
    plan = Schedule(("b",), CHAIN, {})
    assert taken(plan) == ["b"]


def test_a_stage_that_is_taken_is_not_finished():
    plan = schedule(CHAIN)
    plan.take()
    assert not plan.finished
    assert plan.unfinished == ("a", "b", "c")


def test_unfinished_stages_are_in_order():
    plan = schedule(DIAMOND)
    taken(plan)
    plan.done("a")
    assert plan.unfinished == ("b", "c", "d")


def test_the_longest_remaining_path_goes_first():
    plan = schedule({"a": (), "b": (), "c": ()}, {"b": 3.0, "c": 5.0})
    assert taken(plan) == ["c", "b", "a"]


def test_equals_go_in_the_order_of_the_pipeline():
    plan = schedule({"z": (), "y": (), "x": ()}, {"z": 1.0, "y": 1.0, "x": 1.0})
    assert taken(plan) == ["z", "y", "x"]


def test_a_failure_closes_all_that_needed_it_and_nothing_else():
    plan = schedule({"a": (), "b": ("a",), "c": ("b",), "x": (), "y": ("x", "c"), "z": ("x",)})
    taken(plan)
    assert plan.failed("a") == ("b", "c", "y")
    assert plan.unfinished == ("x", "z")
    plan.done("x")
    assert taken(plan) == ["z"]
    plan.done("z")
    assert plan.finished


def test_a_failure_at_the_end_loses_nothing():
    plan = schedule(CHAIN)
    for name in ("a", "b"):
        taken(plan)
        plan.done(name)
    assert plan.failed("c") == ()
    assert plan.finished


def test_what_two_failures_lose_is_told_once():
    plan = schedule(DIAMOND)
    taken(plan)
    plan.done("a")
    taken(plan)
    assert plan.failed("b") == ("d",)
    assert plan.failed("c") == ()
    assert plan.finished


def test_what_one_need_lost_is_not_revived_by_another():
    plan = schedule(DIAMOND)
    taken(plan)
    plan.done("a")
    taken(plan)
    plan.failed("b")
    plan.done("c")
    assert taken(plan) == []
    assert plan.finished


# Mutexes

THREE = {"a": (), "b": (), "c": ()}


def test_stages_that_share_a_mutex_take_turns():
    plan = schedule(THREE, mutexes={"a": ("gpu",), "b": ("gpu",)})
    assert taken(plan) == ["a", "c"]
    plan.done("c")
    assert taken(plan) == []
    plan.done("a")
    assert taken(plan) == ["b"]


def test_a_failure_sets_the_mutex_free():
    plan = schedule(THREE, mutexes={"a": ("gpu",), "b": ("gpu",)})
    taken(plan)
    plan.failed("a")
    assert taken(plan) == ["b"]


def test_all_mutexes_of_a_stage_must_be_free():
    plan = schedule(
        {"a": (), "b": (), "both": ()},
        {"a": 2, "b": 2},
        {"a": ("gpu",), "b": ("net",), "both": ("gpu", "net")},
    )
    assert taken(plan) == ["a", "b"]
    plan.done("a")
    assert taken(plan) == []
    plan.done("b")
    assert taken(plan) == ["both"]


def test_a_mutex_that_is_named_twice_is_one():
    plan = schedule({"a": (), "b": ()}, mutexes={"a": ("gpu", "gpu"), "b": ("gpu",)})
    assert taken(plan) == ["a"]
    plan.done("a")
    assert taken(plan) == ["b"]


def test_whoever_waited_keeps_its_priority():
    plan = schedule(THREE, {"a": 3, "b": 2, "c": 1}, dict.fromkeys(THREE, ("gpu",)))
    assert taken(plan) == ["a"]
    plan.done("a")
    assert taken(plan) == ["b"]


def test_a_lost_stage_holds_no_mutex():
    plan = schedule({"a": (), "b": ("a",), "c": ()}, mutexes={"b": ("gpu",), "c": ("gpu",)})
    assert taken(plan) == ["a", "c"]
    assert plan.failed("a") == ("b",)
    plan.done("c")
    assert plan.finished


# In any graph


@dataclass(frozen=True)
class Graph:
    needs: dict[str, tuple[str, ...]]
    priority: dict[str, float]
    mutexes: dict[str, tuple[str, ...]]
    failing: frozenset[str]

    def descendants(self, name: str) -> set[str]:
        fed = {other for other, needs in self.needs.items() if name in needs}
        return fed.union(*(self.descendants(other) for other in fed))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = [f"s{n}" for n in range(draw(st.integers(1, 12)))]
    needs = {
        name: tuple(draw(st.lists(st.sampled_from(names[:n]), max_size=3))) if n else ()
        for n, name in enumerate(names)
    }
    locks = st.lists(st.sampled_from(["gpu", "net"]), max_size=2).map(tuple)
    chosen = st.sampled_from(names)
    return Graph(
        needs,
        {name: draw(st.sampled_from([0.0, 1.0, 2.0])) for name in names},
        {name: mutexes for name in names if (mutexes := draw(locks))},
        draw(st.frozensets(chosen, max_size=3)),
    )


@given(graphs(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_everything_is_dealt_with_once_and_in_order(
    graph: Graph, workers: int, chance: random.Random
):
    plan = Schedule(tuple(graph.needs), graph.needs, graph.priority, graph.mutexes)
    running: list[str] = []
    ended: set[str] = set()
    failed: set[str] = set()
    lost: list[str] = []
    while not plan.finished:
        while len(running) < workers and (name := plan.take()) is not None:
            assert name not in ended | failed | {*running, *lost}, "once"
            assert set(graph.needs[name]) <= ended, "after what it needs"
            held = {mutex for other in running for mutex in graph.mutexes.get(other, ())}
            assert held.isdisjoint(graph.mutexes.get(name, ())), "alone with its mutexes"
            running.append(name)
        assert running, "something can always go on"
        name = running.pop(chance.randrange(len(running)))
        if name in graph.failing:
            failed.add(name)
            newly = plan.failed(name)
            assert list(newly) == sorted(newly, key=list(graph.needs).index), "in order"
            assert set(newly) == graph.descendants(name) - set(lost), "exactly what needed it"
            lost += newly
        else:
            ended.add(name)
            plan.done(name)
    assert len(lost) == len(set(lost))
    assert ended | failed | set(lost) == set(graph.needs)
    assert plan.take() is None


@given(graphs())
def test_of_what_is_ready_the_longest_path_is_taken(graph: Graph):
    plan = Schedule(tuple(graph.needs), graph.needs, graph.priority)
    done: set[str] = set()
    while not plan.finished:
        ready = [n for n, needs in graph.needs.items() if n not in done and set(needs) <= done]
        name = plan.take()
        assert name is not None
        assert graph.priority[name] == max(graph.priority[other] for other in ready)
        done.add(name)
        plan.done(name)


@pytest.mark.parametrize("count", [5000])
def test_a_long_chain_needs_no_deep_stack(count):
    names = [f"s{n}" for n in range(count)]
    needs = {name: (names[n - 1],) if n else () for n, name in enumerate(names)}
    plan = schedule(needs)
    assert plan.take() == "s0"
    assert plan.failed("s0") == tuple(names[1:])
    assert plan.finished
