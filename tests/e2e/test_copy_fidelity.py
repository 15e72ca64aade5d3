"""What ``ferry copy`` keeps of objects that S3 cannot hold as they are, and what it says about them."""

import json

from tests.support.two_sides import TwoSides


def test_replicas_are_written_as_the_options_say(sides: TwoSides, tmp_path):
    large = {"x-oss-meta-note": ("é" * 2000).encode(), "Expires": "never"}
    sides.source.put_object("large metadata", b"1", headers=large)
    sides.source.put_object("forever", b"2", headers={"Expires": "never", "x-oss-storage-class": "IA"})
    sides.source.put_object("public", b"3", headers={"x-oss-object-acl": "public-read"})
    report = tmp_path / "report.jsonl"

    refused = sides.copy()
    answer = sides.copy(
        *("--metadata-policy", "drop", "--acl", "source", "--storage-class-map", "IA=STANDARD_IA"),
        *("--encryption", "sse-kms", "--kms-key", "alias/replicas", "--report", str(report)),
        *("--oss-request-payer", "--s3-request-payer", "--compare", "always"),
    )

    assert (refused.code, refused.json["failed"]) == (1, 1)
    assert "or drop user metadata" in refused.stderr
    assert answer.code == 0, answer.stderr
    assert (answer.json["copied"], answer.json["metadata_dropped"]) == (3, 1)
    assert [json.loads(line) for line in report.read_text().splitlines()] == [
        {"key": "large metadata", "notice": "metadata-dropped"}
    ]
    forever = sides.s3.head_object(Bucket=sides.bucket, Key="forever")
    assert forever["Metadata"]["ferry-source-expires"] == "never"
    assert (forever["StorageClass"], forever["ServerSideEncryption"]) == ("STANDARD_IA", "aws:kms")
    grants = sides.s3.get_object_acl(Bucket=sides.bucket, Key="public")["Grants"]
    assert [grant["Permission"] for grant in grants if "URI" in grant["Grantee"]] == ["READ"]
    assert sides.verify().json == {"missing": 0, "extra": 0, "different": 0, "same": 3}


def test_options_that_contradict_are_said_before_anything_is_copied(sides: TwoSides):
    sides.source.put_object("a", b"1")

    answer = sides.copy("--kms-key", "alias/replicas")

    assert answer.code == 2
    assert "--kms-key needs --encryption" in " ".join(answer.stderr.replace("│", " ").split())
    assert sides.replicas() == {}
