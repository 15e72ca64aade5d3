"""Notifications in every format, duplicated, reordered and partly lost, on the deployed stack."""

import json
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ferry.tasks.run_ids import real_time_run_id

from local.oss.events.client import NotificationControl
from local.oss.events.rules import Rule
from local.servers import Faults
from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User
from tests.support.notified_writes import Source, changes
from tests.support.stack import running_stack
from tests.support.waiting import wait_for

BUCKET = "live-source"
WAYS = ("simplified", "json", "xml", "eventbridge", "function")
OBJECTS_PER_WAY = 200
PER_SECOND = 20.0
CONTROL_TOKEN = "let-me-steer"
SMQ_CERTIFICATE = "https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem"
EVENTBRIDGE_CERTIFICATE = (
    "https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/x509_public_certificate_2021012501.pem"
)
EVENTS = ["ObjectCreated:*", "ObjectModified:*", "ObjectRemoved:*"]
FAITHFUL = {"seed": 6, "duplicate": 0.1}
LOSSY = {"seed": 5, "drop": 0.05, "duplicate": 0.1, "reorder_window": 8, "reorder_seconds": 0.5}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    folder: Path = tmp_path_factory.mktemp("live-stack")
    faults = Faults(control_token=CONTROL_TOKEN)
    with running_stack(folder, large_object_threshold=LARGE_OBJECT_THRESHOLD, faults=faults) as stack:
        yield User(stack)


@dataclass(frozen=True)
class Traffic:
    """A bucket whose changes are told in every way there is.

    Attributes:
        endpoint: What ``ferry realtime show`` says.
        sender: Where ``ferry sender build`` wrote, the function unpacked.
    """

    user: User
    source: Source
    control: NotificationControl
    endpoint: dict[str, Any]
    sender: Path

    def tell(self, chaos: dict[str, Any]) -> None:
        """Set one rule for every way, each with a prefix of its own; ``chaos`` disturbs them all."""
        smq = {"type": "smq", "url": self.endpoint["url"], "signing_cert_url": SMQ_CERTIFICATE}
        ways: dict[str, dict[str, Any]] = {
            "simplified": smq,
            "json": {**smq, "notify_content_format": "JSON", "content_md5": "base64-of-hex"},
            "xml": {**smq, "notify_content_format": "XML", "content_md5": "base64-of-digest"},
            "eventbridge": {
                "type": "eventbridge",
                "url": self.endpoint["url_without_secret"],
                "token": self.endpoint["secret"],
                "signature_url": EVENTBRIDGE_CERTIFICATE,
            },
            "function": {
                "type": "function-compute",
                "handler": f"{self.sender / 'index.py'}:handler",
                "environment": json.loads((self.sender / "environment.json").read_text()),
            },
        }
        rules = [
            Rule.model_validate(
                {
                    "id": f"{name}-{len(chaos)}",
                    "bucket": self.source.bucket.bucket_name,
                    "events": EVENTS,
                    "prefix": f"{name}/",
                    "target": way,
                    "chaos": chaos,
                }
            )
            for name, way in ways.items()
        ]
        self.control.set(*rules)
        self.source.listen_to(rules)

    def settle(self) -> None:
        """Wait until every notification has arrived and every job has ended."""
        self.control.flush(seconds=120)
        assert {letter.problem for letter in self.control.dead_letters()} == set()
        wait_until_idle(self.user)


@pytest.fixture(scope="module")
def traffic(live: User, tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    bucket = live.source(BUCKET)
    created = live.ferry(
        *("task", "create", "live", "--source", f"oss://{BUCKET}"),
        *("--destination", f"s3://{live.stack.replica_bucket}/live/", "--delete", "--max-delete", "100%"),
    )
    assert created.code == 0, created.stderr
    assert live.ferry("realtime", "enable", "live", "--deletes").code == 0
    endpoint = live.ferry("realtime", "show", "live", "--json").json
    sender: Path = tmp_path_factory.mktemp("sender")
    assert live.ferry("sender", "build", "--task", "live", "--output", str(sender)).code == 0
    with zipfile.ZipFile(sender / "ferry-sender.zip") as archive:
        archive.extractall(sender)
    control = NotificationControl.at(live.stack.oss.endpoint, CONTROL_TOKEN)
    return Traffic(live, Source(bucket), control, endpoint, sender)


def test_before_a_reconcile_everything_that_was_told_is_right(traffic: Traffic):
    traffic.tell(LOSSY)
    writes = changes([f"{way}/" for way in WAYS], OBJECTS_PER_WAY, seed=7)
    traffic.source.write_all(writes, per_second=PER_SECOND)
    traffic.settle()

    replicas = traffic.user.replicas("live/")

    expected, untold = traffic.source.expected, traffic.source.untold
    assert len(untold) > OBJECTS_PER_WAY * len(WAYS) * 0.02
    assert differing(replicas, expected) <= untold
    lag = traffic.user.ferry("run", "show", real_time_run_id("live", today()), "--json").json["lag"]
    print(json.dumps(lag, indent=2))  # noqa: T201 - shown by pytest -s


def test_a_scheduled_reconcile_during_traffic_leaves_the_destination_as_the_source_is(traffic: Traffic):
    traffic.tell(FAITHFUL)
    assert traffic.user.ferry("schedule", "set", "live", "rate(1 minute)").code == 0
    run = wait_for(lambda: passes(traffic.user))[0]
    assert traffic.user.ferry("schedule", "remove", "live").code == 0
    writes = changes([f"{way}/later-" for way in WAYS], 20, seed=8)
    traffic.source.write_all(writes, per_second=PER_SECOND)
    followed = traffic.user.ferry("run", "watch", run, "--json")
    traffic.settle()

    replicas = traffic.user.replicas("live/")

    assert followed.json["state"] == "succeeded", followed.stdout + followed.stderr
    assert replicas == traffic.source.expected
    assert traffic.user.uploads() == []


def wait_until_idle(user: User) -> None:
    """Wait until no message is on the event queue, seen twice in a row."""
    url = user.stack.outputs["EventQueueUrl"]
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    quiet, deadline = 0, time.monotonic() + 300
    while quiet < 3:
        assert time.monotonic() < deadline, "the event queue does not run dry"
        left = user.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        quiet = quiet + 1 if all(int(left[name]) == 0 for name in names) else 0
        time.sleep(0.3)


def test_what_is_sent_straight_to_the_queue_is_followed_or_kept_aside_with_the_reason(traffic: Traffic):
    user, key = traffic.user, "simplified/classic.bin"
    traffic.control.clear()
    traffic.source.bucket.put_object(key, b"told by nobody")
    sqs, url = user.aws("sqs"), user.stack.outputs["EventQueueUrl"]

    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"key": key, "size": 14}))
    sqs.send_message(QueueUrl=url, MessageBody="what is this?")

    assert wait_for(lambda: user.replicas(f"live/{key}")) == {"": b"told by nobody"}
    (stray,) = wait_for(lambda: user.ferry("realtime", "strays", "--json").json)
    assert (stray["body"], stray["reason"]) == (
        "what is this?",
        "The body is neither JSON, nor XML, nor Base64.",
    )


def test_a_large_object_and_changed_metadata_arrive_too(traffic: Traffic):
    user, bucket = traffic.user, traffic.source.bucket
    traffic.tell(FAITHFUL)
    content = bytes(LARGE_OBJECT_THRESHOLD + 1)

    bucket.put_object("json/large.bin", content)
    bucket.put_object("json/small.bin", b"small")
    assert len(wait_for(lambda: user.replicas("live/json/large.bin"))[""]) == len(content)
    assert wait_for(lambda: user.replicas("live/json/small.bin")) == {"": b"small"}
    bucket.update_object_meta("json/small.bin", {"x-oss-meta-owner": "me"})

    where = {"Bucket": user.stack.replica_bucket, "Key": "live/json/small.bin"}
    assert wait_for(lambda: user.aws("s3").head_object(**where)["Metadata"].get("owner")) == "me"
    assert user.uploads() == []


def test_a_secret_that_was_rotated_out_and_a_task_that_was_disabled_are_refused(traffic: Traffic):
    user = traffic.user

    def status(url: str) -> int:
        request = urllib.request.Request(url, data=b'{"events": []}', method="POST")
        request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    old = traffic.endpoint["url"]
    new = user.ferry("realtime", "rotate", "live", "--keep", "0", "--json").json["url"]
    assert wait_for(lambda: status(old) == 401)
    assert status(new) == 202
    assert user.ferry("realtime", "disable", "live").code == 0
    assert wait_for(lambda: status(new) == 401)


def passes(user: User) -> list[str]:
    """The runs that looked at everything, by id."""
    runs = user.ferry("run", "list", "live", "--json").json
    return [run["run_id"] for run in runs if not run["run_id"].endswith("-realtime")]


def differing(replicas: dict[str, bytes], expected: dict[str, bytes]) -> set[str]:
    """The keys that one side has and the other has not, or has with other content."""
    return {key for key in replicas.keys() | expected.keys() if replicas.get(key) != expected.get(key)}


def today() -> date:
    return datetime.now(UTC).date()
