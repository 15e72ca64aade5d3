import base64
import contextlib
import hashlib
import json
from datetime import UTC, datetime

import pytest
from ferry.events.formats import UndecodableError, read_notification, read_queue_message
from ferry.events.models import BareMessage, Notification, ObjectEvent
from ferry.jobs import ChangedObject, EventJob, spell
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.notifications import events_body

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = "a/日本 +%41&?.jpg"
EVENT = ObjectEvent("ObjectCreated:PutObject", "photos", KEY, NOON)
RAW = events_body(KEY)
CLOUD_EVENT = {
    "specversion": "1.0",
    "source": "acs.oss",
    "type": "oss:ObjectCreated:PutObject",
    "data": json.loads(RAW)["events"][0],
}


def envelope(text=None, **fields):
    text = base64.b64encode(RAW).decode() if text is None else text
    digest = hashlib.md5(text.encode()).hexdigest().upper()
    return {"TopicOwner": "1", "TopicName": "t", "Message": text, "MessageMD5": digest, **fields}


def xml(fields, *, namespace=' xmlns="http://mns.aliyuncs.com/doc/v1/"', head='<?xml version="1.0"?>'):
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"{head}<Notification{namespace}>{inside}</Notification>".encode()


FORMATS = {
    "raw": RAW,
    "with a byte order mark": b"\xef\xbb\xbf" + RAW,
    "base64": base64.b64encode(RAW),
    "base64 in lines": base64.encodebytes(RAW),
    "json envelope": json.dumps(envelope()).encode(),
    "json envelope of plain text": json.dumps(envelope(RAW.decode())).encode(),
    "json envelope without md5": json.dumps(envelope(MessageMD5="")).encode(),
    "xml envelope": xml(envelope()),
    "xml envelope without namespace": xml(envelope(), namespace=""),
    "cloud event": json.dumps(CLOUD_EVENT).encode(),
    "cloud events": json.dumps([CLOUD_EVENT]).encode(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(name):
    assert read_notification(FORMATS[name]) == Notification((EVENT,))
    assert read_queue_message(FORMATS[name].decode()) == Notification((EVENT,))


def test_all_records_are_read_in_their_order():
    read = read_notification(events_body("c", "a", "b"))

    assert [event.key for event in read.events] == ["c", "a", "b"]


def test_the_documents_own_nesting_and_unknown_fields_are_no_obstacle():
    record = json.loads(RAW)["events"][0]
    record["oss"] |= {"region": "cn-hangzhou", "userIdentity": {"principalId": "1"}}

    assert read_notification(json.dumps({"events": [record], "more": 1}).encode()).events == (EVENT,)


@pytest.mark.parametrize("time", [None, 5, "yesterday", "9999-12-31T23:59:59+99:00", "2026-13-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_is_left_out(time):
    body = json.loads(RAW)
    body["events"][0]["eventTime"] = time

    assert read_notification(json.dumps(body).encode()).events[0].time is None


def test_events_about_something_else_are_counted_and_not_read():
    bucket = {"specversion": "1.0", "type": "oss:BucketCreated:PutBucket", "data": {"anything": 1}}

    assert read_notification(json.dumps([bucket, CLOUD_EVENT]).encode()) == Notification((EVENT,), unknown=1)
    assert read_notification(events_body("k", name="Bucket:Something")) == Notification(unknown=1)


BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
UNDECODABLE = {
    "nothing": b"",
    "blank": b" \n",
    "text": b"hello, world",
    "a number": b"1",
    "broken json": b'{"events": [',
    "deep json": b"[" * 100_000,
    "a huge number": b'{"events": ' + b"9" * 10_000 + b"}",
    "not utf-8": b'{"events": "\xff"}',
    "no events": b"{}",
    "events that are no array": b'{"events": {}}',
    "a record that is no object": b'{"events": [1]}',
    "a record without a bucket": b'{"events": [{"eventName": "ObjectCreated:PutObject", "oss": {}}]}',
    "an empty key": events_body(""),
    "a long key": events_body("k" * 3070),
    "half a surrogate pair": b'{"events": ['
    + json.dumps(
        {
            "eventName": "ObjectCreated:PutObject",
            "oss": {"bucket": {"name": "b"}, "object": {"key": "\ud800"}},
        }
    ).encode()
    + b"]}",
    "a cloud event without data": json.dumps({**CLOUD_EVENT, "data": None}).encode(),
    "a cloud event without a type": json.dumps({**CLOUD_EVENT, "type": 5}).encode(),
    "base64 of nothing known": base64.b64encode(b"hello"),
    "another md5": json.dumps(envelope(MessageMD5="0" * 32)).encode(),
    "envelopes in envelopes": json.dumps(envelope(json.dumps(envelope(json.dumps(envelope()))))).encode(),
    "xml with a dtd": xml(envelope(), head='<?xml version="1.0"?><!DOCTYPE Notification>'),
    "an xml bomb": xml({"Message": "&b;"}, head=BOMB),
    "an external entity": xml(
        {"Message": "&f;"}, head='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    ),
    "broken xml": b"<Notification><Message>",
    "deep xml": b"<a>" * 50_000,
    "xml of an unknown encoding": b'<?xml version="1.0" encoding="nonsense"?><a/>',
}


@pytest.mark.parametrize("name", UNDECODABLE)
def test_what_is_no_notification_is_refused_as_a_whole(name):
    with pytest.raises(UndecodableError):
        read_notification(UNDECODABLE[name])


def test_one_bad_record_spoils_the_whole_payload():
    body = json.loads(events_body("a", "b"))
    del body["events"][1]["oss"]["object"]["key"]

    with pytest.raises(UndecodableError):
        read_notification(json.dumps(body).encode())


NAMES = (
    "events eventName eventTime oss bucket object name key specversion type data Message MessageMD5 kind "
    "task_id objects size"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(NAMES.split()) | st.text(max_size=3), inner)
    ),
    max_leaves=20,
)


def only_refuses(body):
    with contextlib.suppress(UndecodableError):
        read_notification(body)
    with contextlib.suppress(UndecodableError):
        read_queue_message(body.decode("utf-8", "surrogateescape"))


@given(st.binary())
@example(b"\xef\xbb\xbf")
def test_no_bytes_lead_to_anything_but_a_refusal(body):
    only_refuses(body)


@given(JSON)
def test_no_json_leads_to_anything_but_a_refusal(document):
    spelled = json.dumps(document).encode()

    only_refuses(spelled)
    only_refuses(base64.b64encode(spelled))
    only_refuses(json.dumps(envelope(spelled.decode())).encode())


@given(st.sampled_from(sorted(FORMATS)), st.integers(0, 2000), st.binary(max_size=8), st.integers(0, 8))
def test_no_damage_to_a_real_notification_leads_to_anything_but_a_refusal(name, place, inserted, cut):
    body = FORMATS[name]
    place %= len(body)

    only_refuses(body[:place] + inserted + body[place + cut :])


def test_a_job_of_our_own_is_read_as_it_was_written():
    job = EventJob(
        task_id="photos",
        run_id="photos-20260131-realtime",
        job_id="j",
        received_ms=5,
        objects=(ChangedObject(key=KEY, changed_ms=1),),
    )

    assert read_queue_message(spell(job)) == job


@pytest.mark.parametrize(
    "body", ['{"key": "a/b", "size": 5}', '{"size": "5", "key": "a/b"}', '{"key": "a/b"}']
)
def test_the_classic_senders_message_is_taken_as_it_is(body):
    assert read_queue_message(body) == BareMessage("a/b")


@pytest.mark.parametrize("body", ['{"key": ""}', '{"key": 5, "size": 1}', '{"kind": "event", "job_id": "x"}'])
def test_a_queue_message_that_is_nearly_right_is_refused(body):
    with pytest.raises(UndecodableError):
        read_queue_message(body)
