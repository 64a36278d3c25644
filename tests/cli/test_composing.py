"""The code of a stage as a tree: each symbol once in full, libraries last."""

from __future__ import annotations

import click

from pivot.api import Composition
from pivot.cli.composing import composition_lines
from pivot.errors import Place
from pivot.fingerprint import Symbol

HASH = "5995c853aaaaaaaa"


def composition(roots, edges, facts=(), unstable=(), **details):
    keys = sorted({*edges, *(other for others in edges.values() for other in others)})
    symbols = {
        key: Symbol(*key.split(":", 1), "2.0" if key[:4] == "dist" else HASH, **details)
        for key in keys
    }
    links = {key: tuple(edges.get(key, ())) for key in keys}
    return Composition("train", roots, symbols, links, frozenset(unstable), dict(facts))


def lines(found, *, boxes=True):
    return [click.unstyle(line) for line in composition_lines(found, boxes=boxes)]


def test_below_each_symbol_are_those_that_it_names_with_libraries_last():
    edges = {"func:m:train": ("dist:numpy", "func:m:a"), "func:m:a": ("func:m:b",)}
    assert lines(composition({"stage": ("func:m:train",)}, edges)) == [
        "train",
        "└── stage: func:m:train  5995c853",
        "    ├── func:m:a  5995c853",
        "    │   └── func:m:b  5995c853",
        "    └── dist:numpy  2.0",
    ]


def test_what_several_name_is_drawn_in_full_only_once():
    edges = {
        "func:m:train": ("func:m:a", "func:m:b"),
        "func:m:a": ("func:m:c",),
        "func:m:b": ("func:m:a", "func:m:c"),
    }
    assert lines(composition({"stage": ("func:m:train",)}, edges), boxes=False)[2:] == [
        "    |-- func:m:a  5995c853",
        "    |   `-- func:m:c  5995c853",
        "    `-- func:m:b  5995c853",
        "        |-- func:m:a  5995c853 (above)",
        "        `-- func:m:c  5995c853",
    ]


def test_a_circle_ends():
    edges = {"func:m:a": ("func:m:b",), "func:m:b": ("func:m:a",)}
    assert lines(composition({"stage": ("func:m:a",)}, edges))[1:] == [
        "└── stage: func:m:a  5995c853",
        "    └── func:m:b  5995c853",
        "        └── stage: func:m:a  5995c853 (above)",
    ]


def test_a_symbol_shows_its_place_its_value_and_that_it_is_not_known():
    found = composition(
        {"code:0": ("const:m:K",)},
        {"const:m:K": ()},
        unstable=["const:m:K"],
        place=Place("m.py", 3),
        shown="5",
    )
    assert lines(found)[1] == "└── code:0: const:m:K  5995c853  unstable  m.py:3  = 5"


def test_a_given_value_is_called_by_its_label():
    found = composition(
        {"loader:deps.raw": ("value:loader:deps.raw",)}, {"value:loader:deps.raw": ()}
    )
    assert lines(found)[1] == "└── value:loader:deps.raw  5995c853"


def test_a_root_that_is_no_symbol_itself_has_those_that_it_leads_to():
    found = composition({"code:0": ("func:m:a", "func:m:b")}, {"func:m:a": (), "func:m:b": ()})
    assert lines(found)[1:] == [
        "└── code:0",
        "    ├── func:m:a  5995c853",
        "    └── func:m:b  5995c853",
    ]


def test_two_roots_that_are_one_symbol_are_one_branch():
    found = composition({"stage": ("func:m:a",), "code:0": ("func:m:a",)}, {"func:m:a": ()})
    assert len(lines(found)) == 2


def test_what_the_last_run_depended_on_beside_code_comes_last():
    found = composition(
        {"stage": ("func:m:a",)},
        {"func:m:a": ()},
        facts={"file:limits.json": f"{HASH} 12 bytes", "env:LEVEL": "unset"},
    )
    assert lines(found)[2:] == [
        "├── file:limits.json  5995c853 (12 bytes)",
        "└── env:LEVEL  unset",
    ]
