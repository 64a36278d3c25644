from pathlib import Path
from unittest.mock import Mock

from pivot.fingerprint.kinds import is_a


def test_a_type_is_not_what_a_value_claims():
    assert isinstance(Mock(spec=Path), Path)
    assert not is_a(Mock(spec=Path), Path)
    assert is_a(Path(), Path)
    assert is_a(True, int)
