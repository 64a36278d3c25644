"""Shells as people use them: a real one on a terminal, a line typed, and the Tab key pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import sys
import time
from pathlib import Path

import pytest

PATIENCE = 30
PROMPT = "ready> "
#: How each is started without anybody's own settings, and told what its prompt is.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], f"PS1='{PROMPT}'"),
    "zsh": (["zsh", "-f", "-i"], f"unsetopt zle_bracketed_paste prompt_sp; PS1='{PROMPT}'"),
    "fish": (["fish", "--no-config", "-i"], f"function fish_prompt; echo -n '{PROMPT}'; end"),
}
SETUP = {
    "bash": 'eval "$(pivot completion bash)"',
    "zsh": 'eval "$(pivot completion zsh)"',
    "fish": "pivot completion fish | source",
}
#: What moves the cursor or colours text.
_CONTROLS = re.compile(r"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")
