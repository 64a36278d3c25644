"""`pivot plots show` and `pivot plots diff` as a person types them."""

from __future__ import annotations

import json
import shutil
import webbrowser
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "plots.schema.json").read_text("utf-8"))


class Page(HTMLParser):
    """What is in a page: tags with their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag, attribute):
        return [found[attribute] for name, found in self.tags if name == tag and attribute in found]


@pytest.fixture
def page(root):
    """Give the page that was written."""

    def page(name=".pivot/plots.html"):
        return Page((root / name).read_text("utf-8"))

    return page


def document(result):
    found = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    return found


def test_show_makes_a_page_of_the_workspace(plots, page):
    result = plots("show")
    assert (result.status, result.out, result.err) == (0, "3 plots -> .pivot/plots.html\n", "")
    found = page()
    assert found.all("article", "data-path") == ["loss.csv", "same.json", "image.png"]
    assert "The loss" in found.text
    assert len(found.all("svg", "aria-label")) == 2
    assert len(found.all("img", "src")) == 1


def test_the_page_has_all_it_needs(plots, page):
    plots("diff", "v1", "v2")
    found = page()
    assert not {"script", "link", "iframe", "object"}.intersection(tag for tag, _ in found.tags)
    assert all(source.startswith("data:image/png;base64,") for source in found.all("img", "src"))
    [policy] = [p for p in found.all("meta", "content") if "default-src" in p]
    assert policy.startswith("default-src 'none'")


def test_diff_tells_what_differs(plots, page):
    result = plots("diff", "v1", "v2")
    assert (result.status, result.err) == (0, "")
    assert [line.split() for line in result.out.splitlines()] == [
        ["loss.csv", "changed"],
        ["same.json", "same"],
        ["image.png", "changed", "200", "of", "1200", "pixels", "(16.67%)"],
        ["->", ".pivot/plots.html"],
    ]
    found = page()
    assert len(found.all("img", "src")) == 3
    assert "200 of 1200 pixels differ (16.67%), by up to 255 of 255" in found.text
    assert found.all("input", "id") == ["side0", "side1"]


def test_diff_compares_with_the_workspace(plots, root):
    assert plots("diff", "--exit-code").status == 0
    (root / "loss.csv").write_text("step,loss\n0,1.5\n1,0.06\n")
    (root / "image.png").unlink()
    found = document(plots("diff", "--exit-code", "--json"))
    assert [plot["status"] for plot in found["plots"]] == ["changed", "same", "removed"]
    assert found["sides"][1] == {"revision": None, "commit": None}
    assert plots("diff", "--exit-code").status == 1
    assert plots("diff", "--exit-code", "--targets", "same.json").status == 0


def test_the_same_numbers_in_other_words_are_the_same(plots, root):
    (root / "loss.csv").write_text("step,loss\r\n0.0,1.50\r\n1,0.05\r\n")
    Image.open(root / "image.png").save(root / "other.png", compress_level=0)
    shutil.copy(root / "other.png", root / "image.png")
    found = document(plots("diff", "--json"))
    assert (found["different"], found["plots"][2]["versions"][1]["pixels"]["changed"]) == (False, 0)


def test_several_revisions_are_overlaid_or_side_by_side(plots, page):
    plots("diff", "v1", "v2", "HEAD", "-o", "over.html")
    plots("diff", "v1", "v2", "HEAD", "--side-by-side", "-o", "beside.html")
    over, beside = page("over.html"), page("beside.html")
    assert (len(over.all("svg", "aria-label")), len(beside.all("svg", "aria-label"))) == (2, 6)
    assert over.all("g", "class") == ["side0", "side1", "side2"] * 2


def test_columns_are_chosen(plots, page, root):
    (root / "loss.csv").write_text("step,a,b\n0,1,2\n1,2,3\n")
    plots("show", "loss.csv", "-y", "a", "-y", "b", "-x", "step", "--kind", "points")
    assert page().all("svg", "aria-label") == ["a, b over step"]
    result = plots("show", "loss.csv", "-y", "c")
    assert result.status == 2
    assert "loss.csv: it has no column 'c'; it has step, a, b" in result.err


def test_a_file_that_is_named_counts(plots, page, root):
    (root / "more.tsv").write_text("x\ty\n1\t2\n")
    assert plots("show", "./more.tsv", "draw").status == 0
    assert page().all("article", "data-path") == ["more.tsv", "loss.csv", "same.json", "image.png"]


def test_show_of_revisions(plots, page):
    assert plots("show", "image.png", "--rev", "v1", "--rev", "v2").status == 0
    assert len(page().all("img", "src")) == 3


def test_the_page_is_opened(plots, monkeypatch, root):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(opened.append(address)))
    result = plots("show", "--open", "-o", "a b.html")
    assert opened == [f"file://{root.resolve()}/a%20b.html"]
    assert "warning: there is no browser to open a b.html with" in result.err


def test_names_are_shown_as_they_are(plots, page, root):
    (root / "<b>.csv").write_text("step,<i>\n0,1\n1,2\n")
    plots("show", "<b>.csv")
    assert {"b", "i"}.isdisjoint(tag for tag, _ in page().tags)
    assert "<b>.csv" in page().text


def test_what_can_not_be_read_is_told_beside_the_others(plots, root, page):
    (root / "loss.csv").write_text("a,b\n1\n")
    (root / "image.png").write_bytes(b"no image")
    result = plots("diff", "--exit-code", "--json")
    assert result.status == 2
    assert [plot["status"] for plot in document(result)["plots"]] == ["unknown", "same", "unknown"]
    assert "error: loss.csv: row 2 has 1 cells, and the header 2" in result.err
    assert "error: image.png: it can't be compared as an image" in result.err
    assert "row 2 has 1 cells" in page().text


def test_what_the_cache_lost_is_told(plots, root):
    shutil.rmtree(root / ".pivot/cache")
    result = plots("diff", "v1", "--exit-code")
    assert result.status == 2
    assert "image.png at v1: the cache doesn't hold it" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "los.csv"], "los.csv is not there"),
        (["show", "nothing"], "there is no plot 'nothing'"),
        (["show", "darw"], "did you mean draw?"),
        (["show", "x*"], "there is no plot 'x*'"),
        (["show", "--rev", "v9"], "git knows no revision 'v9'"),
        (["show", "../x.csv"], "is not inside the project"),
        (["diff", "v9"], "git knows no revision 'v9'"),
        (["diff", "--kind", "pie"], "'pie' is not one of"),
        (["diff", "-o", "."], "is a directory"),
    ],
)
def test_what_is_asked_wrong_is_told(plots, words, said):
    result = plots(*words)
    assert result.status == 2
    assert said in result.err


def test_a_project_without_plots(plots, root):
    text = (root / "pipeline.py").read_text()
    text = text.replace(', title="The loss"', "").replace(', x="a", y=("b",), kind="points"', "")
    (root / "pipeline.py").write_text(text.replace("outputs.Plot", "outputs.Out"))
    assert plots("show").out.startswith("There are no plots.")


def test_what_a_plot_declares_wrong_is_told(plots, root):
    text = (root / "pipeline.py").read_text()
    text = text.replace('kind="points"', 'kind="pie"').replace('title="The loss"', "x=3")
    (root / "pipeline.py").write_text(text)
    result = plots("show")
    assert "'pie' is no kind of plot\n  the kinds are: line, points, bars" in result.err
    assert "x, y and title are texts" in result.err
