"""Shells as people use them: a real one on a terminal, a line typed, then Tab and Enter.

The `pivot` that they find completes as the real one does; run, it writes down what it was given.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import signal
import sys
import time

import pytest

import pivot

PATIENCE = 60
#: How each is started without anybody's own settings, and what `pivot completion --help` says.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(pivot completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(pivot completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "pivot completion fish | source"),
}
PROGRAM = """\
#!/bin/sh
if [ -n "$_PIVOT_COMPLETE" ] || [ "$1" = completion ]; then
    exec {python} -m pivot.cli "$@"
fi
printf '%s\\n' "$@" > given.new
mv given.new given
"""
STAGES = """
def prepare() -> Annotated[int, outputs.Out("out/prepared.json", loaders.JSON())]:
    return 1

def train(variant: str) -> Annotated[int, outputs.Out("trained.json", loaders.JSON())]:
    return 1
"""
MATRIX = """
stages:
  prepare: {function: pipeline:prepare}
  train:
    function: pipeline:train
    matrix: {model: [bert_swe, xl]}
    outs: {return: "${model}.json"}
"""


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, command, directory, environ):
        self.directory = directory
        self._seen = b""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(directory)
            os.execvpe(command[0], command, environ)

    def type(self, text):
        os.write(self._terminal, text.encode())

    def wait_for(self, name):
        """Give what a file says as soon as it is there, and remove it."""
        file = self.directory / name
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            # What is shown must be read, or the shell is held up.
            if select.select([self._terminal], [], [], 0.02)[0]:
                with contextlib.suppress(OSError):
                    self._seen += os.read(self._terminal, 65536)
            assert time.monotonic() < deadline, self._seen.decode(errors="replace")
        text = file.read_text()
        file.unlink()
        return text

    def complete(self, line):
        """Give the words that `pivot` gets when Tab is pressed behind a line, and then Enter."""
        self.type(f"{line}\t\r")
        return self.wait_for("given").split("\n")[:-1]

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


@pytest.fixture
def directory(project):
    project.pipeline(STAGES)
    project.write("pivot.yaml", MATRIX)
    (project.root / ".pivot").mkdir()
    assert len(pivot.stages(project.root)) == 3
    project.write("pipeline.py", "raise SystemExit")
    (project.root / ".pivot/config.yaml").write_text("remotes: {far: 's3://far/x'}\n")
    return project.root


@pytest.fixture(params=SHELLS)
def shell(request, directory, tmp_path):
    command, setup = SHELLS[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    program = tmp_path / "bin" / "pivot"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    environ = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    shell = Shell(command, directory, environ)
    shell.type(f"{setup}; touch ready\r")
    shell.wait_for("ready")
    yield shell
    shell.close()


def test_what_is_typed_is_completed(shell):
    assert shell.complete("pivot run pre") == ["run", "prepare"]
    assert shell.complete("pivot run prepare train@b") == ["run", "prepare", "train@bert_swe"]
    assert shell.complete("pivot run train@x") == ["run", "train@xl"]
    assert shell.complete("pivot run 'train@x") == ["run", "train@xl"]
    assert shell.complete("pivot run out/") == ["run", "out/prepared.json"]
    assert shell.complete("true | pivot status pre") == ["status", "prepare"]
    assert shell.complete("pivot config set cache.l") == ["config", "set", "cache.link"]
    assert shell.complete("pivot push --remote ") == ["push", "--remote", "far"]
    assert shell.complete("pivot run --executor=lo") == ["run", "--executor=loky"]
    assert shell.complete("pivot stat") == ["status"]
    assert shell.complete("pivot run ./pipe") == ["run", "./pipeline.py"]
