"""Whole replications over stores of every kind: keys land where they should, or fail alone with a reason."""

import asyncio

import pytest
from ferry.keys import KeyMapping
from ferry.multipart.upload import LargeObjectCopier
from ferry.replicate import Replication
from ferry.stores.http import HttpTransport
from ferry.tasks.models import CompareMode
from ferry.transfer.engine import TransferEngine

from tests.support.builders import policy
from tests.support.clock import FakeClock, retry_policy

MIB = 1024**2
NAMES = [
    "plain",
    "a//b",
    "a/../b",
    "./x",
    "x/..",
    "...",
    "t/",
    "t/t/",
    " + % ? #",
    "a%41",
    "back\\slash",
    "~=&;'\"<>!*()",
    "日本語/ключ",
    "😀",
    "\uffff",
    "soap/soap",
]


def replicate(source, replica, mapping, *, mode=CompareMode.AUTO, **settings):
    """Run one, and return its tally and what it reported, by key."""
    reported = {}

    async def work():
        http = HttpTransport()
        for store in (source.store, replica.store):
            if hasattr(store, "_http"):
                store._http = http
        sides = source.store, replica.store, mapping, policy(**settings)
        retry = retry_policy(FakeClock())
        copier = LargeObjectCopier(*sides, part_size=5 * MIB, retry=retry)
        replication = Replication(
            TransferEngine(*sides, retry=retry),
            copier,
            mode=mode,
            large_object_threshold=6 * MIB,
            on_report=lambda outcome: reported.update({outcome.key: outcome}),
        )
        try:
            return await replication.run()
        finally:
            await http.aclose()

    return asyncio.run(work()), reported


@pytest.mark.parametrize(
    "mapping",
    [
        KeyMapping(),
        KeyMapping("in/", "in/", "out/"),
        KeyMapping("in/", "in/"),
        KeyMapping("in/", "", "out/"),
        KeyMapping("in/deep", "in/", "out"),
    ],
    ids=["same", "moved", "stripped", "kept", "not at a slash"],
)
def test_every_key_lands_where_the_mapping_says(source, replica, mapping):
    keys = [f"{mapping.source_prefix}{name}" for name in NAMES]
    for key in keys:
        source.write(key, key.encode())
    if mapping.source_prefix:
        source.write("elsewhere", b"not meant")

    tally, reported = replicate(source, replica, mapping)
    again, _ = replicate(source, replica, mapping, mode=CompareMode.CHECKSUM)

    assert reported == {}
    assert (tally.copied, tally.failed) == (len(keys), 0)
    assert {key: replica.content(mapping.to_replica(key)) for key in keys} == {
        key: key.encode() for key in keys
    }
    assert (again.copied, again.current) == (0, len(keys))


@pytest.mark.parametrize(
    ("bad", "mapping", "reason"),
    [
        ("soap", KeyMapping(), "ReservedKey"),
        ("in/soap", KeyMapping("in/", "in/"), "ReservedKey"),
        ("in/..", KeyMapping("in/", "in/"), "DotKey"),
        ("k" * 1023, KeyMapping(replica_prefix="p/"), "KeyTooLong"),
        ("中" * 341, KeyMapping(replica_prefix="é"), "KeyTooLong"),
        ("in/", KeyMapping("in/", "in/"), "KeyEmpty"),
    ],
)
def test_a_key_that_cannot_be_copied_fails_alone(source, replica, bad, mapping, reason):
    good = [f"{mapping.source_prefix}{name}" for name in ("a", "z", "soap/x")]
    for key in [*good, bad]:
        source.write(key, key.encode())

    tally, reported = replicate(source, replica, mapping)

    assert {key: outcome.reason for key, outcome in reported.items()} == {bad: reason}
    assert (tally.copied, tally.failed) == (3, 1)
    assert all(replica.content(mapping.to_replica(key)) == key.encode() for key in good)


@pytest.mark.not_on("oss", reason="no client can ask OSS for an object of such a name")
@pytest.mark.parametrize("bad", [".", ".."])
def test_a_key_that_cannot_be_read_fails_alone(source, replica, bad):
    for key in ("a", bad, "z"):
        source.write(key, key.encode())

    tally, reported = replicate(source, replica, KeyMapping(replica_prefix="copies/"))

    assert {key: outcome.reason for key, outcome in reported.items()} == {bad: "DotKey"}
    assert (tally.copied, tally.failed) == (2, 1)


def test_everything_an_object_has_comes_along(source, replica):
    metadata = {"owner": "Zoë 漢", "plain": "a b"}
    source.write(
        "k",
        b"content",
        content_headers={"content-type": "text/plain", "expires": "never"},
        metadata=metadata,
        tags={"team": "a b"},
        storage_class="IA",
    )
    source.set_acl("k", "public-read")
    source.write("large", bytes(7 * MIB), tags={"team": "large"}, storage_class="IA")
    settings = {"acl": "source", "storage_class_map": {"ia": "STANDARD_IA"}, "encryption": "sse-s3"}

    tally, reported = replicate(source, replica, KeyMapping(), **settings)

    assert (tally.copied, reported) == (2, {})
    kept, large = replica.properties("k"), replica.properties("large")
    assert kept.content_headers["content-type"] == "text/plain"
    assert "expires" not in kept.content_headers
    assert (kept.tags, large.tags) == ({"team": "a b"}, {"team": "large"})
    assert (kept.storage_class, large.storage_class) == ("STANDARD_IA", "STANDARD_IA")
    assert (kept.encryption, large.encryption) == ("AES256", "AES256")
    assert replica.acl("k") == "public-read"


def test_metadata_that_does_not_fit_is_dropped_and_reported(source, replica):
    source.write("large", b"x", metadata={"note": "é" * 2000})
    source.write("encrypted", b"x", metadata={"client-side-encryption-key": "k" * 3000})
    source.write("k", b"x", metadata={"note": "é"})

    tally, reported = replicate(source, replica, KeyMapping(), metadata_policy="drop")

    assert (tally.copied, tally.metadata_dropped, tally.failed) == (2, 1, 1)
    assert reported.keys() == {"large", "encrypted"}
    assert reported["encrypted"].reason == "MetadataTooLarge"
    assert replica.content("large") == b"x"
