"""What an error of a driver means to a person: which remote, what failed, and how to mend it.

A driver raises whatever its library does, and the text may quote anything, a credential too: only
the kind of an error and the status of an answer are passed on. A *cause* of an error is what it was
raised from. Example::

    with explaining(address):
        files.info(name)  # FileNotFoundError if it surely isn't there, otherwise RemoteError

Tests: tests/test_faults.py.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

from pivot.errors import PivotError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_fsspec.address import Address

#: Scheme -> what its driver logs in with.
_LOGINS = {
    "abfs": "the login comes from the environment (AZURE_STORAGE_CONNECTION_STRING and its like)",
    "az": "the login comes from the environment (AZURE_STORAGE_CONNECTION_STRING and its like)",
    "gcs": "the login comes from Google's own settings ('gcloud auth application-default login')",
    "gs": "the login comes from Google's own settings ('gcloud auth application-default login')",
    "http": "by http only what anybody may read is fetched",
    "https": "by http only what anybody may read is fetched",
    "sftp": "the login comes from an SSH agent or ~/.ssh, for the user in the remote's URL",
    "ssh": "the login comes from an SSH agent or ~/.ssh, for the user in the remote's URL",
    "webdav": "the login comes from ~/.netrc",
    "webdavs": "the login comes from ~/.netrc",
}
_RIGHTS = "; it must be allowed to read and to write there"
_AGAIN = "what was moved stays, so run it again"
_LINE = f"check the network and the address; {_AGAIN}"
_WRONG_PLACE = "create it, or correct the remote's URL"

_NETWORK = (ConnectionError, TimeoutError, socket.gaierror, ssl.SSLError)
#: The libraries of drivers have errors of their own, which are known by name: few are installed.
_NETWORK_NAMES = {
    "ClientConnectionError",  # aiohttp
    "ClientPayloadError",
    "NoValidConnectionsError",  # paramiko
    "RequestException",  # requests
    "ServiceRequestError",  # azure
    "ServiceResponseError",
    "TransportError",  # httpx, google
}
_LOGIN_NAMES = {
    "AuthenticationException",  # paramiko
    "ClientAuthenticationError",  # azure
    "GoogleAuthError",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
#: Under which of these names an error has the status of an answer.
_STATUS_NAMES = ("status", "status_code", "code")


@contextlib.contextmanager
def explaining(address: Address) -> Iterator[None]:
    """Turn what a driver raises into `RemoteError`, but for the absence of what was asked for."""
    try:
        yield
    except (PivotError, ImportError):
        raise
    except Exception as error:
        if is_absence(error):
            raise
        reason, hint = _explained(error, address.scheme)
        raise fault(address, reason, hint) from None


def fault(address: Address, reason: str, hint: str) -> RemoteError:
    """Give the error that says that a remote can't be used, why, and how to mend it."""
    return RemoteError(f"the remote {address} can't be used: {reason}", hint=hint)


def no_place(address: Address) -> RemoteError:
    """Give the error for a place that there isn't, where nothing can be stored either."""
    what = "bucket or container" if address.whole_at_once else "place"
    return fault(address, f"there is no such {what}", _WRONG_PLACE)


def is_absence(error: BaseException) -> bool:
    """Say whether an error means that something isn't there, and nothing else.

    The http driver says so of a refusal and of a broken connection, too: then the cause tells.
    """
    if not isinstance(error, FileNotFoundError):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, LookupError | FileNotFoundError):
        return True
    return _status(cause) in _ABSENT or "NotFound" in type(cause).__name__


def _explained(error: BaseException, scheme: str) -> tuple[str, str]:
    chain = list(_chain(error))
    kind = type(chain[-1] if isinstance(error, FileNotFoundError) else error).__name__
    status = next((found for one in chain if (found := _status(one))), None)
    login = _LOGINS.get(scheme, "check the login")
    if status is not None:
        return _refused(status, kind, login)
    if any(_is(one, _LOGIN_NAMES) and not _is(one, _NETWORK_NAMES) for one in chain):
        return f"the login fails ({kind})", login
    if any(isinstance(one, _NETWORK) or _is(one, _NETWORK_NAMES) for one in chain):
        return f"it can't be reached ({kind})", _LINE
    if any(isinstance(one, OSError) and one.errno in _FULL for one in chain):
        return "a disk is full", f"free some space; {_AGAIN}"
    if any(isinstance(one, FileNotFoundError) for one in chain):
        return "there is no such place", _WRONG_PLACE
    return f"the driver fails ({kind})", f"check the address, the network and the login; {_AGAIN}"


def _refused(status: int, kind: str, login: str) -> tuple[str, str]:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return f"it wants another login ({status})", login
        case HTTPStatus.FORBIDDEN:
            return f"access is denied ({kind})", login + _RIGHTS * ("only" not in login)
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return f"there is no such place ({status})", _WRONG_PLACE
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
            return f"it is asked too often ({status})", f"try again later: {_AGAIN}"
        case HTTPStatus.INSUFFICIENT_STORAGE:
            return "its disk is full", "free some space there"
        case _:
            return f"the server answers {status}", f"try again later: {_AGAIN}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and its causes."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _status(error: BaseException) -> int | None:
    """Give the HTTP status of the answer that an error is about, if it is about one."""
    if isinstance(error, PermissionError) or (
        # What Google's driver makes of this status.
        isinstance(error, OSError) and str(error).startswith("Forbidden")
    ):
        return HTTPStatus.FORBIDDEN
    for name in _STATUS_NAMES:
        found = getattr(error, name, None)
        if isinstance(found, int | str) and str(found).isdecimal() and 400 <= int(found) < 600:
            return int(found)
    return None


def _is(error: BaseException, names: set[str]) -> bool:
    return any(one.__name__ in names for one in type(error).__mro__)
