"""A remote in S3: one event loop and one client for all its calls, until it is closed.

Tests: tests/test_remote.py.
"""

from __future__ import annotations

import contextlib
import functools
import os
import weakref
from typing import TYPE_CHECKING, Any

import aioboto3
from aiobotocore.config import AioConfig
from botocore import UNSIGNED
from botocore import exceptions as boto

from pivot.interfaces import Stored
from pivot.remotes.names import folders
from pivot_s3.background import Background, each, leaf
from pivot_s3.faults import explaining
from pivot_s3.search import Search
from pivot_s3.transfer import Mover

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from pivot.interfaces import Moved
    from pivot_s3.address import Address
    from pivot_s3.background import Tell

_AT_ONCE = 16
#: How many keys S3 deletes by one request.
_PAGE = 1000
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_ATTEMPTS = 6


class S3Remote:
    """Blobs in a bucket; its calls may come from several threads, and after a fork."""

    #: What it holds is remembered.
    far = True

    def __init__(self, address: Address) -> None:
        self._address = address
        self._background = Background[Any](functools.partial(_connect, address))
        # Whoever forgets to close it: it is closed when nobody has it any more, and at the end.
        weakref.finalize(self, self._background.close)

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the bucket doesn't hold."""
        lacking: set[str] = set()

        async def look(client: Any, _: Tell) -> None:
            lacking.update(await Search(client, self._address).lacking(set(keys)))

        if keys:
            self._batch(look)
        return lacking

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Store files."""

        async def send(client: Any, tell: Tell) -> None:
            mover = Mover(client, self._address, tell)
            await each(blobs.items(), lambda item: mover.upload(*item), self._address.jobs)

        if blobs:
            self._batch(send, tell)

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Fetch blobs."""
        absent: set[str] = set()

        async def get(client: Any, tell: Tell) -> None:
            mover = Mover(client, self._address, tell)

            async def fetch(item: tuple[str, Path]) -> None:
                if not await mover.download(*item):
                    absent.add(item[0])

            await each(files.items(), fetch, self._address.jobs)

        if files:
            self._batch(get, tell)
        return absent

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what there is; it is asked for when the first is wanted."""
        found: dict[str, Stored] = {}
        places = {self._address.prefix + name for one in beginnings for name in folders(one)}

        async def look(client: Any, _: Tell) -> None:
            search = Search(client, self._address)

            async def list_one(place: str) -> None:
                async for item in search.objects(place):
                    if key := self._address.key(item["Key"]):
                        found[key] = Stored(key, item["Size"], item["LastModified"].timestamp())

            await each(sorted(places), list_one, _AT_ONCE)

        if places:
            self._batch(look)
        yield from found.values()

    def delete(self, keys: Collection[str]) -> None:
        """Forget blobs."""
        names = sorted(self._address.name(key) for key in keys)
        groups = [names[at : at + _PAGE] for at in range(0, len(names), _PAGE)]

        async def remove(client: Any, _: Tell) -> None:
            for group in groups:
                objects = [{"Key": name} for name in group]
                answer = await client.delete_objects(
                    Bucket=self._address.bucket,
                    Delete={"Objects": objects, "Quiet": True},
                    **self._address.request,
                )
                for problem in answer.get("Errors", ()):
                    raise boto.ClientError({"Error": problem}, "DeleteObjects")

        if groups:
            self._batch(remove)

    def close(self) -> None:
        """Close the connections; whoever goes on using it makes others."""
        self._background.close()

    def _batch(
        self,
        work: Callable[[Any, Tell], Awaitable[None]],
        tell: Tell = lambda _: None,
    ) -> None:
        async def explained(client: Any, tell: Tell) -> None:
            with explaining(self._address):
                try:
                    await work(client, tell)
                except ExceptionGroup as group:
                    raise leaf(group) from None

        self._background.run(explained, tell)


@contextlib.asynccontextmanager
async def _connect(address: Address) -> AsyncIterator[Any]:
    """Give a client; the login is looked for by its first request."""
    retries: dict[str, Any] = {"mode": "adaptive"}
    if "AWS_MAX_ATTEMPTS" not in os.environ:
        retries["total_max_attempts"] = _ATTEMPTS
    config = AioConfig(
        retries=retries,
        max_pool_connections=2 * max(_AT_ONCE, address.jobs),
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        signature_version=UNSIGNED if address.anonymous else None,
        # Few servers but Amazon's have a host name for each bucket.
        s3={"addressing_style": "path" if address.endpoint_url else "auto"},
    )
    async with contextlib.AsyncExitStack() as stack:
        with explaining(address):
            session = aioboto3.Session(profile_name=address.profile, region_name=address.region)
            client = await stack.enter_async_context(
                session.client("s3", endpoint_url=address.endpoint_url, config=config)
            )
        yield client
