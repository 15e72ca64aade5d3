"""What a server is asked to be; travels to its process as JSON."""

from dataclasses import dataclass, replace
from typing import Self

SOURCE_BUCKET = "source-bucket"
REPLICA_BUCKET = "replica-bucket"
RUN_BUCKET = "run-bucket"
PREFIX = "data/"


@dataclass(frozen=True)
class Options:
    """Both sides of a benchmark.

    Attributes:
        objects: How many the source has.
        object_size: Bytes in each.
        is_tls: Whether the clients come over TLS.
        reply_delay_ms: Waited before every reply of source and replica.
        source_requests_per_second: What the source refuses anything above, 0 for nothing.
        source_bytes_per_second: How fast the source sends all bodies together, 0 for as fast as it can.
        replicas: Of the source's keys, how many of the first ones the replica lists already.
        changed_every: Of those, one in so many has another size; 0 for none.
        checks_checksums: Whether the replica also checks the checksums that it is sent.
    """

    objects: int
    object_size: int
    is_tls: bool = False
    reply_delay_ms: float = 0
    source_requests_per_second: float = 0
    source_bytes_per_second: float = 0
    replicas: int = 0
    changed_every: int = 0
    checks_checksums: bool = False

    def with_objects(self, objects: int) -> Self:
        """Return the same with another number of objects."""
        return replace(self, objects=objects)

    @property
    def size(self) -> int:
        """The bytes of all objects."""
        return self.objects * self.object_size
