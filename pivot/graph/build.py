"""From stages to a graph, or to everything that is wrong between them.

Near linear in the number of stages: outputs are found by dictionary and by bisection, never by
comparing all pairs. Stages are numbers here: their position in the order of definition.
Tests: tests/graph/test_build.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.graph.complaints import Complaints
from pivot.graph.model import Graph
from pivot.graph.ordering import sort
from pivot.graph.ownership import Ownership, key_of, parents_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.graph.node import Node

    #: The key of an output -> the number of its stage, and the path as it is written there.
    type Claims = Mapping[str, tuple[int, str]]
    #: Per stage: the number of each stage that it reads from -> the first artifact that links them.
    type Links = Sequence[Mapping[int, str]]


def build_graph(stages: Sequence[Node]) -> Graph:
    """Connect stages, given in the order of their definition, by what they read and write.

    Raises `DefinitionErrors` with every problem at once: equal names, outputs of two stages,
    overlapping outputs, a stage that reads what it writes, cycles.
    """
    complaints = Complaints(stages)
    _check_names(stages, complaints)
    claims = _claim_outputs(stages, complaints)
    _check_overlaps(claims, complaints)
    owners = Ownership({key: stages[number].name for key, (number, _) in claims.items()})
    upstream = _connect(stages, claims, owners, complaints)
    downstream = _reversed(upstream)
    order, cycles = sort(upstream, downstream)
    for cycle in cycles:
        readers = [*cycle[1:], cycle[0]]
        links = [upstream[reader][writer] for writer, reader in zip(cycle, readers, strict=True)]
        complaints.cycle(cycle, links)
    complaints.raise_all()
    return Graph(
        order=tuple(stages[number].name for number in order),
        upstream=_by_name(stages, order, upstream),
        downstream=_by_name(stages, order, downstream),
        outputs=owners,
    )


def _check_names(stages: Sequence[Node], complaints: Complaints) -> None:
    numbers: dict[str, int] = {}
    for number, stage in enumerate(stages):
        first = numbers.setdefault(stage.name, number)
        if first != number:
            complaints.same_name(first, number)


def _claim_outputs(stages: Sequence[Node], complaints: Complaints) -> Claims:
    claims: dict[str, tuple[int, str]] = {}
    for number, stage in enumerate(stages):
        for out in stage.outs:
            key = key_of(out.path)
            if key in claims:
                complaints.same_output(claims[key][0], number, out.path)
            else:
                claims[key] = (number, out.path)
    return claims


def _check_overlaps(claims: Claims, complaints: Complaints) -> None:
    for key, claim in claims.items():
        outer = next((parent for parent in parents_of(key) if parent in claims), None)
        if outer is not None:
            complaints.overlap(claim, claims[outer])


def _connect(
    stages: Sequence[Node], claims: Claims, owners: Ownership, complaints: Complaints
) -> Links:
    upstream: list[dict[int, str]] = [{} for _ in stages]
    for number, stage in enumerate(stages):
        for dep in stage.deps:
            for key in owners.feeding(dep.path):
                owner, path = claims[key]
                if owner == number:
                    complaints.own_output(number, dep.path, path)
                else:
                    upstream[number].setdefault(owner, path)
    return upstream


def _reversed(upstream: Links) -> list[list[int]]:
    downstream: list[list[int]] = [[] for _ in upstream]
    for number, feeders in enumerate(upstream):
        for feeder in feeders:
            downstream[feeder].append(number)
    return downstream


def _by_name(
    stages: Sequence[Node], order: Sequence[int], neighbours: Sequence[Iterable[int]]
) -> dict[str, tuple[str, ...]]:
    position = {number: index for index, number in enumerate(order)}
    return {
        stages[number].name: tuple(
            stages[other].name for other in sorted(neighbours[number], key=position.__getitem__)
        )
        for number in order
    }
