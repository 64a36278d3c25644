"""A report as Markdown."""

from __future__ import annotations

from markdown_it import MarkdownIt
from pivot_data_diff.rendering.markdown import escaped, render_markdown
from pivot_data_diff.result import Report


def html(report, most_rows=None):
    return MarkdownIt().enable("table").render(render_markdown(report, most_rows))


def test_the_heads_are_the_files(report):
    page = html(report)
    assert "<h2>Data: HEAD~1 -&gt; workspace</h2>" in page
    for head in (
        "data/keyed.csv: modified",
        "large_file.csv: modified",
        "untouched.csv: unchanged",
    ):
        assert f"<h3>{head}</h3>" in page


def test_the_columns_are_a_list(report):
    page = html(report)
    assert "<li>column + new* (text)</li>" in page
    assert "<li>rows: 1 added, 1 removed, 2 modified, 0 unchanged</li>" in page
    assert "<li>keys that several rows have: 0 before, 1 after</li>" in page


def test_the_cells_are_a_table(report):
    page = "".join(html(report).split("\n"))
    row = "<tr><td>~</td><td>id=1 (row 1)</td><td>note</td><td>&quot;a|b&quot;</td>"
    assert f"{row}<td>&quot;a\\nb&quot;</td></tr>" in page
    assert "<tr><td>+</td><td>id=3 (row 3)</td><td></td><td></td><td>id=3, size=null," in page
    assert "<tr><td>-</td><td>id=2 (row 2)</td><td></td><td>id=2, old=" in page


def test_what_was_counted_is_a_table_of_counts(report):
    page = "".join(html(report).split("\n"))
    assert '<td>price</td><td style="text-align:right">3</td>' in page


def test_no_more_rows_than_wanted(report):
    text = render_markdown(report, 1)
    assert "id=2" not in text
    assert "... and 3 more" in text
    assert "| row |" not in render_markdown(report, 0)


def test_the_rest(report):
    text = render_markdown(report, None)
    assert "The bytes differ, the data do not." in text
    assert "Different, but not data files: model.pkl" in text
    assert "No data differ." in render_markdown(Report("HEAD", "workspace"), None)


def test_a_table_that_was_only_counted_and_has_no_modified_cells(report, tables):
    from pivot_data_diff import Options, compare
    from pivot_data_diff.result import FileDiff, Kind

    table = compare(tables.text("a", [["1"]]), tables.text("a", []), Options(memory=1))
    text = render_markdown(Report("a", "b", (FileDiff("x", Kind.MODIFIED, table),)), None)
    assert "rows: 0 added, 1 removed" in text
    assert "modified cells" not in text


def test_marks_are_escaped():
    assert escaped("a_b*c|d<e>`\n") == r"a\_b\*c\|d\<e\>\`\\n"
