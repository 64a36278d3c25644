"""What tests of the past need: a session of the project with three commits, and its repository."""

from __future__ import annotations

import pytest

from pivot.api.opening import open_session
from pivot.past.revision import Revision
from pivot.vcs import Repository


@pytest.fixture
def repository(observed):
    return Repository.find(observed.root)


@pytest.fixture
def revision(repository):
    """Give a function from a name to what there was."""
    return lambda name: Revision(repository, name)


@pytest.fixture
def session(observed):
    with open_session(observed.root, None, {}) as session:
        yield session
