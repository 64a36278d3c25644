import shutil
import subprocess

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(invoke, shell):
    result = invoke("completion", shell)
    assert result.status == 0
    assert f"_PIVOT_COMPLETE={shell}_complete" in result.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_the_script(invoke):
    script = invoke("completion", "bash").out
    subprocess.run(["bash", "--norc", "-c", f"{script}\ncomplete -p pivot"], check=True)


def test_another_shell_is_refused(invoke):
    result = invoke("completion", "tcsh")
    assert result.status == 2
    assert "'bash', 'zsh', 'fish'" in result.err
