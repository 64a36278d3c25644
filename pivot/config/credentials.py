"""What in the address of a remote looks like a credential, which no file of settings may hold.

An address is a URL with options behind a `?`, or a path, which has none. A driver may know more of
its own options, and refuse more. Example: `found_in("s3://bucket?secret_key=hush")` is `the option
'secret_key'`. Tests: tests/config/test_credentials.py.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

#: What the names of options that hold one have in them; a key's name, or its file's, is none.
_NAME = re.compile(
    r"pass(?:w|phrase|code|$)|pwd|secret|token|credential|signature|conn(?:ection)?_?str"
    r"|auth(?!or(?!i[sz]))"
    r"|(?<![a-z])(?:sas|sig)(?![a-z])"
    r"|key(?!s|_?(?:file|id|name|path))",
    re.IGNORECASE,
)
_SHOWN = 40
#: What to do instead.
REMEDY = (
    "give it by the settings of the library that reaches the remote: the environment, a file of "
    "its own, an agent"
)


def found_in(address: str) -> str | None:
    """Say what looks like a credential, without repeating it; None if nothing does."""
    if "://" not in address:
        return None
    if _has_password(address):
        return "a password"
    for name, value in parse_qsl(address.partition("?")[2], keep_blank_values=True):
        if is_credential(name):
            return f"the option {name!r:.{_SHOWN}}"
        if "://" in value and _has_password(value):
            return f"a password, in the option {name!r:.{_SHOWN}}"
    return None


def is_credential(name: str) -> bool:
    """Say whether an option of this name holds one."""
    return _NAME.search(name) is not None


def masked(address: str) -> str:
    """Give an address, or what was meant as one, as it may be shown to anybody."""
    url, options, _ = address.partition("?")
    _, user, rest = url.rpartition("@")
    return f"{'***@' if user else ''}{rest}{'?***' if options else ''}"


def _has_password(address: str) -> bool:
    """Say whether a URL has a password, also one that is not written as URLs have it."""
    host = address.partition("://")[2].partition("?")[0].partition("/")[0]
    user, at, _ = host.rpartition("@")
    if at:
        return ":" in user
    # `me:a/b@host` and `me:a?b@host`: what stands where a port does is none.
    _, _, port = host.rpartition(":")
    return ":" in host and "@" in address and bool(port) and not port.isdecimal()
