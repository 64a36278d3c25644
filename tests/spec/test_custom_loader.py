"""A loader of the user's own: a frozen dataclass at the top of a module."""

from __future__ import annotations

import pytest

LOADERS = """
    import dataclasses
    import pathlib

    from pivot.loaders import Loader


    @dataclasses.dataclass(frozen=True)
    class Lines(Loader[list[str]]):
        encoding: str = "utf-8"

        def load(self, path: pathlib.Path) -> list[str]:
            return path.read_text(self.encoding).splitlines()

        def save(self, data: list[str], path: pathlib.Path) -> None:
            path.write_text(ending().join([*data, ""]), self.encoding)


    def ending():
        return "\\n"
"""


@pytest.fixture
def poem(project):
    project.write("textfiles.py", LOADERS)
    project.pipeline("""
        from textfiles import Lines

        def order(
            lines: Annotated[list[str], outputs.Dep("poem.txt", Lines())],
        ) -> Annotated[list[str], outputs.Out("ordered.txt", Lines(encoding="utf-16"))]:
            return sorted(lines)

        REGISTRY.register(order)
    """)
    project.write("poem.txt", "roses\nare\nred\n")
    return project


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_it_loads_and_saves(poem, run, executor):
    assert run("--executor", executor) == {"order": "ran"}
    assert (poem.root / "ordered.txt").read_text("utf-16") == "are\nred\nroses\n"
    assert run("--executor", executor) == {"order": "unchanged"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("textfiles.py", '[*data, ""]', '[*reversed(data), ""]', id="its-code"),
        pytest.param("textfiles.py", 'return "\\n"', 'return "\\r"', id="its-helper"),
        pytest.param(
            "textfiles.py", 'encoding: str = "utf-8"', 'encoding: str = "ascii"', id="default"
        ),
        pytest.param("pipeline.py", "utf-16", "utf-32", id="option"),
    ],
)
def test_its_code_and_its_options_are_part_of_the_stage(poem, run, file, old, new):
    run("--executor", "inline")
    poem.edit(file, old, new)
    assert run("--executor", "inline") == {"order": "ran"}


def test_what_it_raises_is_told_with_the_stage(poem):
    (poem.root / "poem.txt").write_bytes(b"\xff\xff")
    done = poem.cli("run")
    assert done.returncode == 1
    assert "order" in done.stdout + done.stderr
    assert "UnicodeDecodeError" in done.stdout + done.stderr
