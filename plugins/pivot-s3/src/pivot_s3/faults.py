"""What an error of S3 means to a person: which remote, what failed, and how to mend it.

An error of the client library may quote what a credential helper printed, so that its text is
passed on only where S3 itself has said it. Tests: tests/test_faults.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import aiohttp
from botocore import exceptions as boto

from pivot.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_s3.address import Address

_LOGIN = "credentials come from AWS's own settings: the environment, ~/.aws, or a role"
_EXPIRED = "log in again ('aws sso login', or whatever gives you credentials)"
_ALLOWED = "the policy must allow s3:ListBucket on the bucket, s3:GetObject and s3:PutObject in it"
_REGION = "add the bucket's region to the remote's URL: ?region=..."
_REDIRECTED = "correct the endpoint's URL (http or https?) or the region: ?region=..."

#: The code of an error -> what it means, and how to mend it.
_CODES = {
    "NoSuchBucket": ("there is no such bucket", "create it, or correct the remote's URL"),
    "AccessDenied": ("access is denied", _ALLOWED),
    "403": ("access is denied", _ALLOWED),
    "AllAccessDisabled": ("access is denied", _ALLOWED),
    "InvalidAccessKeyId": ("the access key is not known there", _LOGIN),
    "SignatureDoesNotMatch": ("the secret key does not fit the access key", _LOGIN),
    "ExpiredToken": ("the session token has expired", _EXPIRED),
    "ExpiredTokenException": ("the session token has expired", _EXPIRED),
    "TokenRefreshRequired": ("the session token has expired", _EXPIRED),
    "InvalidToken": ("the session token is not valid", _EXPIRED),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "set the clock"),
    "PermanentRedirect": ("the bucket is in another region", _REGION),
    "AuthorizationHeaderMalformed": ("the bucket is in another region", _REGION),
    "301": ("the bucket is in another region", _REGION),
    "SlowDown": ("it is asked too often", "try again later: what was moved stays"),
    "503": ("it is asked too often", "try again later: what was moved stays"),
    "QuotaExceeded": ("its quota is used up", "free some space there"),
    "XMinioStorageFull": ("its disk is full", "free some space there"),
}
_NO_LOGIN = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.InvalidConfigError,
)
_OLD_LOGIN = (boto.UnauthorizedSSOTokenError, boto.SSOTokenLoadError, boto.TokenRetrievalError)
_NETWORK = (
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.IncompleteReadError,
    aiohttp.ClientError,
    ConnectionError,
    TimeoutError,
)


@contextlib.contextmanager
def explaining(address: Address) -> Iterator[None]:
    """Turn what the client library raises into `RemoteError`."""
    try:
        yield
    except boto.ClientError as error:
        raise _refusal(address, error) from error
    except _NO_LOGIN as error:
        # Its text may hold what a credential helper printed.
        raise _fault(
            address, f"there are no usable credentials ({type(error).__name__})", _LOGIN
        ) from None
    except _OLD_LOGIN as error:
        raise _fault(address, f"the login has expired ({type(error).__name__})", _EXPIRED) from None
    except boto.ProfileNotFound as error:
        raise _fault(address, f"AWS's settings lack a profile: {error}", _LOGIN) from error
    except _NETWORK as error:
        where = address.endpoint_url or "S3"
        raise _fault(
            address,
            f"{where} can't be reached ({type(error).__name__})",
            "check the network and the endpoint; what was moved stays, so run it again",
        ) from error
    except RecursionError:
        # The client library asks for the bucket's region, is redirected, asks for its region, ...
        raise _fault(address, "every request is redirected", _REDIRECTED) from None
    except boto.BotoCoreError as error:
        raise _fault(address, f"the client library says {type(error).__name__}: {error}") from error


def code_of(error: boto.ClientError) -> str:
    """Give the code of what S3 has refused."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_absence(error: boto.ClientError) -> bool:
    """Say whether an error only means that an object isn't there."""
    return code_of(error) in ("404", "NoSuchKey", "NotFound")


def _refusal(address: Address, error: boto.ClientError) -> RemoteError:
    code = code_of(error)
    if code in _CODES:
        return _fault(address, *_CODES[code])
    said = error.response.get("Error", {}).get("Message", "")
    return _fault(address, f"{error.operation_name} was refused: {code} {said}".rstrip())


def _fault(address: Address, reason: str, hint: str | None = None) -> RemoteError:
    return RemoteError(f"the remote {address} can't be used: {reason}", hint=hint)
