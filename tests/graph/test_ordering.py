"""The order of stages, and the cycles among them, against what the words promise."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pivot.graph.ordering import sort

_EDGES = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.sets(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda edge: edge[0] != edge[1]
            )
        ),
    )
)


def neighbours(count, edges):
    upstream = [{a for a, b in edges if b == n} for n in range(count)]
    downstream = [{b for a, b in edges if a == n} for n in range(count)]
    return upstream, downstream


@settings(deadline=None)
@given(_EDGES)
def test_every_stage_is_either_ordered_after_its_feeders_or_in_one_cycle(case):
    count, edges = case
    order, cycles = sort(*neighbours(count, edges))
    in_cycles = [stage for cycle in cycles for stage in cycle]
    assert sorted(order + in_cycles) == list(range(count))
    position = {stage: index for index, stage in enumerate(order)}
    assert all(position[a] < position[b] for a, b in edges if a in position and b in position)


@settings(deadline=None)
@given(_EDGES)
def test_each_cycle_follows_edges_and_starts_with_the_stage_defined_first(case):
    count, edges = case
    _, cycles = sort(*neighbours(count, edges))
    for cycle in cycles:
        assert cycle[0] == min(cycle)
        assert all(edge in edges for edge in zip(cycle, [*cycle[1:], cycle[0]], strict=True))


@settings(deadline=None)
@given(_EDGES)
def test_the_order_is_the_first_by_definition_of_all_that_are_right(case):
    count, edges = case
    forward = {(min(edge), max(edge)) for edge in edges}
    order, cycles = sort(*neighbours(count, forward))
    assert order == list(range(count))
    assert cycles == []


def test_what_only_waits_for_a_cycle_is_not_blamed():
    edges = {(0, 1), (1, 0), (1, 2), (2, 3)}
    order, cycles = sort(*neighbours(4, edges))
    assert cycles == [[0, 1]]
    assert order == [2, 3]


def test_two_cycles_are_both_found():
    edges = {(0, 1), (1, 0), (1, 2), (2, 3), (3, 2)}
    assert sort(*neighbours(4, edges))[1] == [[0, 1], [2, 3]]
