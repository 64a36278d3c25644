"""Where a remote is, as a person writes it: a URL with options behind a `?`, or a path.

Example: `split("s3://data/pivot?region=eu-west-1")` is `("s3://data/pivot", {"region":
"eu-west-1"})`. A path becomes a `file://` URL. Tests: tests/plugins_host/test_addresses.py.
"""

from __future__ import annotations

from pathlib import Path


def split(address: str) -> tuple[str, dict[str, str]]:
    """Give the URL without its query, and the query as options."""
    if "://" not in address:
        return Path(address).expanduser().absolute().as_uri(), {}
    from urllib.parse import parse_qsl  # only for who opens a remote

    url, _, query = address.partition("?")
    return url, dict(parse_qsl(query, keep_blank_values=True))


def scheme(url: str) -> str:
    """Give what stands before the `://` of a URL, by which its driver is found."""
    return url.partition("://")[0].lower()
