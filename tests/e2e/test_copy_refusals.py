"""What ``ferry copy`` says when it cannot work, and what it leaves behind: nothing."""

import signal
from collections.abc import Iterator

import oss2
import pytest

from local.oss.credentials import parse_credential
from local.oss.embedded import OssServer
from tests.support.aws import running_moto
from tests.support.two_sides import TwoSides, two_sides

LISTER = "lister:secret:allow=oss:ListObjects"


@pytest.fixture(scope="module")
def sides() -> Iterator[TwoSides]:
    with (
        OssServer(credentials=[parse_credential(LISTER)]) as oss,
        running_moto() as aws,
        two_sides(oss, aws) as buckets,
    ):
        buckets.source.put_object("object", b"content")
        yield buckets


CASES = {
    "wrong-key-id": ({"OSS_ACCESS_KEY_ID": "LTAInobody"}, ["InvalidAccessKeyId", "access key id"]),
    "wrong-secret": ({"OSS_ACCESS_KEY_SECRET": "wrong"}, ["SignatureDoesNotMatch", "secret_access_key"]),
    "no-key-id": ({"OSS_ACCESS_KEY_ID": None}, ["set OSS_ACCESS_KEY_ID in the environment"]),
    "key-without-permission": (
        {"OSS_ACCESS_KEY_ID": "lister", "OSS_ACCESS_KEY_SECRET": "secret"},
        ["AccessDenied", "oss:GetObject"],
    ),
    "wrong-region": ({"OSS_REGION": "cn-beijing"}, ["OSS answered", "region"]),
    "no-region": ({"OSS_REGION": None}, ["OSS_REGION"]),
    "nobody-at-the-endpoint": (
        {"OSS_ENDPOINT": "http://127.0.0.1:9"},
        ["source cannot be reached", "endpoint"],
    ),
    "endpoint-without-host": ({"OSS_ENDPOINT": "http://"}, ["endpoint", "not a URL"]),
    "no-aws-key": (
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        ["No AWS credentials", "AWS_PROFILE"],
    ),
    "unknown-profile": ({"AWS_PROFILE": "nobody"}, ["nobody", "AWS_PROFILE"]),
    "s3-endpoint-that-is-no-url": ({"AWS_ENDPOINT_URL_S3": "nonsense"}, ["'nonsense' is not a URL"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_setting_is_named_in_one_sentence(sides: TwoSides, case: str):
    changes, words = CASES[case]

    answer = sides.copy(**changes)

    assert answer.code == 2, answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.startswith("ferry: ")
    assert answer.stderr.count("\n") == 1
    assert [word for word in words if word not in answer.stderr] == [], answer.stderr
    assert sides.oss.access_key_secret not in answer.stderr
    assert sides.replicas() == {}
    assert sides.uploads() == []


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ("oss://not-there", None, ["NoSuchBucket", "source bucket"]),
        (None, "s3://not-there", ["NoSuchBucket", "destination bucket"]),
    ],
)
def test_a_missing_bucket_is_named_in_one_sentence(
    sides: TwoSides, source: str | None, destination: str | None, words: list[str]
):
    places = source or f"oss://{sides.source.bucket_name}", destination or f"s3://{sides.bucket}"

    answer = sides.ferry("copy", *places)

    assert answer.code == 2
    assert [word for word in words if word not in answer.stderr] == [], answer.stderr


def test_an_interrupted_copy_leaves_no_upload_behind(sides: TwoSides):
    with_large = oss2.Bucket(sides.source.auth, sides.oss.endpoint, "large-objects", region=sides.oss.region)
    with_large.create_bucket()
    with_large.put_object("large", bytes(160 * 1024**2))

    with sides.start("copy", "oss://large-objects", f"s3://{sides.bucket}") as process:
        while "large" not in sides.uploads():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()

    assert process.returncode == 130
    assert "Interrupted" in stderr
    assert "Traceback" not in stderr
    assert sides.uploads() == []
    with_large.session.session.close()
