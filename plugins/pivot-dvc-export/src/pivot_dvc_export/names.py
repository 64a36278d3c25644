"""What is a stage called in DVC? A name that has no sign which means something there.

DVC takes letters, digits, `_` and `-`; its own names of generated stages have an `@`. Every other
sign becomes a word between double underscores, so that the name can still be read, and turned back:
`train@small` is `train__at__small`. Tests: tests/test_names.py.
"""

from __future__ import annotations

import re

_WORDS = {"@": "at", ".": "dot", "+": "plus", "_": "low"}
_SIGNS = {word: sign for sign, word in _WORDS.items()}
# An underscore stands for itself unless it could be taken for the begin of a word.
_FOREIGN = re.compile(r"_(?=_)|[^A-Za-z0-9_-]")
_WORD = re.compile(r"__(?:(?P<word>at|dot|plus|low)|u(?P<code>[0-9a-f]+))__")


def dvc_name(stage: str) -> str:
    """Give the name that a stage has in DVC; different stages have different ones."""
    return _FOREIGN.sub(_spelt, stage)


def stage_name(name: str) -> str:
    """Give the stage that `dvc_name` gave a name."""
    return _WORD.sub(_sign, name)


def _spelt(found: re.Match[str]) -> str:
    sign = found[0]
    return f"__{_WORDS.get(sign) or f'u{ord(sign):x}'}__"


def _sign(found: re.Match[str]) -> str:
    word = found["word"]
    return _SIGNS[word] if word else chr(int(found["code"], 16))
