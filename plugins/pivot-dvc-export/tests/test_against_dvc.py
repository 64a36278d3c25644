"""The same project run by DVC and, imported, by Pivot: the same bytes, and no unexplained run.

The rules by which what they run may differ stand in docs/migrating.md, "What Pivot runs and DVC
doesn't, and the other way round".
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import pivot

pytestmark = pytest.mark.distribution

#: How many pipelines are tried: `make faults` sets it.
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
DOZEN = Path(__file__).parent / "dozen"
_RUNNING = re.compile(r"Running stage '([^']+)'")


class Pair:
    """One project twice: one copy that DVC runs, one that Pivot runs."""

    def __init__(self, directory, environ, fill):
        self.environ = {**os.environ, **environ}
        self.theirs, self.ours = directory / "theirs", directory / "ours"
        fill(self.theirs)
        self.do(self.theirs, "git", "init", "--quiet")
        self.do(self.theirs, "dvc", "init", "--quiet")
        self.first = self.repro()
        shutil.copytree(self.theirs, self.ours)
        self.said = self.do(self.ours, "pivot", "import-dvc", "--cache")

    def do(self, directory, *words):
        done = subprocess.run(
            words,
            cwd=directory,
            env=self.environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
        return done.stdout

    def repro(self):
        """Run DVC; give the stages that it ran."""
        return set(_RUNNING.findall(self.do(self.theirs, "dvc", "repro")))

    def run(self):
        """Run Pivot; give what became of each stage."""
        report = pivot.run(self.ours, jobs=1)
        assert report.ok, [stage.error for stage in report.stages]
        return {stage.name: stage.status.value for stage in report.stages}

    def write(self, path, text):
        for root in (self.theirs, self.ours):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

    def read(self, path):
        return (self.theirs / path).read_text()

    def made(self, root):
        outs = [out.path for stage in pivot.stages(self.ours) for out in stage.outs]
        files = [file for out in outs for file in (root / out, *(root / out).rglob("*"))]
        return {str(f.relative_to(root)): f.read_bytes() for f in files if f.is_file()}

    def compare(self):
        assert self.made(self.ours) == self.made(self.theirs)


def test_a_project_of_a_dozen_stages_goes_on_where_dvc_left_off(dvc, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", dvc["PATH"])
    pair = Pair(tmp_path, dvc, lambda root: shutil.copytree(DOZEN, root))
    assert "adopted 13 of 13 stages from DVC" in pair.said
    assert set(pair.run().values()) == {"unchanged"}
    pair.compare()
    for path, old, new in (
        ("params.yaml", "share: 0.25", "share: 0.5"),
        ("src/text.py", ".,!?", ".,"),
    ):
        pair.write(path, pair.read(path).replace(old, new))
        dvc_ran, statuses = pair.repro(), pair.run()
        pair.compare()
        assert {name for name, status in statuses.items() if status == "ran"} == dvc_ran, path
    pair.write("src/text.py", f"# A comment.\n{pair.read('src/text.py')}")
    assert pair.repro() == {"clean", "vocabulary"}
    assert set(pair.run().values()) == {"unchanged"}
    pair.compare()


class Chance:
    """A random pipeline, and random edits of it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.stages = self.random.randint(3, 6)
        self.files = {"data.txt": "0", **{f"h{n}.py": self._helper(n) for n in range(3)}}
        self.edits = 0
        entries = ["stages:"]
        for n in range(self.stages):
            above = [m for m in range(n) if self.random.random() < 0.5]
            helper = self.random.randrange(3)
            self.files[f"s{n}.py"] = self._script(n, helper, above)
            reads = ["data.txt"] if not above or self.random.random() < 0.4 else []
            deps = [f"s{n}.py", f"h{helper}.py", *(f"o{m}.txt" for m in above), *reads]
            words = [f"o{m}.txt" for m in above] + reads
            entries += [
                f"  s{n}:",
                f"    cmd: python s{n}.py {' '.join(words)}",
                f"    deps: [{', '.join(deps)}]",
                f"    params: [p{n}]",
                f"    outs: [o{n}.txt]",
            ]
        self.files["dvc.yaml"] = "\n".join(entries) + "\n"
        self.files["params.yaml"] = "".join(f"p{n}: {n}\n" for n in range(self.stages))

    def _helper(self, number):
        return f"def mixed(texts):\n    return sum(map(len, texts)) % 7 + {number}\n"

    def _script(self, number, helper, above):
        return (
            "import sys\n"
            f"from h{helper} import mixed\n"
            "texts = [open(path).read() for path in sys.argv[1:]]\n"
            "params = dict(l.split(': ') for l in open('params.yaml').read().splitlines())\n"
            f"value = mixed(texts) + int(params['p{number}']) % 3\n"
            f"open('o{number}.txt', 'w').write('x' * value + str({len(above)}))\n"
        )

    def fill(self, root):
        root.mkdir()
        for path, text in self.files.items():
            (root / path).write_text(text)

    def edit(self, pair):
        """Change one file in both copies; give the kind of the change."""
        self.edits += 1
        kind = self.random.choice(["data", "value", "code", "comment", "back"])
        path = {"data": "data.txt", "value": "params.yaml"}.get(kind)
        path = path or self.random.choice([name for name in self.files if name.endswith(".py")])
        text = pair.read(path)
        match kind:
            case "data":
                text = "0" * self.random.randint(1, 9)
            case "value":
                text = re.sub(r"(p\d): (\d+)", self._another, text, count=1)
            case "code":
                text = re.sub(r"% (\d+)", lambda m: f"% {int(m[1]) + 1}", text)
            case "comment":
                text += f"# {self.edits}\n"
            case _:
                text = self.files[path]
        pair.write(path, text)
        return kind

    def _another(self, found):
        return f"{found[1]}: {int(found[2]) + self.random.randint(0, 2)}"


@pytest.mark.chance
def test_random_pipelines_end_with_the_same_bytes(dvc, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", dvc["PATH"])
    for seed in range(ROUNDS):
        chance = Chance(seed)
        (tmp_path / str(seed)).mkdir()
        pair = Pair(tmp_path / str(seed), dvc, chance.fill)
        assert len(pair.first) == chance.stages
        commented = False
        for _ in range(5):
            kind = chance.edit(pair)
            commented |= kind == "comment"
            theirs, ours = pair.repro(), pair.run()
            pair.compare()
            ran = {name for name, status in ours.items() if status == "ran"}
            where = f"{seed=}, edit {chance.edits}: {kind}"
            # Whatever Pivot ran, DVC ran too: all that these stages read is declared.
            assert ran <= theirs, where
            for name in theirs - ran:
                # It knew the result, or nothing but comments changed since then.
                assert ours[name] == "restored" or commented, f"{where}, {name}: {ours[name]}"
