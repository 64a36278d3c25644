"""The driver for Google Cloud Storage, set up so that it asks only the server it is told of."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def google():
    with pytest.MonkeyPatch.context() as patch:
        # Else it asks Google itself for each bucket's layout; it looks when it's imported.
        patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
        return pytest.importorskip(
            "gcsfs", reason="the driver for Google Cloud Storage is not installed"
        )
