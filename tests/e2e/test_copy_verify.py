"""``ferry verify`` finds whatever differs between the two sides."""

from collections.abc import Iterator

import pytest

from tests.support.two_sides import TwoSides, two_sides

HEADERS = {"Content-Type": "text/plain", "x-oss-meta-owner": "me", "x-oss-tagging": "team=ferry"}


@pytest.fixture
def sides(servers) -> Iterator[TwoSides]:
    """Two sides that are alike."""
    with two_sides(*servers) as copied:
        for number in range(4):
            copied.source.put_object(f"object-{number}", b"content", headers=HEADERS)
        assert copied.copy().code == 0
        yield copied


def rewrite(sides: TwoSides, key: str, **changes: object) -> None:
    """Write a replica again with everything it had but the changes."""
    head = sides.s3.head_object(Bucket=sides.bucket, Key=key)
    written = {
        "Body": b"content",
        "Metadata": head["Metadata"],
        "ContentType": head["ContentType"],
        "Tagging": "team=ferry",
        **changes,
    }
    sides.s3.put_object(Bucket=sides.bucket, Key=key, **written)


def test_missing_extra_and_different_objects_are_counted_and_shown(sides: TwoSides):
    sides.s3.delete_object(Bucket=sides.bucket, Key="object-0")
    sides.s3.put_object(Bucket=sides.bucket, Key="surplus", Body=b"")
    sides.source.put_object("object-1", b"changed", headers=HEADERS)

    answer = sides.verify()

    assert answer.code == 1
    assert answer.json == {"missing": 1, "extra": 1, "different": 1, "same": 2}
    assert "missing: object-0: not on S3" in answer.stderr
    assert "extra: surplus: not on OSS" in answer.stderr
    assert "different: object-1: version: etag " in answer.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ContentType": "image/png"}, "header content-type: 'text/plain' on OSS, 'image/png' on S3"),
        ({"CacheControl": "no-store"}, "header cache-control: none on OSS, 'no-store' on S3"),
        ({"Tagging": "team=other"}, "tag team: 'ferry' on OSS, 'other' on S3"),
        ({"Tagging": ""}, "tag team: 'ferry' on OSS, none on S3"),
        ({"Body": b"shorter"[:3]}, "size: 7 on OSS, 3 on S3"),
        ({"Metadata": {"owner": "me"}, "Body": b"CONTENT"}, "content unknown"),
    ],
)
def test_whatever_differs_is_said(sides: TwoSides, changes: dict[str, object], words: str):
    rewrite(sides, "object-2", **changes)

    answer = sides.verify()

    assert (answer.code, answer.json["different"]) == (1, 1)
    assert f"different: object-2: {words}" in answer.stderr


def test_metadata_of_its_own_is_compared_without_the_marker(sides: TwoSides):
    metadata = sides.s3.head_object(Bucket=sides.bucket, Key="object-2")["Metadata"]
    rewrite(sides, "object-2", Metadata={**metadata, "owner": "you"})

    answer = sides.verify()

    assert "different: object-2: metadata owner: 'me' on OSS, 'you' on S3" in answer.stderr


def test_reading_the_content_finds_bytes_that_nothing_else_shows(sides: TwoSides):
    rewrite(sides, "object-2", Body=b"CONTENT")

    by_description, by_content = sides.verify(), sides.verify("--content")

    assert (by_description.code, by_description.json["same"]) == (0, 4)
    assert (by_content.code, by_content.json["different"]) == (1, 1)
    assert "different: object-2: content: SHA-256 " in by_content.stderr


def test_a_wrong_setting_is_named_in_one_sentence(sides: TwoSides):
    answer = sides.ferry("verify", "oss://not-there", f"s3://{sides.bucket}", "--json")

    assert (answer.code, answer.stdout) == (2, "")
    assert "NoSuchBucket" in answer.stderr
