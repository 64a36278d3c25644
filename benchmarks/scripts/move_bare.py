"""Move a directory to a bucket, or back, in a plain loop over aioboto3: no cache, no checks.

`python move_bare.py push|pull URL BUCKET DIRECTORY`; the directory's files are the objects. This is
the least that a tool with this client library can take.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aioboto3
from aiobotocore.config import AioConfig

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

_AT_ONCE = 16
#: Beyond this size, in bytes, a file goes in parts, as the library's own transfers do it.
_WHOLE = 8 * 1024 * 1024


async def main(verb: str, url: str, bucket: str, directory: Path) -> None:
    """Move all files."""
    config = AioConfig(max_pool_connections=2 * _AT_ONCE, s3={"addressing_style": "path"})
    async with aioboto3.Session().client("s3", endpoint_url=url, config=config) as client:

        async def push(file: Path) -> None:
            if file.stat().st_size > _WHOLE:
                await client.upload_file(str(file), bucket, file.name)
            else:
                await client.put_object(Bucket=bucket, Key=file.name, Body=file.read_bytes())

        async def pull(found: tuple[str, int]) -> None:
            name, size = found
            if size > _WHOLE:
                await client.download_file(bucket, name, str(directory / name))
            else:
                answer = await client.get_object(Bucket=bucket, Key=name)
                (directory / name).write_bytes(await answer["Body"].read())

        if verb == "push":
            await each(sorted(directory.iterdir()), push)
        else:
            directory.mkdir()
            # s3rver makes the marks of the newer listing's pages with DES, which OpenSSL 3 lacks.
            pages = client.get_paginator("list_objects").paginate(Bucket=bucket)
            objects = [item async for page in pages for item in page.get("Contents", ())]
            await each([(item["Key"], item["Size"]) for item in objects], pull)


async def each[T](items: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Do something with every item, with a fixed number of them at a time."""
    left = iter(items)

    async def work() -> None:
        for item in left:
            await do(item)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])))
