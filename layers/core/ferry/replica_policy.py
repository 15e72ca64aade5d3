"""What a replica is given beside its bytes."""

from dataclasses import dataclass

from ferry.metadata import encode_metadata
from ferry.objects import Marker, ReplicaProperties, SourceObject


@dataclass(frozen=True, slots=True)
class ReplicaPolicy:
    """How the replicas of one run are written."""

    run_id: str
    storage_class: str = "STANDARD"

    def properties(self, source: SourceObject, tags: dict[str, str]) -> ReplicaProperties:
        """Derive everything a replica of this source object is written with."""
        marker = Marker.of(source, self.run_id)
        return ReplicaProperties(
            content_headers=source.content_headers,
            metadata=encode_metadata({**source.metadata, **marker.to_metadata()}),
            tags=tags,
            storage_class=self.storage_class,
        )
