"""What the demonstration changes on the source between its two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from local.demo.seed import PREFIX, SeedObject

OVERWRITTEN = 25
_ADDED_NAMES = (
    "!before everything else.txt",
    "added/one.json",
    "added/two.json",
    "added/with space and +plus.txt",
    "added/100%.txt",
    "added//double slash.txt",
    "added/漢字 🚢.txt",
    "added/empty.txt",
    "added/folder/",
    "added/deep/er/and/deep/er/still.txt",
    "boto3",
    "botocore!",
    "zz/last/of/the/letters.txt",
    "~tilde.txt",
    "🏁 after everything else.txt",
)


@dataclass(frozen=True)
class Changes:
    """What to upload between the runs.

    Attributes:
        overwritten: New versions of objects that exist.
        added: Objects that do not exist yet.
    """

    overwritten: tuple[SeedObject, ...]
    added: tuple[SeedObject, ...]

    def keys(self) -> frozenset[str]:
        """All changed keys without the prefix: what the next run has to copy, no more and no less."""
        return frozenset(changed.key.removeprefix(PREFIX) for changed in (*self.overwritten, *self.added))


def plan_changes(objects: Sequence[SeedObject]) -> Changes:
    """Choose objects to overwrite, spread over all keys, and think of some to add.

    Args:
        objects: What is on the source; at least ``OVERWRITTEN`` of them have content.

    Returns:
        The first overwritten object keeps its size and changes its bytes; the others grow, and have other
        metadata and no tags afterwards.
    """
    usable = [
        found
        for found in sorted(objects, key=lambda found: found.key)
        if "Content-Encoding" not in found.headers and found.content()
    ]
    chosen = [usable[number * len(usable) // OVERWRITTEN] for number in range(OVERWRITTEN)]
    overwritten = [_same_size(chosen[0]), *(_grown(found) for found in chosen[1:])]
    added = [
        SeedObject(
            PREFIX + name,
            bytes if name.endswith(("/", "empty.txt")) else f"Added later: {name}\n".encode,
            {"Content-Type": "text/plain"},
            {"added": "between the runs"},
        )
        for name in _ADDED_NAMES
    ]
    return Changes(tuple(overwritten), tuple(added))


def _same_size(found: SeedObject) -> SeedObject:
    return replace(found, content=lambda: bytes(byte ^ 1 for byte in found.content()))


def _grown(found: SeedObject) -> SeedObject:
    return replace(
        found,
        content=lambda: found.content() + b"\n# Overwritten between the runs.\n",
        metadata={**found.metadata, "revision": "2 – zweite"},
        tags={},
    )
