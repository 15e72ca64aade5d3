"""Keys: the order both clouds list them in, ranges of them, and where a source key lands."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Self

from ferry.errors import PermanentError
from ferry.patterns import EVERY_KEY, KeyPatterns

MAX_REPLICA_KEY_BYTES: Final = 1024
UNREADABLE_KEYS: Final = frozenset({".", ".."})
"""HTTP clients turn a request for one of these into a request for something else."""
UNWRITABLE_KEYS: Final = frozenset({"soap"})
"""S3 takes a request for one of these for something else when the host name holds the bucket."""
LAST_CHARACTER: Final = "\U0010ffff"


class InvalidKeyError(PermanentError):
    """The key cannot be read from OSS or cannot exist on S3."""


def sort_key(key: str) -> bytes:
    """Return what both clouds order keys by: their UTF-8 bytes.

    Source:
        OSS API reference "ListObjectsV2"; Amazon S3 API reference "ListObjectsV2".
    """
    return key.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys after ``after`` up to and including ``until``; None means to the end.

    Ranges cut at the same key meet without gap or overlap, whatever the key is.
    """

    after: str = ""
    until: str | None = None

    def __contains__(self, key: str) -> bool:
        return sort_key(self.after) < sort_key(key) and (
            self.until is None or sort_key(key) <= sort_key(self.until)
        )

    def meets(self, prefix: str) -> bool:
        """Tell whether there may be keys in the range that begin with the prefix."""
        begins_after = sort_key(self.after) > sort_key(prefix) and not self.after.startswith(prefix)
        return not begins_after and (self.until is None or sort_key(prefix) <= sort_key(self.until))

    def cut(self, boundaries: list[str]) -> list[Self]:
        """Cut the range at every boundary inside it.

        Args:
            boundaries: Keys in any order, need not exist.

        Returns:
            Ranges in ascending order that together cover exactly this one.
        """
        inside = sorted({key for key in boundaries if key in self and key != self.until}, key=sort_key)
        starts = [self.after, *inside]
        ends: list[str | None] = [*inside, self.until]
        return [type(self)(after, until) for after, until in zip(starts, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class KeyMapping:
    """Which source keys are meant, and where they land.

    A replica's key is ``replica_prefix`` + the source's key without ``strip_prefix``.

    The mapping keeps the byte order, so both listings can be merged as streams.

    Attributes:
        prefixes: Of the keys under ``source_prefix`` only those under one of these; ascending, none within
            another. None of them for all keys.
        patterns: Of these keys, only those that the patterns take, relative to ``source_prefix``.
    """

    source_prefix: str = ""
    strip_prefix: str = ""
    replica_prefix: str = ""
    prefixes: tuple[str, ...] = ()
    patterns: KeyPatterns = EVERY_KEY

    def __post_init__(self) -> None:
        if not self.source_prefix.startswith(self.strip_prefix):
            msg = (
                f"The prefix to strip ({self.strip_prefix!r}) must be a beginning of the source prefix "
                f"({self.source_prefix!r}), so that it can be taken off every key."
            )
            raise InvalidKeyError(msg)

    @property
    def listing_prefixes(self) -> tuple[str, ...]:
        """The prefixes that hold every source key that is meant; ascending."""
        return self.prefixes or (self.source_prefix,)

    @property
    def replica_listing_prefixes(self) -> tuple[str, ...]:
        """Those that hold their replicas, in the same order."""
        return tuple(self.to_replica(prefix) for prefix in self.listing_prefixes)

    @property
    def takes_all(self) -> bool:
        """Whether every key under the listing prefixes is meant."""
        return self.patterns == EVERY_KEY

    def covers(self, source_key: str) -> bool:
        """Tell whether a source key is meant."""
        return self.is_under_prefix(source_key) and self.patterns.take(source_key[len(self.source_prefix) :])

    def is_under_prefix(self, source_key: str) -> bool:
        """Tell whether a source key lies under one of the prefixes."""
        prefixes = self.listing_prefixes
        # Of prefixes none of which holds another, only the last one before a key can hold the key.
        place = bisect_right(prefixes, sort_key(source_key), key=sort_key)
        return place > 0 and source_key.startswith(prefixes[place - 1])

    @property
    def replica_listing_prefix(self) -> str:
        """The prefix under which every replica of this mapping lies."""
        return self.to_replica(self.source_prefix)

    def to_replica(self, source_key: str) -> str:
        """Return the replica's key of a source key that begins with the source prefix."""
        return self.replica_prefix + source_key[len(self.strip_prefix) :]

    def to_source(self, replica_key: str) -> str:
        """Return the source key that a replica's key stands for."""
        return self.strip_prefix + replica_key[len(self.replica_prefix) :]


def has_dot_segment(prefix: str) -> bool:
    """Tell whether a prefix has ``.`` or ``..`` between its slashes, which many clients resolve."""
    return not UNREADABLE_KEYS.isdisjoint(prefix.split("/"))


def check_key(source_key: str, replica_key: str) -> None:
    """Refuse keys that would be read or written wrong.

    Raises:
        InvalidKeyError: The source key is ``.`` or ``..``, which HTTP clients turn into another
            request; or the replica's key is empty, too long, one of those two, or ``soap``.

    Source:
        Amazon S3 User Guide, "Naming Amazon S3 objects".
    """
    for key in (source_key, replica_key):
        if key in UNREADABLE_KEYS:
            msg = f"The key {key!r} is a path segment with a meaning of its own; copy it under another name."
            raise InvalidKeyError(msg, reason="DotKey")
    if replica_key in UNWRITABLE_KEYS:
        msg = f"S3 keeps no object {replica_key!r} at the root of a bucket; use a destination prefix."
        raise InvalidKeyError(msg, reason="ReservedKey")
    try:
        length = len(replica_key.encode("utf-8"))
    except UnicodeEncodeError as error:
        msg = f"The key {replica_key!r} is not valid Unicode."
        raise InvalidKeyError(msg, reason="KeyNotUnicode") from error
    if not 1 <= length <= MAX_REPLICA_KEY_BYTES:
        msg = (
            f"The replica's key would have {length} bytes, S3 takes 1 to {MAX_REPLICA_KEY_BYTES}; "
            "use a shorter destination prefix."
        )
        raise InvalidKeyError(msg, reason="KeyTooLong" if length else "KeyEmpty")
