"""Runs on the deployed local stack: what is copied, and what users are told when something is wrong."""

import json
import os

import pytest

from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User


def test_a_run_copies_small_and_large_objects_and_the_next_one_only_what_changed(user: User):
    bucket = user.source("mixed")
    content = {f"folder {n % 7}/object {n}.txt": os.urandom(n * 37) for n in range(300)}
    content["large.bin"] = os.urandom(LARGE_OBJECT_THRESHOLD + 12_345)
    for key, body in content.items():
        bucket.put_object(f"in/{key}", body)
    assert user.create_task("mixed", "oss://mixed/in/").code == 0

    first = user.ferry("run", "start", "mixed", "--wait", "--json")
    changed = {"folder 1/object 1.txt": b"changed", "added.txt": b"added", "large.bin": os.urandom(9 << 20)}
    for key, body in changed.items():
        bucket.put_object(f"in/{key}", body)
    second = user.ferry("run", "start", "mixed", "--wait", "--json")

    assert (first.code, first.json["counts"]["copied"], first.json["counts"]["failed"]) == (0, 301, 0), (
        first.stderr
    )
    assert (second.code, second.json["counts"]["copied"], second.json["counts"]["current"]) == (0, 3, 299), (
        second.stderr
    )
    assert user.replicas("mixed/") == {**content, **changed}
    assert user.uploads() == []


def test_a_dry_run_counts_and_copies_nothing(user: User):
    bucket = user.source("counted")
    for number in range(5):
        bucket.put_object(f"object-{number}", b"content")
    user.create_task("counted", "oss://counted/")

    run = user.ferry("run", "start", "counted", "--wait", "--dry-run", "--json")

    found = run.json["found"]
    assert (run.code, found["planned_objects"], found["planned_bytes"]) == (0, 5, 35), run.stderr
    assert (run.json["estimate"]["objects"], run.json["counts"]["copied"]) == (5, 0)
    assert user.replicas("counted/") == {}


def test_an_object_that_cannot_be_copied_fails_alone_with_its_reason(user: User):
    bucket = user.source("overlong")
    overlong = "k" * 1020
    bucket.put_object(overlong, b"has no room behind the prefix")
    bucket.put_object("fine", b"fits")
    user.create_task("overlong", "oss://overlong/")

    run = user.ferry("run", "start", "overlong", "--wait", "--json")
    failures = user.ferry("run", "failures", run.json["run_id"], "--json")

    assert (run.code, run.json["state"], run.json["counts"]["copied"], run.json["counts"]["failed"]) == (
        1,
        "completed_with_failures",
        1,
        1,
    ), run.stderr
    assert [(failure["key"], failure["reason"]) for failure in failures.json] == [(overlong, "KeyTooLong")]
    assert user.replicas("overlong/") == {"fine": b"fits"}


@pytest.fixture(scope="module")
def secrets(user: User) -> dict[str, str]:
    """Secrets that are wrong, each in its way; the deployment may read the last one only."""
    stack = user.stack
    right = {"access_key_id": stack.oss.access_key_id, "secret_access_key": stack.oss.access_key_secret}
    texts = {"foreign": json.dumps(right)}
    return {
        name: user.aws("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
        for name, text in texts.items()
    }


CASES = {
    "a-missing-source-bucket": ({"source": "oss://not-there/"}, "NoSuchBucket", "source bucket"),
    "a-wrong-source-region": ({"oss_region": "cn-beijing"}, "OSS answered", "region"),
    "a-source-that-does-not-answer": (
        {"oss_endpoint": "http://127.0.0.1:9"},
        "cannot be reached",
        "endpoint",
    ),
    "a-missing-secret": ({"secret": "not-there"}, "secret 'not-there'", "SecretArns"),
    "a-secret-that-may-not-be-read": ({"secret": "foreign"}, "may not be read", "SecretArns"),
    "a-destination-that-may-not-be-written": (
        {"destination": "s3://foreign-bucket/"},
        "AccessDenied",
        "destination",
    ),
    "a-missing-destination-bucket": ({"destination": "s3://not-there-either/"}, "destination", "S3 answered"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_run_with_a_wrong_setting_fails_at_once_and_says_which(
    user: User, secrets: dict[str, str], name: str
):
    settings, *words = CASES[name]
    user.source("settings").put_object("object", b"content")
    user.aws("s3").create_bucket(Bucket="foreign-bucket")
    created = user.create_task(name, **{"source": "oss://settings/", **settings})

    run = user.ferry("run", "start", name, "--wait", "--json")

    assert (created.code, run.code, run.json["state"]) == (0, 2, "failed"), created.stderr + run.stderr
    assert [word for word in words if word not in run.json["reason"]] == [], run.json["reason"]
    assert user.uploads() == []
    assert user.ferry("task", "delete", name).code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AKIA:secret", ["not JSON", "access_key_id"]),
        ('{"access_key_id": "LTAI"}', ["lacks secret_access_key"]),
        (
            '{"access_key_id": "LTAInot-there", "secret_access_key": "s"}',
            ["InvalidAccessKeyId", "access key id"],
        ),
        ("wrong secret", ["SignatureDoesNotMatch", "secret"]),
    ],
)
def test_a_run_with_a_wrong_access_key_fails_at_once_and_says_so(user: User, text: str, words: list[str]):
    user.source("keyed").put_object("object", b"content")
    name = f"keyed-{abs(hash(text))}"[:40]
    user.create_task(name, "oss://keyed/")
    stored = user.aws("secretsmanager").get_secret_value(SecretId=user.stack.secret_arn)["SecretString"]
    if text == "wrong secret":
        text = json.dumps({**json.loads(stored), "secret_access_key": "wrong"})
    user.aws("secretsmanager").put_secret_value(SecretId=user.stack.secret_arn, SecretString=text)

    try:
        run = user.ferry("run", "start", name, "--wait", "--json")
    finally:
        user.aws("secretsmanager").put_secret_value(SecretId=user.stack.secret_arn, SecretString=stored)

    assert (run.code, run.json["state"]) == (2, "failed"), run.stderr
    assert [word for word in words if word not in run.json["reason"]] == [], run.json["reason"]
    assert json.loads(stored)["secret_access_key"] not in run.stdout + run.stderr
