"""What the tests of confinement need: a system that can confine."""

import pytest

from pivot.confinement.landlock import UnavailableError, require


@pytest.fixture(scope="session", autouse=True)
def landlock() -> None:
    try:
        require()
    except UnavailableError as error:
        pytest.skip(f"this system can't confine a process: {error.message}")
