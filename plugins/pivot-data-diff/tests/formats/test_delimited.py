"""CSV and TSV."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff import FormatError
from pivot_data_diff.formats.delimited import open_csv, open_tsv


@pytest.fixture
def read(tmp_path):
    def read(content, opener=open_csv):
        file = tmp_path / "blob"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        table = opener(file)
        rows = list(table.rows())
        assert len(rows) == table.count
        return [(c.name, c.type) for c in table.columns], rows

    return read


def test_a_header_and_rows(read):
    assert read("a,b\n1,x\n2,\n") == ([("a", "integer"), ("b", "text")], [("1", "x"), ("2", "")])


def test_tsv(read):
    content = 'a\tb\n1,5\t"x\ty"\n'
    assert read(content, open_tsv) == ([("a", "text"), ("b", "text")], [("1,5", "x\ty")])


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_csv_may_be_separated_by_something_else(read, delimiter):
    content = 'a,b\n"1,5",x\n'.replace(",", delimiter).replace(f"1{delimiter}5", "1,5")
    assert read(content)[1] == [("1,5", "x")]


def test_a_comma_between_the_names_settles_it(read):
    assert read("a;b,c\n1,2\n")[0] == [("a;b", "integer"), ("c", "integer")]


def test_a_single_column(read):
    assert read("name\nx\n") == ([("name", "text")], [("x",)])


def test_quoted_fields_hold_anything(read):
    content = 'a,b\n"line 1\nline 2\r\n\n3","say ""hi"", you"\nx,y\n'
    assert read(content)[1] == [("line 1\nline 2\r\n\n3", 'say "hi", you'), ("x", "y")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system(read, end):
    assert read(f"a,b{end}1,2{end}3,4")[1] == [("1", "2"), ("3", "4")]


def test_blank_lines_are_no_rows_and_empty_cells_are(read):
    assert read('\na\n\nx\n""\n\n')[1] == [("x",), ("",)]


def test_rows_that_are_too_short_or_too_long(read):
    columns, rows = read("a,b\n1\n1,2,3,4\n")
    assert [name for name, _ in columns] == ["a", "b", "column 3", "column 4"]
    assert rows == [("1", "", "", ""), ("1", "2", "3", "4")]


def test_names_may_repeat_and_be_empty(read):
    assert read("x,,x,\n1,2,3,4\n")[0] == [(n, "integer") for n in ("x", "", "x", "")]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_has_no_columns(read, content):
    assert read(content) == ([], [])


def test_a_header_alone(read):
    assert read("a,b\n") == ([("a", "null"), ("b", "null")], [])


def test_a_byte_order_mark_is_no_part_of_a_name(read):
    assert read("\ufeffa,b\n1,2\n")[0][0] == ("a", "integer")
    assert read('\ufeff"a",b\n1,2\n')[0][0] == ("a", "integer")


def test_a_file_in_another_encoding(read):
    assert read("name\nMüller\n".encode("cp1252"))[1] == [("Müller",)]
    assert read("name\nMüller\n".encode("utf-16"))[1] == [("Müller",)]


def test_an_encoding_that_shows_late(read):
    rows = b"".join(b"x%d\n" % number for number in range(100_000))
    assert read(b"name\n" + rows + "ü\n".encode("cp1252"))[1][-1] == ("ü",)


def test_a_long_field_is_read(read):
    assert read(f'a,b\n"{"x" * 300_000}",1\n')[1] == [("x" * 300_000, "1")]


def test_a_quotation_mark_that_is_never_closed_ends_somewhere(read):
    with pytest.raises(FormatError, match=r"line \d+: field larger than field limit"):
        read('a,b\n"' + "x" * (1 << 25) + "\nx,y\n")


@given(
    rows=st.lists(
        st.lists(st.text(alphabet='ab",;\n\r\té1.', max_size=5), min_size=2, max_size=2), max_size=5
    )
)
def test_what_the_csv_module_writes_is_read(rows, tables, tmp_path_factory):
    file = tmp_path_factory.mktemp("csv") / "blob"
    file.write_bytes(tables.csv(["a", "b"], rows))
    assert [list(row) for row in open_csv(file).rows()] == rows
