import base64
import json
import xml.etree.ElementTree as ET

import oss2
import pytest

from local.oss.events.sender import CERTIFICATE_PATH
from local.oss.events.smq import NAMESPACE
from tests.support.events import (
    bucket_rule,
    events_of,
    headers_of,
    smq,
    status_of,
    verify_eventbridge,
    verify_smq,
)


@pytest.fixture
def server(notifying_server):
    return notifying_server


@pytest.mark.parametrize("content_format", ["SIMPLIFIED", "JSON", "XML"])
@pytest.mark.parametrize("spelling", ["upper-hex", "base64-of-hex", "base64-of-digest"])
def test_a_write_is_pushed_with_a_signature_that_verifies(
    server, bucket, receiver, connections, content_format, spelling
):
    uri = "/prod/intake/secret?stage=a%20b&c=%2F"
    target = smq(receiver.url + uri, notify_content_format=content_format, content_md5=spelling)
    server.notifications.set(bucket_rule(bucket, target, prefix="图/", suffix=".jpg"))

    result = bucket.put_object(
        "图/a+b c.jpg", b"12345", headers={"x-oss-meta-m": "v", "Content-Type": "image/jpeg"}
    )
    bucket.put_object("other.jpg", b"not told")
    counts = server.notifications.flush()["rule"]

    (received,) = receiver.received
    assert received.target == uri
    cert_url = base64.b64decode(received.header("x-mns-signing-cert-url")).decode()
    assert cert_url == server.endpoint + CERTIFICATE_PATH
    certificate = connections.session.get(cert_url, timeout=5).content
    verify_smq(certificate, uri, headers_of(received), bytes(received.body))
    text = received.body.decode()
    if content_format == "JSON":
        text = json.loads(text)["Message"]
    elif content_format == "XML":
        text = ET.fromstring(text).findtext(f"{{{NAMESPACE}}}Message")
    (event,) = json.loads(base64.b64decode(text, validate=True))["events"]
    assert event["eventName"] == "ObjectCreated:PutObject"
    assert event["responseElements"]["requestId"] == result.request_id
    assert event["requestParameters"]["sourceIPAddress"] == "127.0.0.1"
    assert event["oss"]["object"] == {
        "key": "图/a+b c.jpg",
        "size": 5,
        "deltaSize": 5,
        "eTag": result.etag,
        "objectMeta": {"mimeType": "image/jpeg", "userMeta": {"x-oss-meta-m": "v"}},
    }
    assert status_of(result) == {"Result": "Ok"}
    assert (counts.accepted, counts.delivered, counts.queued, counts.retried) == (1, 1, 0, 0)


def test_the_service_adds_no_headers_of_its_own_http_client(server, bucket, receiver):
    server.notifications.set(bucket_rule(bucket, smq(receiver.url)))

    bucket.put_object("k", b"")
    server.notifications.flush()

    (received,) = receiver.received
    assert received.target == "/notifications"
    assert {name.lower() for name in headers_of(received) if not name.startswith("x-mns-")} == {
        *("accept", "authorization", "content-length", "content-md5", "content-type", "date", "host"),
        "user-agent",
    }


def test_every_operation_tells_its_event(server, bucket, receiver):
    events = ["ObjectCreated:*", "ObjectRemoved:*", "ObjectDownloaded:*"]
    server.notifications.set(bucket_rule(bucket, smq(receiver.url), events=events))

    bucket.put_object("k", b"12345")
    bucket.put_object("k", b"1")
    bucket.append_object("log", 0, b"ab")
    bucket.append_object("log", 2, b"cd")
    bucket.copy_object(bucket.bucket_name, "k", "copy")
    bucket.put_symlink("k", "link")
    bucket.get_object("log", byte_range=(1, 2)).read()
    upload_id = bucket.init_multipart_upload("mp").upload_id
    part = bucket.upload_part("mp", upload_id, 1, b"part")
    bucket.complete_multipart_upload("mp", upload_id, [oss2.models.PartInfo(1, part.etag)])
    bucket.abort_multipart_upload("mp", bucket.init_multipart_upload("mp").upload_id)
    bucket.delete_object("k")
    bucket.batch_delete_objects(["log", "copy"])
    bucket.head_object("mp")
    server.notifications.flush()

    told = [event for received in receiver.received for event in events_of(received)]
    told.sort(key=lambda event: event["responseElements"]["requestId"])
    names = sorted(event["eventName"].partition(":")[2] for event in told)
    assert names == sorted(
        [
            *["PutObject"] * 2, *["AppendObject"] * 2, "CopyObject", "PutSymlink", "GetObject",
            *["InitiateMultipartUpload"] * 2, "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload",
            "DeleteObject", *["DeleteObjects"] * 2,
        ]
    )  # fmt: skip
    objects = [(event["eventName"].partition(":")[2], event["oss"]["object"]) for event in told]
    assert sorted(seen["deltaSize"] for name, seen in objects if name == "PutObject") == [-4, 5]
    assert sorted(seen["position"] for name, seen in objects if name == "AppendObject") == [0, 2]
    (read,) = [seen for name, seen in objects if name == "GetObject"]
    assert (read["readFrom"], read["readTo"], read["size"]) == (1, 3, 4)


def test_nothing_is_said_where_no_rule_matches(server, bucket, receiver):
    before = bucket.put_object("k", b"")
    server.notifications.set(bucket_rule(bucket, smq(receiver.url), events=["ObjectRemoved:*"]))
    unmatched = bucket.put_object("k", b"")
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object("missing")
    server.notifications.flush()

    assert (status_of(before), status_of(unmatched), receiver.received) == (None, None, [])


def test_eventbridge_delivers_one_signed_cloud_event_per_object(server, bucket, receiver, connections):
    target = {"type": "eventbridge", "url": receiver.url + "/in?x=1", "token": "s3cret"}
    server.notifications.set(
        bucket_rule(bucket, target, events=["ObjectRemoved:DeleteObjects"], chaos={"records_per_message": 5})
    )
    for key in ("a", "b"):
        bucket.put_object(key, b"x")

    result = bucket.batch_delete_objects(["a", "b"])
    server.notifications.flush()

    bodies = [json.loads(bytes(received.body)) for received in receiver.received]
    assert [body["id"] for body in bodies] == [result.request_id] * 2
    assert sorted(body["subject"].rpartition("/")[2] for body in bodies) == ["a", "b"]
    assert {body["type"] for body in bodies} == {"oss:ObjectRemoved:DeleteObjects"}
    assert {body["data"]["eventName"] for body in bodies} == {"ObjectRemoved:DeleteObjects"}
    certificate = connections.session.get(server.endpoint + CERTIFICATE_PATH, timeout=5).content
    for received in receiver.received:
        assert received.header("x-eventbridge-signature-token") == "s3cret"
        verify_eventbridge(certificate, target["url"], headers_of(received), bytes(received.body))
