"""What belongs to an object but does not come with its body: its tags and its ACL."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ferry.errors import SourceChangedError
from ferry.objects import SourceObject
from ferry.stores.protocols import SourceStore


@dataclass(frozen=True, slots=True)
class Companions:
    """Tags and ACL of one version; ``acl`` is as OSS spells it, None when nobody wants it."""

    tags: Mapping[str, str] = field(default_factory=dict)
    acl: str | None = None


NO_COMPANIONS: Final = Companions()


async def read_companions(store: SourceStore, source: SourceObject, *, wants_acl: bool) -> Companions:
    """Read what a version has beside its body, by no request at all when that is nothing.

    Args:
        store: The bucket it is in.
        source: The version, as a HEAD or GET has just described it.
        wants_acl: Whether to read the ACL.

    Raises:
        SourceChangedError: Another version took its place meanwhile, which tags and ACL may belong to.
        ObjectNotFoundError: The object was deleted meanwhile.
    """
    if not source.tag_count and not wants_acl:
        return NO_COMPANIONS
    tags = await asyncio.to_thread(store.tags, source.key) if source.tag_count else {}
    acl = await asyncio.to_thread(store.acl, source.key) if wants_acl else None
    now = await asyncio.to_thread(store.head, source.key)
    if now.etag != source.etag:
        msg = f"The source became {now.etag} while the tags of {source.etag} were read."
        raise SourceChangedError(msg)
    return Companions(tags, acl)
