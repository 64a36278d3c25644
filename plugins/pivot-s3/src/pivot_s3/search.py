"""Which of some blobs a bucket holds, with few requests.

A few blobs are asked for one by one, at once. For more, the listing of the whole remote is begun,
but no further than the other ways would take. What that leaves open is looked for by *shard*, the
first two digits of a key: one with several keys is listed, in one with less each is asked for.
Tests: tests/test_search.py.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from botocore import exceptions as boto

from pivot.remotes.names import BLOBS, ENTRIES, is_entry
from pivot_s3.background import each
from pivot_s3.faults import code_of, is_absence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pivot_s3.address import Address

#: How many keys S3 lists by one request.
PAGE = 1000
_AT_ONCE = 16
#: From this number of keys in a shard on, listing it is cheaper than asking for each.
_WORTH_LISTING = 3


class Search:
    """Looks into a bucket."""

    def __init__(self, client: Any, address: Address) -> None:
        self._client = client
        self._address = address

    async def lacking(self, keys: set[str]) -> set[str]:
        """Give those of the keys that aren't there."""
        entries = {key for key in keys if is_entry(key)}
        return await self._lacking(keys - entries, BLOBS) | await self._lacking(entries, ENTRIES)

    async def _lacking(self, keys: set[str], folder: str) -> set[str]:
        lacking: set[str] = set()
        shards = _shards(keys)
        requests = sum(1 if _is_worth_listing(shard) else len(shard) for shard in shards)
        # A listing's pages come one after another, the other requests many at a time.
        pages = requests // _AT_ONCE
        if pages:
            lacking, keys = await self._listed(keys, f"{self._address.prefix}{folder}", pages)
            shards = _shards(keys)

        async def in_shard(shard: set[str]) -> None:
            lacking.update(await self._lacking_in_shard(shard))

        async def by_key(key: str) -> None:
            if not await self._is_there(key):
                lacking.add(key)

        few = [key for shard in shards if not _is_worth_listing(shard) for key in shard]
        await each([shard for shard in shards if _is_worth_listing(shard)], in_shard, _AT_ONCE)
        await each(few, by_key, _AT_ONCE)
        if lacking and not pages:
            await self._check_bucket()
        return lacking

    async def objects(self, prefix: str, after: str = "") -> AsyncIterator[Mapping[str, Any]]:
        """List the objects whose names begin with `prefix`, in the order of their names."""
        while True:
            page = await self._client.list_objects_v2(
                Bucket=self._address.bucket,
                Prefix=prefix,
                StartAfter=after,
                MaxKeys=PAGE,
                **self._address.request,
            )
            for item in page.get("Contents", ()):
                after = item["Key"]
                yield item
            if not page["IsTruncated"]:
                return

    async def _names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        async for item in self.objects(prefix, after):
            yield item["Key"]

    async def _listed(self, keys: set[str], folder: str, pages: int) -> tuple[set[str], set[str]]:
        """Give the keys that a listing of so many pages lacks, and those behind its end."""
        left = {self._address.name(key): key for key in keys}
        count = 0
        async for name in self._names(folder):
            left.pop(name, None)
            count += 1
            if count == pages * PAGE:
                behind = {key for other, key in left.items() if other > name}
                return set(left.values()) - behind, behind
        return set(left.values()), set()

    async def _lacking_in_shard(self, keys: set[str]) -> set[str]:
        left = {self._address.name(key): key for key in keys}
        last = max(left)
        async for name in self._names(f"{last.rpartition('/')[0]}/", after=min(left)[:-1]):
            left.pop(name, None)
            if name >= last:
                break
        return set(left.values())

    async def _is_there(self, key: str) -> bool:
        try:
            await self._client.head_object(
                Bucket=self._address.bucket, Key=self._address.name(key), **self._address.request
            )
        except boto.ClientError as error:
            if is_absence(error):
                return False
            if code_of(error).isdigit():
                await self._ask_why()
            raise
        return True

    async def _ask_why(self) -> None:
        """Raise what S3 has against requests, if it has: what answers a HEAD has no words."""
        await self._client.list_objects_v2(
            Bucket=self._address.bucket,
            Prefix=self._address.prefix,
            MaxKeys=1,
            **self._address.request,
        )

    async def _check_bucket(self) -> None:
        """Raise if there is no bucket: asked for an object, S3 doesn't say what isn't there."""
        try:
            await self._client.head_bucket(Bucket=self._address.bucket)
        except boto.ClientError as error:
            if is_absence(error):
                raise boto.ClientError({"Error": {"Code": "NoSuchBucket"}}, "HeadBucket") from error
            # Who may not ask this may still be allowed to do all that's needed.
            if code_of(error) != "403":
                raise


def _shards(keys: set[str]) -> list[set[str]]:
    shards: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        shards[key[:2]].add(key)
    return list(shards.values())


def _is_worth_listing(shard: set[str]) -> bool:
    return len(shard) >= _WORTH_LISTING
