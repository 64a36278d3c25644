"""docs/troubleshooting.md: the messages in its headings are those that Pivot gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "troubleshooting.md"
MESSAGES = re.findall(r"^### (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)


#: What a text must have beside values, so that not everything matches it.
ENOUGH = 8


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """All texts in the core's source, with a zero byte where a value stands."""
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted((ROOT / "pivot").rglob("*.py"))]
    return {text(node) for tree in trees for node in ast.walk(tree)}


def text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "".join(text(part) or "\0" for part in getattr(node, "values", ()))


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_in_a_heading_is_one_of_pivots(texts, message):
    parts = [part.strip() for part in message.split("...")]
    assert any(
        all(part in found for part in parts)
        or re.fullmatch(".+".join(map(re.escape, found.split("\0"))), message)
        for found in texts
        if len(found.replace("\0", "")) >= ENOUGH
    )
