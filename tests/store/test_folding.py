"""Names that a file system may take for one."""

import unicodedata

import pytest

from pivot.errors import StorageError
from pivot.store import folding
from pivot.store.cache import Cache
from pivot.store.folding import alike, same_spelt, tells_apart
from pivot.store.tree import Tree

ONE = unicodedata.normalize("NFC", "\u00e9")
TWO = unicodedata.normalize("NFD", "\u00e9")


@pytest.mark.parametrize(
    ("paths", "pair"),
    [
        ([], None),
        (["a", "b", "a/b"], None),
        (["README", "readme"], ("README", "readme")),
        (["x/A", "y/a"], None),
        (["x/A", "x/a"], ("A", "a")),
        (["Deep/er/one", "deep/er/two"], ("Deep", "deep")),
        ([ONE, TWO], (ONE, TWO)),
        ([f"{ONE}/x", f"{TWO}/y"], (ONE, TWO)),
        (["stra\u00dfe", "STRASSE"], ("stra\u00dfe", "STRASSE")),
        (["\udcff", "\udcfe"], None),
    ],
)
def test_names_that_may_be_taken_for_one(paths, pair):
    found = alike(paths)
    assert found == pair or (found is not None and set(found) == set(pair))


def test_whole_paths_that_may_be_taken_for_one():
    paths = ["out/A", "Out/b", "out/a", "OUT/a", ONE, "x", TWO]
    assert same_spelt(paths) == [("out/A", "out/a"), ("out/A", "OUT/a"), (ONE, TWO)]


def test_a_directory_is_asked_and_left_as_it_is(tmp_path):
    assert tells_apart(tmp_path, "one", "other")
    # What every file system takes for one.
    assert not tells_apart(tmp_path, "one", "./one")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("one", "other"), [("README", "readme"), (f"{ONE}/x", f"{TWO}/x")])
def test_no_file_replaces_another_when_a_directory_is_restored(
    root, layout, monkeypatch, one, other
):
    for number, name in enumerate((one, other)):
        (root / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "out" / name).write_text(str(number))
    look = Tree(root, "xxh64").look("out")
    cache = Cache(layout, "xxh64")
    cache.add(root / "out", look.content, look.listing)
    cache.restore(look.content, root / "new")
    assert Tree(root, "xxh64").content("new") == look.content
    # As on a file system that folds names.
    monkeypatch.setattr(folding, "tells_apart", lambda *_: False)
    with pytest.raises(StorageError, match="which this file system can't tell apart"):
        cache.restore(look.content, root / "new")
    assert Tree(root, "xxh64").content("new") == look.content
    assert sorted(entry.name for entry in root.iterdir()) == [".pivot", "new", "out"]
