"""Claims on uploads in memory, and what keeps the uploads of a large object's steps."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ferry.multipart.orphans import UploadKeeper
from ferry.stores.protocols import ReplicaStore
from ferry.tasks.claims import Claim, Place

from tests.support.builders import NOON

PRINCIPAL = "ferry"
"""The role whose uploads memory buckets show, unless a test says otherwise."""


@dataclass
class MemoryClaims:
    """Behaves like ``UploadClaims``."""

    kept: dict[Place, Claim] = field(default_factory=dict)

    def begin(self, place: Place, now: datetime) -> Claim | None:
        before = self.kept.get(place)
        if before is None:
            self.kept[place] = Claim(place.job, now)
        elif not before.is_closed:
            self.kept[place] = replace(before, since=now, is_beginning=True, begun=before.begun + 1)
        return before

    def record(self, place: Place, upload_id: str) -> bool:
        claim = self.kept[place]
        if claim.is_closed:
            return False
        self.kept[place] = replace(
            claim, is_beginning=False, upload_ids=claim.upload_ids | frozenset({upload_id})
        )
        return True

    def close(self, place: Place) -> Claim | None:
        if place not in self.kept:
            self.kept[place] = Claim(place.job, NOON, is_beginning=False, is_closed=True, begun=0)
            return None
        self.kept[place] = replace(self.kept[place], is_closed=True)
        return self.kept[place] if self.kept[place].begun else None

    def list_claims(self, place: Place) -> list[Claim]:
        return [
            claim
            for other, claim in self.kept.items()
            if (other.bucket, other.key) == (place.bucket, place.key)
        ]


def upload_keeper(replica: ReplicaStore, claims: MemoryClaims | None = None) -> UploadKeeper:
    return UploadKeeper(replica, claims or MemoryClaims(), PRINCIPAL)
