"""The pipeline that is written: Python, with the values of files read when it is."""

from __future__ import annotations

import pytest
from pivot_dvc_export.pipeline_text import pipeline_text
from pivot_dvc_export.project import read_project

import pivot


@pytest.fixture
def stages(tmp_path):
    """Import a project; give its stages as Pivot reads them."""

    def imported(text, **files):
        for path, content in {"dvc.yaml": text, **files}.items():
            file = tmp_path / path.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        (tmp_path / "pipeline.py").write_text(pipeline_text(read_project(tmp_path)))
        return {stage.name: stage for stage in pivot.stages(tmp_path)}

    return imported


@pytest.mark.parametrize(
    "line",
    [
        "echo 'it is' \"so\" \\n",
        "awk '{print $1}' < a > b",
        "echo {a} {{b}} f'{x}'",
        "printf 'ü\\t%s' x",
    ],
)
def test_any_line_is_written_as_it_is(stages, line):
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    found = stages(
        f'stages: {{x: {{cmd: "{quoted} ${{a}}", outs: [o]}}}}\n', **{"params.yaml": "a: 1\n"}
    )
    assert found["x"].function.line == f"{line} 1"


def test_values_of_files_are_read_anew(stages, tmp_path):
    text = "vars: [conf/m.yaml]\nstages: {x: {cmd: 'f ${a.b} ${c}', outs: ['${c}.txt']}}\n"
    found = stages(text, **{"conf__m.yaml": "a: {b: {x: 1, y: true}}\nc: z\n"})
    assert found["x"].function.line == "f --x 1 --y z"
    assert found["x"].outs[0].path == "z.txt"
    (tmp_path / "conf" / "m.yaml").write_text("a: {b: {x: 2, y: false}}\nc: w\n")
    (again,) = pivot.stages(tmp_path)
    assert (again.function.line, again.outs[0].path) == ("f --x 2 w", "w.txt")


def test_scripts_among_the_inputs_are_followed_instead(stages):
    text = "stages: {x: {cmd: python s/a.py in, deps: [s/a.py, s/b.py, in], outs: [o]}}\n"
    found = stages(text, **{"s__a.py": "import b\n", "s__b.py": ""})
    assert [dep.path for dep in found["x"].deps] == ["in"]


def test_kinds_of_outputs(stages):
    found = stages(
        "stages: {x: {cmd: a, wdir: w, outs: [p, {q: {cache: false}}, {r: {persist: true}}], "
        "metrics: [{m.json: {cache: false}}], plots: [pl], params: [{a.toml: [b]}]}}\n",
        **{"w__a.toml": "b = 1\n"},
    )
    outs = {out.path: (out.kind.value, out.cache) for out in found["x"].outs}
    assert outs == {
        "w/p": ("out", True),
        "w/q": ("out", False),
        "w/r": ("incremental", True),
        "w/m.json": ("metric", False),
        "w/pl": ("plot", True),
    }
    assert found["x"].function.directory == "w"
    assert found["x"].function.values == (("w/a.toml:b", 1),)


def test_a_plot_keeps_its_axes(tmp_path):
    text = "stages: {x: {cmd: a, plots: [{p.csv: {x: step, y: 'l s', title: T, cache: false}}]}}"
    (tmp_path / "dvc.yaml").write_text(text)
    found = pipeline_text(read_project(tmp_path))
    assert 'outputs.Plot("p.csv", x="step", y="l s", title="T", cache=False)' in found
