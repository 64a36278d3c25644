"""Distributions that exist for one test: real metadata and modules on `sys.path`, no installer."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

type Install = Callable[..., Path]


@pytest.fixture
def search_path() -> Iterator[list[str]]:
    """Give `sys.path`, to be changed; it and the modules are as before after the test."""
    path, modules = sys.path[:], set(sys.modules)
    yield sys.path
    sys.path[:] = path
    for module in set(sys.modules) - modules:
        if module.startswith("acme"):
            del sys.modules[module]


@pytest.fixture
def install(tmp_path: Path, search_path: list[str]) -> Install:
    """Give `install(name, entry_points, modules)`; what it installs is gone after the test."""

    def install(
        name: str,
        entry_points: str,
        modules: dict[str, str] | None = None,
        *,
        version: str = "1.0",
        metadata: str | None = None,
    ) -> Path:
        site = tmp_path / f"site-{name}-{version}"
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        header = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(header if metadata is None else metadata)
        (info / "entry_points.txt").write_text(entry_points)
        for module, code in (modules or {}).items():
            (site / f"{module}.py").write_text(code)
        search_path.insert(0, str(site))
        importlib.invalidate_caches()
        return site

    return install


@pytest.fixture
def bare(search_path: list[str]) -> None:
    """Hide all distributions of the environment, Pivot's own too, but not what is imported."""
    search_path[:] = [entry for entry in search_path if "site-packages" not in entry]
