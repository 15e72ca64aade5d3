from dataclasses import replace

import oss2
import pytest

from local.oss.control import ControlError
from local.oss.embedded import OssServer
from local.oss.events.client import NotificationControl
from local.oss.events.dispatch import Clock
from local.oss.events.notifications import NotificationOptions
from local.oss.events.rules import RuleSet
from local.oss.events.sender import CERTIFICATE_PATH
from tests.support.event_receiver import BUSY, CREATED, STALL, Receiver
from tests.support.events import (
    AT_ONCE,
    bucket_rule,
    events_of,
    headers_of,
    keys_of,
    smq,
    status_of,
    verify_smq,
)


@pytest.fixture
def server(notifying_server):
    return notifying_server


def test_a_push_is_tried_again_until_it_is_answered_with_2xx(server, bucket):
    answers = iter([BUSY, BUSY.replace(b"503", b"302"), BUSY.replace(b"503", b"403"), CREATED])
    with Receiver(lambda _: next(answers)) as receiver:
        server.notifications.set(bucket_rule(bucket, smq(receiver.url)))
        bucket.put_object("k", b"")
        counts = server.notifications.flush()["rule"]

    assert len({received.header("x-mns-message-id") for received in receiver.received}) == 1
    assert len({received.header("x-mns-request-id") for received in receiver.received}) == 4
    assert (counts.retried, counts.delivered, counts.dead) == (3, 1, 0)


def test_an_endpoint_that_does_not_answer_in_time_has_failed(tmp_path, connections):
    with (
        Receiver(lambda _: STALL) as receiver,
        OssServer(tmp_path, notifications=replace(AT_ONCE, push_timeout_seconds=0.1)) as server,
    ):
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        bucket = oss2.Bucket(auth, server.endpoint, "slow", session=connections, region=server.region)
        bucket.create_bucket()
        server.notifications.set(bucket_rule(bucket, smq(receiver.url)))
        bucket.put_object("k", b"")
        server.notifications.flush()
        (letter,) = server.notifications.dead_letters()

    assert (letter.tries, letter.problem) == (4, "no answer within 0.1 s")


@pytest.mark.parametrize(("strategy", "tries"), [("BACKOFF_RETRY", 4), ("EXPONENTIAL_DECAY_RETRY", 177)])
def test_a_message_that_never_arrives_becomes_a_dead_letter(server, bucket, strategy, tries):
    with Receiver(lambda _: BUSY) as receiver:
        server.notifications.set(bucket_rule(bucket, smq(receiver.url, notify_strategy=strategy), id="never"))
        bucket.put_object("k", b"")
        counts = server.notifications.flush()["never"]

    (letter,) = server.notifications.dead_letters()
    assert (len(receiver.received), letter.tries, letter.problem) == (tries, tries, "answered 503")
    assert letter.events[0]["oss"]["object"]["key"] == "k"
    assert (counts.retried, counts.delivered, counts.dead, counts.queued) == (tries - 1, 0, 1, 0)


def test_what_was_accepted_is_delivered_after_a_restart(tmp_path, connections):
    def run(**options):
        return OssServer(tmp_path, notifications=NotificationOptions(**options))

    with Receiver() as receiver, Receiver(lambda _: STALL) as stalled:
        with run() as server:
            auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
            bucket = oss2.Bucket(auth, server.endpoint, "kept", session=connections, region=server.region)
            bucket.create_bucket()
            server.notifications.set(
                bucket_rule(bucket, smq(stalled.url), prefix="sent/"),
                bucket_rule(bucket, smq(receiver.url), id="held", prefix="held/", chaos={"hold": True}),
            )
            bucket.put_object("sent/1", b"")
            bucket.put_object("held/1", b"")
            certificate = connections.session.get(server.endpoint + CERTIFICATE_PATH, timeout=5).content

        with run(clock=Clock(scale=0)) as server:
            kept = server.notifications.rules()
            server.notifications.set(bucket_rule(bucket, smq(receiver.url), prefix="sent/"), kept[1])
            counts = server.notifications.flush()
            before_release = keys_of(receiver)
            server.notifications.release()
            server.notifications.flush()

    assert (counts["rule"].accepted, counts["held"].held) == (1, 1)
    assert before_release == ["sent/1"]
    assert keys_of(receiver) == ["sent/1", "held/1"]
    verify_smq(
        certificate, "/notifications", headers_of(receiver.received[0]), bytes(receiver.received[0].body)
    )


def test_messages_can_be_dropped_duplicated_and_refused(server, bucket, receiver):
    chaos = {"seed": 7, "refuse": 0.2, "drop": 0.3, "duplicate": 0.4, "extra_copies": 2}
    server.notifications.set(bucket_rule(bucket, smq(receiver.url), chaos=chaos))

    results = [bucket.put_object(f"{number}", b"") for number in range(40)]
    counts = server.notifications.flush()["rule"]

    refused = [status_of(result) != {"Result": "Ok"} for result in results]
    delivered = keys_of(receiver)
    assert sum(refused) == counts.refused > 0
    assert counts.accepted == 40 - counts.refused
    assert counts.dropped > 0
    assert counts.duplicated > 0
    assert len(set(delivered)) == counts.accepted - counts.dropped
    assert len(delivered) == counts.delivered == len(set(delivered)) + counts.duplicated
    assert not {key for key, lost in enumerate(refused) if lost} & set(map(int, delivered))


def test_messages_can_arrive_in_another_order(server, bucket, receiver):
    chaos = {"seed": 1, "reorder_window": 5, "reorder_seconds": 3600}
    server.notifications.set(bucket_rule(bucket, smq(receiver.url), chaos=chaos))

    for number in range(7):
        bucket.put_object(f"{number}", b"")
    waiting = server.notifications.counts()["rule"].queued
    server.notifications.flush()

    assert waiting >= 2
    assert sorted(keys_of(receiver)) == [f"{number}" for number in range(7)]


def test_messages_can_be_delayed_until_they_are_released(server, bucket, receiver):
    server.notifications.set(bucket_rule(bucket, smq(receiver.url), chaos={"delay_seconds": 3600}))

    bucket.put_object("k", b"")
    with pytest.raises(ControlError, match="408: messages are still on their way"):
        server.notifications.flush(seconds=0)
    before = keys_of(receiver)
    server.notifications.release("rule")
    server.notifications.flush()

    assert (before, keys_of(receiver)) == ([], ["k"])


def test_a_message_can_hold_several_records(server, bucket, receiver):
    server.notifications.set(
        bucket_rule(bucket, smq(receiver.url), events=["ObjectRemoved:*"], chaos={"records_per_message": 3})
    )
    keys = [f"{number}" for number in range(7)]
    for key in keys:
        bucket.put_object(key, b"")

    bucket.batch_delete_objects(keys)
    server.notifications.flush()

    assert sorted(len(events_of(received)) for received in receiver.received) == [1, 3, 3]
    assert sorted(keys_of(receiver)) == keys


def test_rules_are_steered_over_http(server, bucket, receiver):
    remote = NotificationControl.at(server.endpoint, "token")
    remote.set(bucket_rule(bucket, smq(receiver.url)))
    bucket.put_object("k", b"")

    assert remote.flush()["rule"].delivered == 1
    assert remote.rules() == server.notifications.rules()
    with pytest.raises(ControlError, match="404: there is no rule 'other'"):
        remote.remove("other")
    with pytest.raises(ControlError, match="400: there is no rule other"):
        remote.release("other")
    with pytest.raises(ControlError, match="403"):
        NotificationControl.at(server.endpoint, "wrong").clear()
    remote.clear()
    assert (remote.rules(), remote.counts(), remote.dead_letters()) == ((), {}, ())


def test_a_server_can_start_with_rules(tmp_path, receiver):
    rules = RuleSet.model_validate(
        {
            "rules": [
                {"id": "r", "bucket": "begun", "events": ["ObjectRemoved:*"], "target": smq(receiver.url)}
            ]
        }
    )

    with OssServer(tmp_path, notifications=NotificationOptions(rules)) as server:
        assert server.notifications.rules() == rules.rules
    with OssServer(tmp_path) as server:
        assert server.notifications.rules() == rules.rules
