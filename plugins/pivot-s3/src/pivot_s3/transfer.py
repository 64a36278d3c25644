"""Moving one blob: in one request if it's small, in parts of a fixed size if it isn't.

However large a blob is, only a few parts of all blobs are in memory at a time: a part waits for
*room*. A file that is fetched gets its name when it's whole; an upload in parts that fails is
taken back. Tests: tests/test_remote.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import re
from typing import TYPE_CHECKING, Any

import aiohttp
from botocore import exceptions as boto

from pivot.errors import StorageError
from pivot.interfaces import Moved
from pivot.store.faults import storage_error
from pivot_s3.background import each
from pivot_s3.faults import is_absence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from pivot_s3.address import Address
    from pivot_s3.background import Tell

_MD5 = re.compile(r"[0-9a-f]{32}")
#: In bytes; S3 takes parts of 5 MiB and more, except for the last.
PART = 8 * 1024 * 1024
#: How many parts S3 takes at most.
_MOST_PARTS = 10_000
#: Bodies up to this size, in bytes, need no room.
_SMALL = 1024 * 1024
_ROOM = 8
_AT_ONCE = 8
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.1


class DamagedUploadError(boto.BotoCoreError):
    """The server has stored something else than what was sent."""

    fmt = "what arrived there is not what was sent"


#: What can go wrong with a body while it's read, which the client library does not retry.
_BROKEN = (
    boto.IncompleteReadError,
    boto.ReadTimeoutError,
    boto.ResponseStreamingError,
    boto.FlexibleChecksumError,
    aiohttp.ClientPayloadError,
    aiohttp.ClientConnectionError,
    DamagedUploadError,
    TimeoutError,
)


class Mover:
    """Moves the blobs of one batch through one client."""

    def __init__(self, client: Any, address: Address, tell: Tell) -> None:
        self._client = client
        self._address = address
        self._tell = tell
        self._room = asyncio.Semaphore(_ROOM)

    async def upload(self, key: str, file: Path) -> None:
        """Store a file under a key."""
        with _reading(file):
            size = file.stat().st_size
        if size > PART:
            await self._upload_parts(key, file, size)
            return
        try:
            await _retrying(lambda: self._upload_whole(key, file, size))
        except DamagedUploadError:
            # It has its name already, and nobody must find it.
            await self._client.delete_object(**self._object(key))
            raise
        self._tell(Moved(key, size, whole=True))

    async def _upload_whole(self, key: str, file: Path, size: int) -> None:
        async with self._space(size):
            data = await _read(file, 0, size)
            sent = await self._client.put_object(
                **self._object(key), **self._address.storing, Body=data
            )
        await _check_stored(sent, data)

    async def _upload_parts(self, key: str, file: Path, size: int) -> None:
        place = self._object(key)
        started = await self._client.create_multipart_upload(**place, **self._address.storing)
        place["UploadId"] = started["UploadId"]
        parts: dict[int, dict[str, Any]] = {}
        length = max(PART, -(-size // _MOST_PARTS))

        async def send(number: int) -> None:
            start = (number - 1) * length
            span = min(length, size - start)

            async def once() -> dict[str, Any]:
                data = await _read(file, start, span)
                sent = await self._client.upload_part(**place, PartNumber=number, Body=data)
                await _check_stored(sent, data)
                return sent

            async with self._space(length):
                sent = await _retrying(once)
            sums = {name: sent[name] for name in sent if name.startswith("ChecksumCRC")}
            parts[number] = {"PartNumber": number, "ETag": sent["ETag"], **sums}
            self._tell(Moved(key, span, whole=False))

        try:
            await each(range(1, -(-size // length) + 1), send, _AT_ONCE)
            await self._client.complete_multipart_upload(
                **place, MultipartUpload={"Parts": [parts[number] for number in sorted(parts)]}
            )
        except BaseException:
            # Parts that nobody will ever complete cost money.
            with contextlib.suppress(boto.BotoCoreError, boto.ClientError, aiohttp.ClientError):
                await self._client.abort_multipart_upload(**place)
            raise
        self._tell(Moved(key, 0, whole=True))

    async def download(self, key: str, file: Path) -> bool:
        """Fetch a blob into a file; say whether it's there."""
        temporary = file.with_name(f".{os.urandom(8).hex()}.part")
        try:
            found = await _retrying(lambda: self._download_whole(key, temporary))
            if found is None:
                return False
            size, etag = found
            if size > PART:
                await self._download_parts(key, temporary, size, etag)
            with _writing(file):
                temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._tell(Moved(key, size if size <= PART else 0, whole=True))
        return True

    async def _download_whole(self, key: str, temporary: Path) -> tuple[int, str] | None:
        """Give size and version of an object; if it is small, write it."""
        try:
            response = await self._client.get_object(**self._object(key))
        except boto.ClientError as error:
            if is_absence(error):
                return None
            raise
        size: int = response["ContentLength"]
        # Closing it before it's read drops the connection, which a large object is worth.
        with contextlib.closing(response["Body"]) as body:
            if size <= PART:
                async with self._space(size):
                    await _write(temporary, 0, await _body(body, size))
        return size, response["ETag"]

    async def _download_parts(self, key: str, temporary: Path, size: int, etag: str) -> None:
        async def fetch(start: int) -> None:
            end = min(start + PART, size)
            span = {"Range": f"bytes={start}-{end - 1}", "IfMatch": etag}

            async def once() -> None:
                response = await self._client.get_object(**self._object(key), **span)
                with contextlib.closing(response["Body"]) as body:
                    await _write(temporary, start, await _body(body, end - start))

            async with self._space(PART):
                await _retrying(once)
            self._tell(Moved(key, end - start, whole=False))

        await each(range(0, size, PART), fetch, _AT_ONCE)

    def _object(self, key: str) -> dict[str, Any]:
        return {
            "Bucket": self._address.bucket,
            "Key": self._address.name(key),
            **self._address.request,
        }

    @contextlib.asynccontextmanager
    async def _space(self, size: int) -> AsyncIterator[None]:
        if size <= _SMALL:
            yield
        else:
            async with self._room:
                yield


async def _check_stored(sent: dict[str, Any], data: bytes) -> None:
    """Compare what was sent with what the server says that it has stored.

    The client library sends a CRC32 with it, which S3 itself checks; other servers may pass it by.
    """
    tag = str(sent.get("ETag", "")).strip('"')
    # Of what is encrypted with a key of its own, the tag is no MD5.
    encrypted = sent.get("ServerSideEncryption", "AES256") != "AES256"
    if encrypted or not _MD5.fullmatch(tag):
        return
    # Of much data it takes so long that others should not wait for it.
    digest = _md5(data) if len(data) <= _SMALL else await asyncio.to_thread(_md5, data)
    if digest != tag:
        raise DamagedUploadError


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


async def _body(body: Any, size: int) -> bytes:
    data: bytes = await body.read()
    if len(data) != size:
        raise boto.IncompleteReadError(actual_bytes=len(data), expected_bytes=size)
    return data


async def _retrying[T](attempt: Callable[[], Awaitable[T]]) -> T:
    for number in range(1, _ATTEMPTS):
        try:
            return await attempt()
        except _BROKEN:
            # Full jitter: many clients that failed together must not come back together.
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))  # noqa: S311 - no secret
    return await attempt()


async def _read(file: Path, start: int, size: int) -> bytes:
    def read() -> bytes:
        with _reading(file), file.open("rb") as stream:
            stream.seek(start)
            data = stream.read(size)
        if len(data) != size:
            raise StorageError(f"the file {file} became shorter while it was sent")
        return data

    return read() if size <= _SMALL else await asyncio.to_thread(read)


async def _write(file: Path, start: int, data: bytes) -> None:
    def write() -> None:
        with _writing(file):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                view, at = memoryview(data), start
                while view:
                    written = os.pwrite(descriptor, view, at)
                    view, at = view[written:], at + written
            finally:
                os.close(descriptor)

    if len(data) <= _SMALL:
        write()
    else:
        await asyncio.to_thread(write)


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(error, "read", file) from error


@contextlib.contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(error, "write", file) from error
