"""What is different between two tables, found in memory and out of it alike."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff import Options, compare
from pivot_data_diff.formats import open_table
from pivot_data_diff.result import Counts, DuplicateKeys, Kind, NumberedRow, RowChange
from pivot_data_diff.table import NOTHING

NAN = float("nan")


def facts(difference):
    """What happened to which row: kind, key or number, and the columns that changed."""
    return [
        (str(change.kind), change.key or change.place, change.changed) for change in difference.rows
    ]


class TestByPosition:
    def test_equal_tables_do_not_differ(self, tables):
        rows = [["1", "x"], ["2", "y"]]
        found = tables.compare(tables.text("ab", rows), tables.text("ab", rows))
        assert not found.different
        assert found.counts == Counts(2, 2)
        assert found.counts.unchanged == 2

    def test_a_cell_that_changed(self, tables):
        before = tables.text("ab", [["1", "x"], ["2", "y"]])
        after = tables.text("ab", [["1", "x"], ["2", "z"]])
        found = tables.compare(before, after)
        assert found.rows == (
            RowChange(
                Kind.MODIFIED,
                (),
                NumberedRow(2, (2, "y")),
                NumberedRow(2, (2, "z")),
                ("b",),
            ),
        )
        assert found.cells == {"b": 1}

    def test_rows_beyond_the_end_are_added_or_removed(self, tables):
        short, long = tables.text("a", [["1"]]), tables.text("a", [["1"], ["2"], ["3"]])
        assert facts(tables.compare(short, long)) == [("added", 2, ()), ("added", 3, ())]
        assert facts(tables.compare(long, short)) == [("removed", 2, ()), ("removed", 3, ())]

    def test_columns_are_matched_by_name_wherever_they_stand(self, tables):
        before = tables.text("abc", [["1", "x", "-"]])
        after = tables.text(["new", "b", "a"], [["!", "x", "2"]])
        found = tables.compare(before, after)
        assert facts(found) == [("modified", 1, ("a",))]
        assert [move.name for move in found.schema.moved] == ["b"]

    def test_columns_of_one_name_are_matched_in_their_order(self, tables):
        before = tables.text("aab", [["1", "2", "3"]])
        after = tables.text("aba", [["1", "3", "9"]])
        assert facts(tables.compare(before, after)) == [("modified", 1, ("a (2)",))]

    def test_a_table_against_nothing(self, tables):
        table = tables.text("ab", [["1", "x"], ["2", ""]])
        added = tables.compare(NOTHING, table, keys=("a",))
        assert [column.name for column in added.schema.added] == ["a", "b"]
        assert added.rows[1].after == NumberedRow(2, (2, None))
        assert facts(tables.compare(table, NOTHING)) == [("removed", 1, ()), ("removed", 2, ())]

    def test_only_the_chosen_columns_matter(self, tables):
        before = tables.text("abc", [["1", "x", "p"]])
        after = tables.text("abc", [["2", "y", "p"]])
        assert facts(tables.compare(before, after, columns=("b", "c"))) == [("modified", 1, ("b",))]
        assert not tables.compare(before, after, ignore=("a", "b")).different


class TestValues:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (["1", "2"], ["1.0", "2"]),
            (["1.50", "2.5"], ["1.5", "2.50"]),
            (["1e3", "0.5"], ["1000", "0.5"]),
            (["true", "false"], ["True", "FALSE"]),
            (["nan", "1.5"], ["NaN", "1.5"]),
        ],
    )
    def test_texts_of_one_value_are_the_same(self, tables, old, new):
        before = tables.text("a", [[cell] for cell in old])
        after = tables.text("a", [[cell] for cell in new])
        assert tables.compare(before, after).counts.different == 0

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            # In a column of texts, all are texts.
            (["1.10", "1.2.3"], ["1.1", "1.2.3"]),
            (["1", "x"], ["1.0", "x"]),
            (["007"], ["7"]),
            (["12345678901234567890"], ["12345678901234567891"]),
            (["12345678901234567890.1"], ["12345678901234567890.2"]),
            (["0.1"], [""]),
            (["nan"], [""]),
            (["x"], [""]),
            (["a "], ["a"]),
            (["é"], ["e\u0301"]),
            (["1e400"], ["1e500"]),
        ],
    )
    def test_texts_of_two_values_are_not(self, tables, old, new):
        before = tables.text("a", [[cell] for cell in old])
        after = tables.text("a", [[cell] for cell in new])
        assert tables.compare(before, after).counts.modified == 1

    def test_a_column_that_became_text_is_compared_as_text(self, tables):
        before = tables.text("a", [["1"], ["2"], ["3"]])
        after = tables.text("a", [["1"], ["n/a"], ["3"]])
        found = tables.compare(before, after)
        assert facts(found) == [("modified", 2, ("a",))]
        assert found.rows[0].before.values == ("2",)
        assert [(c.before, c.after) for c in found.schema.retyped] == [("integer", "text")]

    def test_numbers_within_the_tolerance_are_the_same(self, tables):
        before = tables.text("ab", [["1.0", "x"], ["2.0", "x"], ["5", "x"]])
        after = tables.text("ab", [["1.05", "x"], ["2.5", "x"], ["", "x"]])
        found = tables.compare(before, after, tolerance=0.1)
        assert facts(found) == [("modified", 2, ("a",)), ("modified", 3, ("a",))]

    def test_whole_numbers_have_the_tolerance_too(self, tables):
        before, after = tables.text("a", [["10"], ["20"]]), tables.text("a", [["11"], ["25"]])
        assert tables.compare(before, after, tolerance=1).counts.modified == 1

    def test_values_of_any_type_are_compared_as_values(self, tables):
        utc = dt.UTC
        before = [(1, None), (True, [1, {"a": NAN}]), (NAN, dt.datetime(2024, 1, 1))]  # noqa: DTZ001
        after = [
            (1.0, ""),
            (1, [1.0, {"a": NAN}]),
            (NAN, dt.datetime(2024, 1, 1, tzinfo=utc)),
        ]
        found = tables.compare(tables.typed("ab", before), tables.typed("ab", after))
        assert facts(found) == [
            ("modified", 1, ("b",)),
            ("modified", 2, ("a",)),
            ("modified", 3, ("b",)),
        ]

    def test_true_is_not_1_though_python_says_so(self, tables):
        before, after = tables.typed("a", [(True,), (1,)]), tables.typed("a", [(1,), (True,)])
        assert tables.compare(before, after).counts.modified == 2


class TestByKey:
    def test_rows_are_found_wherever_they_stand(self, tables):
        before = tables.text(["id", "v"], [["1", "a"], ["2", "b"], ["3", "c"]])
        after = tables.text(["id", "v"], [["4", "d"], ["3", "c"], ["1", "A"]])
        found = tables.compare(before, after, keys=("id",))
        assert facts(found) == [
            ("added", (4,), ()),
            ("removed", (2,), ()),
            ("modified", (1,), ("v",)),
        ]
        assert (found.rows[2].before.number, found.rows[2].after.number) == (1, 3)
        assert found.counts.unchanged == 1

    def test_several_columns_are_one_key(self, tables):
        before = tables.text("xyv", [["1", "a", "p"], ["1", "b", "q"]])
        after = tables.text("xyv", [["1", "b", "Q"], ["2", "a", "p"]])
        found = tables.compare(before, after, keys=("x", "y"))
        assert facts(found) == [
            ("removed", (1, "a"), ()),
            ("modified", (1, "b"), ("v",)),
            ("added", (2, "a"), ()),
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [("1", "1.0"), ("1.50", "1.5"), ("nan", "NaN"), ("", ""), ("-0", "0.0")],
    )
    def test_keys_are_values_and_not_texts(self, tables, old, new):
        before = tables.text(["id", "v"], [[old, "a"], ["7.5", "b"]])
        after = tables.text(["id", "v"], [["7.5", "b"], [new, "a"]])
        assert tables.compare(before, after, keys=("id",)).counts.different == 0

    def test_keys_may_be_of_any_type(self, tables):
        keys = [1, True, "1", None, NAN, 1.5, (1, [2]), {"a": 1}]
        before = tables.typed(["id", "v"], [(key, "old") for key in keys])
        after = tables.typed(["id", "v"], [(key, "old") for key in reversed(keys)])
        assert tables.compare(before, after, keys=("id",)).counts == Counts(8, 8)

    def test_an_identical_row_of_a_repeated_key_is_matched_first(self, tables):
        before = tables.text("kv", [["1", "a"], ["1", "b"], ["1", "c"]])
        after = tables.text("kv", [["1", "a"], ["1", "new"], ["1", "b"], ["1", "c"]])
        found = tables.compare(before, after, keys=("k",))
        assert facts(found) == [("added", (1,), ())]
        assert found.rows[0].after.number == 2
        assert found.duplicates == DuplicateKeys(1, 1)

    def test_the_others_of_a_repeated_key_are_paired_in_order(self, tables):
        before = tables.text("kv", [["1", "a"], ["1", "b"], ["1", "c"], ["2", "z"]])
        after = tables.text("kv", [["1", "B"], ["1", "c"], ["1", "D"], ["2", "z"]])
        found = tables.compare(before, after, keys=("k",))
        pairs = [(change.before.number, change.after.number) for change in found.rows]
        assert pairs == [(1, 1), (2, 3)]
        assert found.duplicates == DuplicateKeys(1, 1)

    def test_a_key_that_is_repeated_on_one_side(self, tables):
        once, thrice = (
            tables.text("kv", [["1", "a"]]),
            tables.text("kv", [["1", "b"], ["1", "a"], ["1", "a"]]),
        )
        found = tables.compare(once, thrice, keys=("k",))
        assert found.counts == Counts(1, 3, added=2)
        assert found.duplicates == DuplicateKeys(0, 1)
        found = tables.compare(thrice, once, keys=("k",))
        assert found.counts == Counts(3, 1, removed=2)
        assert found.duplicates == DuplicateKeys(1, 0)

    def test_what_is_left_of_a_repeated_key_has_the_tolerance(self, tables):
        before = tables.text("kv", [["1", "1.0"], ["1", "5.0"]])
        after = tables.text("kv", [["1", "5.0"], ["1", "1.01"]])
        assert not tables.compare(before, after, keys=("k",), tolerance=0.1).different

    def test_many_rows_of_one_key_take_no_quadratic_time(self, tables):
        rows = [["1", str(n)] for n in range(20_000)]
        before, after = tables.text("kv", rows), tables.text("kv", rows[::-1])
        assert compare(before, after, Options(keys=("k",))).counts == Counts(20_000, 20_000)


values = st.sampled_from(["", "a", "b", "1", "2.5", "x\ny", '"', "é", "7 "])
keyed = st.dictionaries(st.integers(0, 50), st.tuples(values, values), max_size=12)


@given(
    table=keyed,
    removed=st.sets(st.integers(0, 50)),
    added=st.dictionaries(st.integers(51, 99), st.tuples(values, values), max_size=5),
    edits=st.dictionaries(
        st.integers(0, 50), st.tuples(st.integers(0, 1), st.sampled_from(["new", "newer"]))
    ),
    order=st.randoms(use_true_random=False),
)
def test_a_list_of_edits_is_found_again(tables, table, removed, added, edits, order):
    edits = {key: edit for key, edit in edits.items() if key in table and key not in removed}
    changed = {key: list(row) for key, row in table.items() if key not in removed}
    for key, (column, value) in edits.items():
        changed[key][column] = value
    rows = [[str(key), *row] for key, row in {**changed, **added}.items()]
    order.shuffle(rows)
    before = tables.text(["id", "v", "w"], [[str(key), *row] for key, row in table.items()])
    found = tables.compare(before, tables.text(["id", "v", "w"], rows), keys=("id",))
    assert set(facts(found)) == {
        *(("removed", (key,), ()) for key in removed & table.keys()),
        *(("added", (key,), ()) for key in added),
        *(("modified", (key,), ("vw"[column],)) for key, (column, _) in edits.items()),
    }


rows = st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), values, values), max_size=12)


@given(
    old=rows,
    new=rows,
    keys=st.sampled_from([(), ("k",), ("k", "v")]),
    tolerance=st.sampled_from([0.0, 1.5]),
)
def test_any_two_tables_are_counted_right(tables, old, new, keys, tolerance):
    """In memory and out of it (`tables.compare`), and rows add up on both sides."""
    found = tables.compare(
        tables.text(["k", "v", "w"], old), tables.text(["k", "v", "w"], new),
        keys=keys, tolerance=tolerance,
    )  # fmt: skip
    counts = found.counts
    assert counts.before + counts.added - counts.removed == counts.after
    assert counts.unchanged >= 0
    assert sum(found.cells.values()) == sum(len(change.changed) for change in found.rows)
    assert [change.place for change in found.rows] == sorted(c.place for c in found.rows)


@given(old=rows, order=st.randoms(use_true_random=False))
def test_an_order_is_no_difference_by_key(tables, old, order):
    new = list(old)
    order.shuffle(new)
    found = tables.compare(
        tables.text(["k", "v", "w"], old), tables.text(["k", "v", "w"], new), keys=("k",)
    )
    assert not found.different


columns = st.sampled_from(
    [
        st.integers(-(2**40), 2**40).map(str),
        st.floats(allow_nan=False, allow_infinity=False, width=64).map(repr),
        st.sampled_from(["true", "false"]),
        st.text(alphabet='abé "\n,;', max_size=4).map(lambda text: f"x{text}"),
    ]
)


@given(data=st.data())
def test_the_same_cells_differ_as_in_pandas(tables, data):
    kinds = data.draw(st.lists(columns, min_size=2, max_size=4))
    names = [f"c{number}" for number in range(len(kinds))]
    row = st.tuples(*(kind | st.just("") for kind in kinds))
    old = data.draw(st.lists(row, min_size=1, max_size=6))
    new = [
        tuple(
            data.draw(st.one_of(st.just(cell), kinds[i], st.just(""))) for i, cell in enumerate(r)
        )
        for r in old
    ]
    # pandas keeps a column without values as NaN, and one of booleans with gaps as objects.
    frames = [pd.read_csv(io.BytesIO(tables.csv(names, rows))) for rows in (old, new)]
    comparison = frames[0].compare(frames[1], keep_shape=True)
    expected = {
        (number, name)
        for name in names
        for number, pair in enumerate(comparison[name].itertuples(index=False), 1)
        if not pd.isna(pair[0]) or not pd.isna(pair[1])
    }
    with tempfile.TemporaryDirectory() as directory:
        files = [Path(directory, name) for name in ("old.csv", "new.csv")]
        for file, rows in zip(files, (old, new), strict=True):
            file.write_bytes(tables.csv(names, rows))
        found = tables.compare(*(open_table("x.csv", file) for file in files))
    assert {(c.place, name) for c in found.rows for name in c.changed} == expected


@pytest.mark.parametrize("keys", [(), ("id",)])
def test_counting_takes_little_memory(tmp_path, tables, keys):
    """Some 40 MB of rows are counted in what is allowed, and buffers that don't grow with them."""
    paths = [tmp_path / "old.csv", tmp_path / "new.csv"]
    for number, path in enumerate(paths):
        with path.open("w") as stream:
            stream.write("id,name,price,city\n")
            for row in range(40_000):
                price = row * 0.37 + (number if row % 1000 == 0 else 0)
                stream.write(f"{row},customer {row},{price!r},city {row % 977}\n")
    tracemalloc.start()
    try:
        before, after = (open_table("x.csv", path) for path in paths)
        found = compare(before, after, Options(keys=keys, memory=4_000_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert before.weight + after.weight > 25_000_000
    assert found.rows is None
    assert found.counts == Counts(40_000, 40_000, modified=40)
    assert peak < 12_000_000
