"""The comparison with other tools, as far as none of them has to be installed."""

from __future__ import annotations

import ast
import sys
import urllib.request
from dataclasses import replace

import pytest

from benchmarks.comparison import edits as making
from benchmarks.comparison.__main__ import BEGIN, PAGE, render
from benchmarks.comparison.battery import from_scratch, try_all
from benchmarks.comparison.edits import EDITS, EditError
from benchmarks.comparison.findings import Findings, read, write
from benchmarks.comparison.forms import pivot
from benchmarks.comparison.forms.all import FORMS
from benchmarks.comparison.forms.plain import PLAIN
from benchmarks.comparison.layered_forms import LAYERED
from benchmarks.comparison.project import (
    BODIES,
    OUTPUTS,
    STAGES,
    Place,
    install_padding,
    write_common,
    write_files,
)
from benchmarks.comparison.services import serving
from benchmarks.comparison.speed import COLD, LEAF, NO_OP, Peer, measure_speed
from benchmarks.comparison.tables import battery_table, speed_table
from benchmarks.comparison.verdicts import Did, Scratch, Verdict, concerned, judge
from benchmarks.measuring.figures import Figure
from benchmarks.measuring.processes import FailedError
from benchmarks.measuring.rounds import Rounds
from benchmarks.projects.layered import Layered
from benchmarks.reporting.page import END

EVERY_FORM = [PLAIN, *(form for forms in FORMS.values() for form in forms)]
BY_NAME = {edit.name: edit for edit in EDITS}
#: What Pivot does not do right, in its short form and in the listed one; docs/comparison.md says so.
NOT_RIGHT = {
    "Pivot, short": {
        "another method of that class, which nobody calls": "needless",
        "a file that this script reads": "stale",
    },
    "Pivot, listed": {"another method of that class, which nobody calls": "needless"},
}
#: One edit of each kind; all of them if chance plays more.
FEW = (
    "a helper in another module",
    "another method of that class, which nobody calls",
    "a file that this script reads",
)
SAME = dict.fromkeys(STAGES, b"same")


def named(form):
    return form.name


@pytest.mark.parametrize("form", [form for form in EVERY_FORM if not form.listed], ids=named)
def test_every_edit_changes_something_in_every_form(form, tmp_path):
    place = Place(tmp_path)
    write_common(place)
    write_files(place.root, form.files)
    write_files(place.root, {OUTPUTS["clean"]: '["cleo"]'})
    first = contents(place)
    for edit in EDITS:
        edit.make(place)
        found = contents(place)
        unchanged = edit.variables or edit.name in {"nothing at all", "the input, touched"}
        assert (found == first) == bool(unchanged), edit.name
        if edit.undo:
            edit.undo(place)
            found = contents(place)
            assert found == first
        restore(found, first)


def contents(place):
    files = (file for file in place.directory.rglob("*") if file.is_file())
    return {file: file.read_bytes() for file in files}


def restore(found, first):
    for file in found.keys() - first.keys():
        file.unlink()
    for file, content in first.items():
        if found.get(file) != content:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)


@pytest.mark.parametrize("form", EVERY_FORM, ids=named)
def test_every_form_is_python_and_has_every_function_once(form):
    for name, text in form.files.items():
        if name.endswith(".py"):
            ast.parse(text, name)
    whole = "".join(form.files.values())
    assert [whole.count(body) for body in BODIES.values()] == [1] * len(STAGES)


@pytest.mark.parametrize("tool", LAYERED)
def test_the_function_that_is_edited_is_there_once_in_every_layered_pipeline(tool, tmp_path):
    form, pipeline = LAYERED[tool], Layered(20)
    peer = Peer(form, Place(tmp_path), pipeline, {})
    peer.prepare()
    for file in peer.root.rglob("*.py"):
        ast.parse(file.read_text(), file)
    file = peer.root / form.file(pipeline.last)
    for edit in (1001, 1002):
        peer.edit_leaf(edit)
        assert f" + 19 + {edit}\n" in file.read_text()
        assert not form.bump or f'code_version="19.{edit}"' in file.read_text()


def test_a_project_that_is_forgotten_has_its_settings(tmp_path):
    peer = Peer(LAYERED["Dagster"], Place(tmp_path), Layered(8), {})
    peer.prepare()
    (peer.root / ".dagster/history").mkdir()
    (peer.root / "out/7.json").touch()
    peer.forget()
    assert [file.name for file in (peer.root / ".dagster").iterdir()] == ["dagster.yaml"]
    assert list((peer.root / "out").iterdir()) == []


def test_an_edit_that_has_no_place_is_an_error(tmp_path):
    place = Place(tmp_path)
    write_common(place)
    with pytest.raises(EditError, match="'no such text' is in 0 files"):
        making.replace("no such text", "", place)
    with pytest.raises(EditError, match="'def ' is in"):
        making.replace("def ", "", place)


def test_a_package_is_replaced_whole(tmp_path):
    place = Place(tmp_path)
    install_padding(place, "1.0", 12)
    install_padding(place, "1.1", 20)
    assert "rjust(20)" in (place.packages / "padding.py").read_text()
    assert [path.name for path in place.packages.glob("*.dist-info")] == ["padding-1.1.dist-info"]


def scratch(*changed):
    return Scratch(SAME, {**SAME, **dict.fromkeys(changed, b"new")})


@pytest.mark.parametrize(
    ("edit", "changed", "stages"),
    [
        ("nothing at all", (), set()),
        ("a stage's function", ("train", "report"), {"train", "report"}),
        # Its result is the same: what reads it has no reason to run.
        ("a stage's function, its result is the same", (), {"clean"}),
        # What reads another result runs, even if it makes the same of it.
        ("the input, other content", ("clean",), {"clean", "train", "summary"}),
    ],
)
def test_who_is_concerned_shows_in_what_is_made_from_scratch(edit, changed, stages):
    assert concerned(BY_NAME[edit], scratch(*changed)) == stages


@pytest.mark.parametrize(
    ("edit", "changed", "did", "verdict"),
    [
        ("nothing at all", (), Did((), SAME), "right"),
        ("nothing at all", (), Did(("clean",), SAME), "needless"),
        (
            "a stage's function",
            ("train",),
            Did(("train", "report"), {**SAME, "train": b"new"}),
            "right",
        ),
        ("a stage's function", ("train",), Did((), SAME), "stale"),
        # Running is not enough: what is there must be right.
        ("a stage's function", ("train",), Did(("train",), SAME), "stale"),
        ("a stage's function", ("train",), Did(("clean",), SAME), "stale and needless"),
        ("an output is deleted", (), Did((), SAME), "restored"),
        ("an output is deleted", (), Did(("clean",), SAME), "run again"),
        ("an output is deleted", (), Did(("clean", "train"), SAME), "needless"),
        ("an output is deleted", (), Did((), {**SAME, "clean": None}), "stale"),
        ("nothing at all", (), Did((), SAME, "exit status 1"), "failed"),
    ],
)
def test_what_a_tool_did_is_judged(edit, changed, did, verdict):
    found = judge(BY_NAME[edit], did, scratch(*changed))
    assert found.word == verdict
    assert found.right == (verdict in {"right", "restored", "run again"})


def test_the_tables():
    right, stale = Verdict(), Verdict(stale=("train",), needless=("clean",))
    found = {"A": [{"x": right, "y": right}] * 2, "B": [{"x": stale, "y": right}, {"x": right}]}
    assert battery_table(["x", "y"], found).splitlines() == [
        "| what was edited | A | B |",
        "| --- | --- | --- |",
        "| x | right | stale and needless / right |",
        "| y | right | right / - |",
        "| **right, of 2** | 2 / 2 | 1 / 1 |",
        "| stale | 0 / 0 | 1 / 0 |",
        "| needless | 0 / 0 | 1 / 0 |",
    ]
    speed = {"A": {"cold": Figure(2.0, cpu=1.0)}, "B": {"cold": Figure(5.0, cpu=4.0)}, "C": {}}
    assert speed_table("8 stages", speed).splitlines() == [
        "| 8 stages | A | B | C |",
        "| --- | --- | --- | --- |",
        "| cold, seconds | 2.00 | 5.00 (2.5 times) | - |",
        "| cold, CPU seconds | 1.00 | 4.00 (4.0 times) | - |",
    ]


def test_the_figures_say_with_which_versions_they_were_made_and_leave_out_who_was_not_tried():
    findings = Findings({form.name: {"nothing at all": Verdict()} for form in pivot.FORMS})
    text = render(findings)
    assert "dvc==3.67.0" in text
    assert text.count("| what was edited | Pivot |\n") == 1
    assert "trivial stages" not in text
    measured = Findings(speed={"Pivot": {COLD: Figure(1.0, cpu=1.0)}}, stages=8, machine="one")
    assert render(measured).partition("\n\none\n\n")[2].startswith("| 8 trivial stages | Pivot |")


def test_what_was_found_is_kept(tmp_path):
    file = tmp_path / "figures.json"
    assert read(file) == Findings()
    verdict = Verdict(stale=("train",), needless=("clean",), problem="none", how="restored")
    findings = Findings(
        {"A, short": {"x": verdict}}, {"A": {"cold": Figure(1.0, 2.0, 3, 4)}}, 56, "a machine"
    )
    write(findings, file)
    assert read(file) == findings


def test_a_service_runs_as_long_as_it_is_needed(tmp_path):
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}"]
    with serving(command, {}, "http://127.0.0.1:{port}/", tmp_path / "log") as port:
        address = f"http://127.0.0.1:{port}/"
        assert urllib.request.urlopen(address).status == 200
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address)


def test_a_service_that_does_not_start_says_why(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such database')"]
    with (
        pytest.raises(FailedError, match="no such database"),
        serving(command, {}, "http://127.0.0.1:{port}/", tmp_path / "log"),
    ):
        pass


@pytest.mark.chance
def test_pivot_does_what_the_page_says(tmp_path, rounds):
    edits = EDITS if rounds > 1 else [BY_NAME[name] for name in FEW]
    forms = pivot.FORMS if rounds > 1 else pivot.FORMS[:1]
    # Starting workers would be most of the work of the test.
    forms = [replace(form, command=(*form.command, "--executor", "inline")) for form in forms]
    scratches = from_scratch(tmp_path, edits)
    for edit in edits:
        differs = scratches[edit.name].before != scratches[edit.name].after
        assert differs == (bool(edit.concerns) and not edit.spoils and "same" not in edit.name)
    for form in forms:
        (tmp_path / form.name).mkdir()
        tried = list(try_all(form, edits, tmp_path / form.name, scratches))
        wrong = {edit.name: verdict.word for edit, verdict in tried if not verdict.right}
        expected = NOT_RIGHT[form.name]
        assert wrong == {name: expected[name] for name in expected if BY_NAME[name] in edits}
        assert {verdict.word for edit, verdict in tried if edit.brings_back} <= {"restored"}


@pytest.mark.chance
def test_pivot_is_measured_after_each_kind_of_change(tmp_path):
    found = measure_speed(tmp_path, Layered(8), Rounds(1, 60.0), ["Pivot"])
    assert list(found["Pivot"]) == [COLD, NO_OP, LEAF]
    assert all(figure.value > 0 for figure in found["Pivot"].values())


def test_the_page_has_every_edit_and_what_pivot_does():
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    figures, _, _ = rest.partition(END)
    rows = [line.strip("| ").split(" | ") for line in figures.splitlines() if line[:1] == "|"]
    of_battery = {row[0]: row[1:] for row in rows[2 : 2 + len(EDITS)]}
    assert rows[0] == ["what was edited", *FORMS]
    assert list(of_battery) == list(BY_NAME)
    short, listed = (NOT_RIGHT[form.name] for form in pivot.FORMS)
    for name, (own, *_) in of_battery.items():
        usual = "restored" if BY_NAME[name].brings_back else "right"
        words = dict.fromkeys((short.get(name, usual), listed.get(name, usual)))
        assert own == " / ".join(words), name
