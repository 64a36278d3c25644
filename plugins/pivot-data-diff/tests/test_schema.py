"""What is different in the columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff.result import Move, NamedColumn, SchemaDiff, TypeChange
from pivot_data_diff.schema import compare_schemas, labels
from pivot_data_diff.table import Column


def schema(**types):
    return {name: Column(name, type_) for name, type_ in types.items()}


def test_labels_tell_columns_of_one_name_apart():
    assert labels(["x", "y", "x", "x"]) == ("x", "y", "x (2)", "x (3)")
    assert labels(["x", "x", "x (2)"]) == ("x", "x (3)", "x (2)")
    assert labels(["", ""]) == ("", " (2)")


@given(st.lists(st.sampled_from(["x", "x (2)", "x (3)", "y"]), max_size=8))
def test_labels_are_all_different_and_the_first_of_a_name_keeps_it(names):
    found = labels(names)
    assert len(set(found)) == len(names)
    assert all(found[names.index(name)] == name for name in names)


def test_equal_columns_are_no_difference():
    assert not compare_schemas(schema(a="text", b="text"), schema(a="text", b="text"))


def test_columns_are_added_removed_and_retyped():
    before, after = schema(a="text", b="integer", c="text"), schema(b="text", c="text", d="float")
    assert compare_schemas(before, after) == SchemaDiff(
        added=(NamedColumn("d", "float"),),
        removed=(NamedColumn("a", "text"),),
        retyped=(TypeChange("b", "integer", "text"),),
    )


def test_a_column_without_values_has_no_type_to_change():
    assert not compare_schemas(schema(a="null"), schema(a="integer"))
    assert not compare_schemas(schema(a="integer"), schema(a="null"))


def test_only_what_was_moved_is_told():
    before, after = schema(a="x", b="x", c="x", d="x"), schema(d="x", a="x", b="x", c="x")
    assert compare_schemas(before, after).moved == (Move("d", 4, 1),)


def test_columns_beside_that_come_and_go_are_no_move():
    before, after = schema(gone="x", a="x", b="x"), schema(a="x", new="x", b="x")
    assert compare_schemas(before, after).moved == ()


@given(st.permutations("abcdefg"))
def test_moving_what_is_told_gives_the_new_order(after):
    before = "abcdefg"
    moved = compare_schemas(
        schema(**dict.fromkeys(before, "x")), schema(**dict.fromkeys(after, "x"))
    ).moved
    order = [name for name in before if name not in {move.name for move in moved}]
    for move in moved:
        assert before[move.before - 1] == after[move.after - 1] == move.name
        order.insert(move.after - 1, move.name)
    assert order == list(after)
