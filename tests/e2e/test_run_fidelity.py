"""What a deployed run keeps and tells of objects that are not quite what S3 holds."""

import os

from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User


def test_links_and_large_metadata_are_copied_and_counted(user: User):
    bucket = user.source("notable")
    large = os.urandom(LARGE_OBJECT_THRESHOLD + 12_345)
    bucket.put_object("in/target", b"small")
    bucket.put_object("in/large target", large)
    bucket.put_symlink("in/target", "in/link")
    bucket.put_symlink("in/large target", "in/large link")
    bucket.put_object("in/noted", b"noted", headers={"x-oss-meta-note": ("é" * 2000).encode()})
    user.create_task("notable", "oss://notable/in/", metadata_policy="drop", encryption="sse-s3")

    first = user.ferry("run", "start", "notable", "--wait", "--json")
    second = user.ferry("run", "start", "notable", "--wait", "--json")

    assert (first.code, first.json["counts"]["copied"], first.json["counts"]["failed"]) == (0, 5, 0), (
        first.stderr
    )
    # A small link is checked by its target's MD5, which the parts of a large one cannot be.
    assert (first.json["counts"]["unverified"], first.json["counts"]["metadata_dropped"]) == (1, 1)
    assert (second.code, second.json["counts"]["copied"], second.json["counts"]["current"]) == (0, 0, 5), (
        second.stderr
    )
    assert user.replicas("notable/") == {
        "target": b"small",
        "link": b"small",
        "large target": large,
        "large link": large,
        "noted": b"noted",
    }
    head = user.aws("s3").head_object(Bucket=user.stack.replica_bucket, Key="notable/large link")
    assert head["Metadata"]["ferry-notices"] == "unverified"
