"""Notifications in every format, duplicated, reordered and partly lost, on the deployed stack."""

import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ferry.tasks.models import real_time_run_id

from local.oss.events.client import NotificationControl
from local.oss.events.rules import Rule
from local.servers import Faults
from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User
from tests.support.notified_writes import Source, changes
from tests.support.stack import running_stack

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


def test_a_reconcile_during_traffic_leaves_the_destination_as_the_source_is(traffic: Traffic):
    traffic.tell(FAITHFUL)
    run = traffic.user.ferry("run", "start", "live", "--json").json["run_id"]
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


def differing(replicas: dict[str, bytes], expected: dict[str, bytes]) -> set[str]:
    """The keys that one side has and the other has not, or has with other content."""
    return {key for key in replicas.keys() | expected.keys() if replicas.get(key) != expected.get(key)}


def today() -> date:
    return datetime.now(UTC).date()
