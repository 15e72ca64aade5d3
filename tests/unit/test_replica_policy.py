"""What a replica is given beside its bytes, and what becomes of what S3 cannot hold."""

import pytest
from ferry.companions import Companions
from ferry.errors import PermanentError
from ferry.metadata import MAX_METADATA_BYTES, MetadataTooLargeError, decode_value, is_http_date
from ferry.objects import CONTENT_HEADERS, Marker, Notice
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import described, marker_of, policy
from tests.support.strategies import ANY_TEXT

LARGE = {"note": "x" * 3000, "owner": "me"}
KEY = {"client-side-encryption-key": "k" * 344, "client-side-encryption-cek-alg": "AES/CTR/NoPadding"}
DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


def decoded(properties):
    return {name: decode_value(value) for name, value in properties.metadata.items()}


def users(properties):
    return {name: value for name, value in decoded(properties).items() if not name.startswith("ferry-")}


def test_every_content_header_is_kept():
    headers = {name: f"value of {name}" for name in CONTENT_HEADERS} | {"expires": DATE}

    properties = policy().properties(described(content_headers=headers))

    assert properties.content_headers == headers
    assert "ferry-source-expires" not in properties.metadata


@pytest.mark.parametrize("expires", ["never", "0", "-1", "2026-10-21", "Wed, 21 Oct 2026 07:28:00", "nie 漢"])
def test_an_expires_that_is_no_date_is_kept_as_metadata(expires):
    source = described(content_headers={"expires": expires, "content-type": "text/plain"})

    properties = policy().properties(source)

    assert properties.content_headers == {"content-type": "text/plain"}
    assert decoded(properties)["ferry-source-expires"] == expires
    assert source.content_headers["expires"] == expires


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (DATE, True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", True),
        ("Thu, 21 Oct 2026 07:28:00 GMT", False),
        ("Wed, 21 Oct 2026 7:28:00 GMT", False),
        ("Wed, 31 Feb 2026 07:28:00 GMT", False),
        ("Wed, 21 Oct 2026 07:28:00 +0000", False),
        (f" {DATE}", False),
        ("", False),
    ],
)
def test_a_date_is_spelled_as_http_spells_it(value, expected):
    assert is_http_date(value) is expected


@given(st.dictionaries(st.text("abc-", min_size=1, max_size=20), ANY_TEXT, max_size=20))
def test_metadata_is_kept_whole_or_dropped_whole_and_the_marker_stays(metadata):
    source = described(metadata=metadata, crc64=7, version_id="v1")

    properties = policy(metadata_policy="drop").properties(source)

    is_dropped = Notice.METADATA_DROPPED in properties.notices
    assert users(properties) == ({} if is_dropped else metadata)
    assert Marker.from_metadata(decoded(properties)) == marker_of(source, notices=properties.notices)
    assert sum(len(name) + len(value) for name, value in properties.metadata.items()) <= MAX_METADATA_BYTES


def test_metadata_that_does_not_fit_fails_unless_it_may_be_dropped():
    with pytest.raises(MetadataTooLargeError, match="or drop user metadata"):
        policy().properties(described(metadata=LARGE))

    assert users(policy(metadata_policy="drop").properties(described(metadata=LARGE))) == {}


def test_an_expires_that_is_no_date_goes_with_the_metadata_it_does_not_fit_beside():
    source = described(content_headers={"expires": "n" * 3000})

    with pytest.raises(MetadataTooLargeError):
        policy().properties(source)
    properties = policy(metadata_policy="drop").properties(source)

    assert (properties.notices, properties.content_headers) == ({Notice.METADATA_DROPPED}, {})


@pytest.mark.parametrize("name", ["", "two words", "größe", "a:b", "a\nb"])
def test_a_name_that_s3_refuses_fails_or_is_dropped(name):
    source = described(metadata={name: "value", "owner": "me"})

    with pytest.raises(PermanentError) as caught:
        policy().properties(source)

    assert caught.value.reason == "MetadataName"
    assert policy(metadata_policy="drop").properties(source).notices == {Notice.METADATA_DROPPED}


@pytest.mark.parametrize("metadata_policy", ["fail", "drop"])
def test_an_object_encrypted_by_its_owner_keeps_what_decrypts_it(metadata_policy):
    properties = policy(metadata_policy=metadata_policy).properties(described(metadata=KEY))

    assert users(properties) == KEY


@pytest.mark.parametrize("metadata_policy", ["fail", "drop"])
def test_an_object_encrypted_by_its_owner_fails_rather_than_lose_its_key(metadata_policy):
    with pytest.raises(MetadataTooLargeError) as caught:
        policy(metadata_policy=metadata_policy).properties(described(metadata=KEY | LARGE))

    assert caught.value.reason == "MetadataTooLarge"
    if metadata_policy == "drop":
        assert "never be decrypted" in str(caught.value)


def test_metadata_of_ferrys_own_kind_is_not_taken_from_a_source():
    forged = {"ferry-notices": "unverified", "ferry-source-crc64": "1", "ferry-anything": "x"}

    source = described(metadata=forged | {"owner": "me"})

    properties = policy().properties(source)

    assert Marker.from_metadata(properties.metadata) == marker_of(source)
    assert "ferry-anything" not in properties.metadata


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (None, None)),
        ({"encryption": "sse-s3"}, ("AES256", None)),
        ({"encryption": "sse-kms"}, ("aws:kms", None)),
        ({"encryption": "sse-kms", "kms_key": "alias/a"}, ("aws:kms", "alias/a")),
    ],
)
def test_encryption_is_spelled_as_s3_spells_it(settings, expected):
    properties = policy(**settings).properties(described())

    assert (properties.encryption, properties.kms_key) == expected


@pytest.mark.parametrize(
    ("chosen", "of_source", "expected"),
    [
        ("bucket-default", "public-read", None),
        ("bucket-owner-full-control", None, "bucket-owner-full-control"),
        ("source", "default", None),
        ("source", "private", "private"),
        ("source", "public-read", "public-read"),
        ("source", "public-read-write", "public-read-write"),
    ],
)
def test_an_acl_is_the_buckets_a_canned_one_or_the_sources(chosen, of_source, expected):
    chosen_policy = policy(acl=chosen)

    assert chosen_policy.properties(described(), Companions(acl=of_source)).acl == expected
    assert chosen_policy.wants_acl is (chosen == "source")


def test_an_acl_that_s3_does_not_know_fails_that_object():
    with pytest.raises(PermanentError) as caught:
        policy(acl="source").properties(described(), Companions(acl="family"))

    assert caught.value.reason == "UnknownAcl"


def test_the_storage_class_follows_that_of_the_source():
    chosen = policy(storage_class_map={"archive": "GLACIER_IR"})

    assert chosen.properties(described(storage_class="Archive")).storage_class == "GLACIER_IR"
    assert chosen.properties(described(storage_class="IA")).storage_class == "STANDARD"


def test_an_object_that_was_not_verified_says_so():
    properties = policy().properties(described(), is_verified=False)

    assert properties.notices == {Notice.UNVERIFIED}
    assert properties.metadata["ferry-notices"] == "unverified"
