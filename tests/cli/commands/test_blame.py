"""`pivot blame`: as text, as JSON and as a page."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "blame.schema.json").read_text("utf-8"))


@pytest.fixture
def blame(observing):
    """Give the document about a path, checked by its schema."""

    def blame(*words):
        found = json.loads(observing("blame", *words, "--json").out)
        jsonschema.validate(found, SCHEMA)
        return found

    return blame


def subjects(found):
    """Give the commit of each step and of each source."""
    steps = {step["id"]: step["commit"] and step["commit"]["subject"] for step in found["steps"]}
    links = [link for step in found["steps"] for link in step["inputs"] if not link["made_by"]]
    return steps | {link["path"]: link["commit"] and link["commit"]["subject"] for link in links}


def test_a_tree_tells_who_made_it_from_what(observing):
    result = observing("blame", "scores.json")
    assert (result.status, result.err) == (0, "")
    lines = [line.lstrip("│├└─ ") for line in result.out.splitlines()]
    assert lines[0].startswith("scores.json  (")
    assert lines[1].startswith("train  recorded in ")
    assert lines[1].endswith(": v3")
    [code] = [line for line in lines if line.startswith("code: func:pipeline:train (")]
    assert code.endswith(": v1")
    assert "  since " in code
    assert "params: rate = 0.05" in lines
    assert any(line.startswith("clean.json  (") for line in lines)
    assert any(line.startswith("clean  recorded in ") and line.endswith(": v1") for line in lines)
    assert any(line.startswith("raw.json  (") and "in git since" in line for line in lines)


def test_much_code_is_cut_unless_all_is_wanted(observing):
    assert "2 more, which --all shows" in observing("blame", "scores.json").out
    text = observing("blame", "scores.json", "--all").out
    assert "--all" not in text
    assert "code: python:python (3." in text


def test_the_document_has_all_of_it(blame):
    found = blame("scores.json")
    assert found["artifact"]["made_by"] == ["train"]
    assert found["artifact"]["now"] == "same"
    train, clean = found["steps"]
    assert train["params"]["rate"]["value"] == 0.05
    assert train["params"]["rate"]["commit"]["subject"] == "v3"
    assert train["code"]["func:pipeline:train"]["commit"]["subject"] == "v1"
    assert train["inputs"][0]["made_by"] == ["clean"]
    assert clean["inputs"][0]["path"] == "raw.json"
    assert subjects(found) == {"train": "v3", "clean": "v1", "raw.json": "v1"}


def test_of_a_revision(blame):
    found = blame("scores.json", "--rev", "v2")
    assert subjects(found) == {"train": "v2", "clean": "v1", "raw.json": "v1"}
    assert found["steps"][0]["params"]["rate"]["value"] == 0.2
    assert found["artifact"]["now"] is None


@pytest.mark.parametrize(
    "path", ["parts", "parts/", "parts/sub", "parts/sub/same.txt", "./curve.csv"]
)
def test_directories_and_what_is_in_them(blame, path):
    assert blame(path)["artifact"]["made_by"] == ["train"]


def test_a_file_in_a_directory_has_its_own_hash(blame):
    assert blame("parts/sub/same.txt")["artifact"]["size"] == 4
    assert blame("parts/sub")["artifact"]["hash"] is None


def test_what_no_stage_made(blame, observed):
    found = blame("params.yaml")
    assert found["steps"] == []
    assert found["artifact"]["commit"]["subject"] == "v3"
    observed.write("params.yaml", "")
    assert blame("params.yaml")["artifact"]["commit"] is None


def test_what_has_changed_since_is_told(observing, observed, blame):
    observed.write("scores.json", "{}")
    observed.write("raw.json", "[]")
    assert "changed since" in observing("blame", "scores.json").out
    found = blame("scores.json")
    assert found["artifact"]["now"] == "changed"
    # It is told as it was read, not as it is now.
    assert subjects(found)["raw.json"] == "v1"
    (observed.root / "scores.json").unlink()
    assert "not there any more" in observing("blame", "scores.json").out


def test_an_input_that_was_made_again_leads_to_the_run_that_it_came_from(
    observed, blame, observing
):
    observed.write("raw.json", "[4]")
    observed.run("clean")
    observed.commit("v4")
    found = blame("scores.json")
    [link] = found["steps"][0]["inputs"]
    [maker] = link["made_by"]
    assert maker.startswith("clean@")
    assert link["now"] == "changed"
    assert subjects(found) == {"train": "v3", maker: "v1", "raw.json": "v1"}
    assert "an earlier run, recorded in" in observing("blame", "scores.json").out


def test_a_run_that_no_commit_has_is_told(observed, observing, blame):
    observed.write("raw.json", "[4]")
    observed.run("train")
    found = blame("scores.json")
    assert subjects(found) == {"train": None, "clean": None, "raw.json": None}
    assert "train  not committed yet" in observing("blame", "scores.json").out
    assert found["steps"][0]["params"]["rate"]["commit"]["subject"] == "v3"
    observed.write("raw.json", "[5]")
    observed.run("clean")
    found = blame("scores.json")
    assert found["steps"][0]["inputs"][0]["lost"] is True
    assert "no commit has the lock of" in observing("blame", "scores.json").out


def test_without_git_the_locks_are_enough(observed, blame):
    shutil.rmtree(observed.root / ".git")
    assert subjects(blame("scores.json")) == {"train": None, "clean": None, "raw.json": None}


def test_without_the_cache_the_locks_are_enough(observed, blame):
    shutil.rmtree(observed.root / ".pivot/cache")
    assert blame("parts/sub")["artifact"]["made_by"] == ["train"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scors.json"], "nobody knows of 'scors.json'"),
        (["scors.json"], "did you mean scores.json"),
        (["parts/none"], "nobody knows of 'parts/none'"),
        (["later.json", "--rev", "v1"], "nobody knows of 'later.json' at v1"),
        (["../x"], "is not inside the project"),
        (["scores.json", "--rev", "none"], "git knows no revision 'none'"),
        ([], "missing argument 'PATH'"),
        (["scores.json", "--json", "--html", "x.html"], "--json and --html don't go together"),
        (["scores.json", "--html", "parts"], "is a directory"),
    ],
)
def test_what_is_asked_wrong_is_told(observing, words, said):
    result = observing("blame", *words)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


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
        return [
            attributes[attribute]
            for name, attributes in self.tags
            if name == tag and attribute in attributes
        ]


def test_the_page_shows_the_graph_and_asks_for_nothing(observing, observed):
    result = observing("blame", "scores.json", "--html", "page.html")
    assert (result.status, result.out) == (0, "wrote page.html\n")
    page = Page(observed.read("page.html"))
    assert not {"script", "link", "img", "iframe"}.intersection(tag for tag, _ in page.tags)
    addresses = page.all("a", "href")
    assert set(addresses) == {"#stage-train", "#stage-clean", "#artifact"}
    assert {address[1:] for address in addresses} <= set(page.all("section", "id"))
    boxes = page.all("g", "class")
    assert sorted(boxes) == ["file", "file", "file goal", "stage", "stage"]
    assert sum(tag == "path" for tag, _ in page.tags) == 4
    assert "func:pipeline:train" in page.text
    assert "rate" in page.text


def test_the_page_says_names_as_they_are(observing, observed):
    name = "<b>&\"'.json"
    observed.write(name, "1")
    observed.commit("v4")
    observing("blame", name, "--html", "page.html")
    page = Page(observed.read("page.html"))
    assert f"How {name} came to be" in page.text
    assert "b" not in {tag for tag, _ in page.tags}
