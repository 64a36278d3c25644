"""What a line for the shell starts, and how it ends."""

from __future__ import annotations

import pytest

from pivot.shell import Command, CommandFailedError, Script


@pytest.fixture
def project(tmp_path):
    for file in ("train.py", "src/train.py", "pkg/__main__.py", "pkg/tool.py", "run.sh"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("python train.py --fast train.py", [Script("train.py", ".")]),
        ("python3.13 -u -W error -X dev src/train.py", [Script("src/train.py", "src")]),
        ("/usr/bin/python3 ./src/../train.py", [Script("train.py", ".")]),
        ("A=1 python 'src/train.py'", [Script("src/train.py", "src")]),
        ("uv run src/train.py", [Script("src/train.py", "src")]),
        ("uv run python -m pkg.tool x", [Script("pkg/tool.py", ".")]),
        ("python -m pkg", [Script("pkg/__main__.py", ".")]),
        ("./train.py", [Script("train.py", ".")]),
        ("mkdir -p out && python train.py > log; python src/train.py", None),
        ("cat a.txt | python train.py", [Script("train.py", ".")]),
        ("(python train.py) && python train.py", [Script("train.py", ".")]),
        ("python -c 'print(1)' train.py", []),
        ("python -m json.tool < a.json", []),
        ("python ../elsewhere.py", []),
        ("python /etc/passwd.py", []),
        ("python nowhere.py", []),
        ("python", []),
        ("python -m", []),
        ("sh run.sh", []),
        ("echo 'train.py", []),
        ("", []),
    ],
)
def test_the_scripts_of_a_line(project, line, found):
    if found is None:
        found = [Script("train.py", "."), Script("src/train.py", "src")]
    assert Command(line).scripts(project) == found


def test_it_starts_in_its_directory(project, monkeypatch):
    monkeypatch.chdir(project)
    command = Command("pwd > where.txt", "src")
    assert command.scripts(project) == []
    assert Command("python train.py", "src").scripts(project) == [Script("src/train.py", "src")]
    assert Command("python -m pkg", ".").scripts(project) == [Script("pkg/__main__.py", ".")]
    command()
    assert (project / "src" / "where.txt").read_text().strip() == str(project / "src")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("exit 3", "ended with status 3: exit 3"),
        ("no-such-program-at-all", "the shell does not know the command: no-such-program-at-all"),
        ("kill -KILL $$", "ended by SIGKILL"),
    ],
)
def test_what_does_not_end_well_is_told(line, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandFailedError, match=r".*") as told:
        Command(line)()
    assert said in str(told.value)


def test_it_can_ask_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Command("cat > said.txt")()
    assert (tmp_path / "said.txt").read_text() == ""
