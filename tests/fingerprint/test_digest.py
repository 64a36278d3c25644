import pytest

from pivot.fingerprint.digest import Digest, Opaque, Parts, digest
from pivot.fingerprint.nodes import ModuleNode


def take_apart(value):
    match value:
        case Parts():
            return value
        case list():
            return Parts("list", tuple(value))
        case set():
            return Parts("set", tuple(value), ordered=False)
        case _:
            return Parts(repr(value))


def hash_of(value):
    return digest(take_apart(value), take_apart).hash


def cycle(*items):
    made = list(items)
    made.append(made)
    return made


SHARED = [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [1, 2]),
        ({1, 2, 3}, {3, 2, 1}),
        ([SHARED, SHARED], [[1], [1]]),
        ([{"a", "b"}, [{"c"}]], [{"b", "a"}, [{"c"}]]),
        (cycle(1, [2]), cycle(1, [2])),
    ],
)
def test_equal_values_have_equal_hashes(one, other):
    assert hash_of(one) == hash_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [2, 1]),
        ([1, [2]], [[1], 2]),
        ([[]], []),
        ([1], {1}),
        (cycle(1), cycle(2)),
        (cycle([1]), [cycle(1)]),
        (cycle(cycle(1)), cycle(1, cycle())),
    ],
)
def test_unequal_values_have_unequal_hashes(one, other):
    assert hash_of(one) != hash_of(other)


def test_a_value_that_leads_back_twice_is_told_apart():
    def graph(back_to_second):
        first, second, third = ["first"], ["second"], ["third"]
        first += [second, third]
        second += [first]
        third += [second if back_to_second else first]
        return first

    assert hash_of(graph(True)) == hash_of(graph(True))
    assert hash_of(graph(True)) != hash_of(graph(False))


def test_values_that_share_their_parts_take_no_exponential_time():
    value = [1]
    for _ in range(100):
        value = [value, value]
    assert len(hash_of(value)) == 16


def test_depth_has_no_limit():
    value = []
    for _ in range(50_000):
        value = [value]
    assert len(hash_of(value)) == 16


def test_nodes_are_gathered_in_order_and_the_worst_opacity_is_kept():
    one, two, three = map(ModuleNode.of, ("one", "two", "three"))
    parts = Parts(
        "outer",
        (
            Parts("a", nodes=(one, two), opaque=Opaque.RUNTIME),
            Parts("b", ("x",), nodes=(ModuleNode.of("two"), three), opaque=Opaque.UNKNOWN),
        ),
    )
    found = digest(parts, take_apart)
    assert found == Digest(found.hash, (one, two, three), Opaque.UNKNOWN)
