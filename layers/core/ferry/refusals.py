"""Telling an object that is refused from a side that refuses everything.

A policy may keep some objects of a bucket from a key that may read or write all others. Such an object fails
alone; a key that may do nothing any more ends the run.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from ferry.errors import ConfigurationError, ConflictError, FerryError, PermanentError
from ferry.keys import UNREADABLE_KEYS, KeyMapping, KeyRange
from ferry.listings import list_under
from ferry.objects import ReplicaProperties
from ferry.stores.protocols import ReplicaStore, SourceStore

KEEP_SECONDS: Final = 60.0
"""How long both sides are trusted after they were tried."""
_OTHERS: Final = 3
_PROBE_KEY: Final = ".ferry-preflight"
_NO_ETAG: Final = "0" * 32


@dataclass
class Refusals:
    """Judges refusals of one pair of buckets.

    Attributes:
        clock: Returns seconds that only grow.
    """

    source: SourceStore
    replica: ReplicaStore
    mapping: KeyMapping
    clock: Callable[[], float] = time.monotonic
    _tried: asyncio.Lock = field(default_factory=asyncio.Lock)
    _trusted_until: float = float("-inf")

    async def judge(self, key: str, error: ConfigurationError) -> FerryError:
        """Return what a refusal is: about one object a PermanentError, else the error itself.

        However many objects are refused, both sides are tried once a minute, with a few requests.

        Args:
            key: The source's key.
            error: What copying it came to.
        """
        if error.reason != "AccessDenied":
            return error
        async with self._tried:
            if self.clock() >= self._trusted_until:
                if not await self._others_work(key):
                    return error
                self._trusted_until = self.clock() + KEEP_SECONDS
        msg = f"{error} Other objects may be copied, so that only this one is refused."
        return PermanentError(msg, reason=error.reason)

    async def _others_work(self, key: str) -> bool:
        try:
            return await asyncio.to_thread(self._can_read_another, key) and await self._can_write()
        except ConfigurationError:
            return False

    def _can_read_another(self, key: str) -> bool:
        """Try a few other objects; when the bucket has none, nothing speaks for the key."""
        rows = list_under(self.source, self.mapping.listing_prefixes, KeyRange())
        others = (row.key for row in rows if row.key not in {key, *UNREADABLE_KEYS} and not row.is_symlink)
        return any(self._can_read(other) for other in islice(others, _OTHERS))

    def _can_read(self, key: str) -> bool:
        try:
            self.source.head(key)
        except ConfigurationError:
            return False
        except PermanentError:
            # Something about this object, such as that it is gone; the permission is there.
            return True
        return True

    async def _can_write(self) -> bool:
        """Try a write whose condition cannot hold, so that nothing is ever written."""
        key = self.mapping.replica_listing_prefix + _PROBE_KEY
        try:
            await self.replica.put(key, b"", size=0, properties=ReplicaProperties({}, {}), expected=_NO_ETAG)
        except ConflictError:
            return True
        return False
