import base64
import hashlib
import json
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

import pytest
from cryptography.exceptions import InvalidSignature

from local.oss.events import eventbridge, smq
from local.oss.events.records import event_record
from local.oss.events.signing import SigningKey
from local.oss.events.targets import EventBridgeTarget, SmqTarget
from local.oss.exchange import Change
from tests.support import events
from tests.support.events import MOMENT_MS, ORIGIN, message, put, verify_eventbridge, verify_smq

CERT_URL = "https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem"
TARGET_URL = "http://127.0.0.1:8080/prod/intake/secret?stage=a%20b&x=1"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return SigningKey(tmp_path_factory.mktemp("key"))


def push(key, told=None, **fields):
    target = SmqTarget.model_validate(events.smq(TARGET_URL, **fields))
    return smq.encode(told or message(), target, key, cert_url=CERT_URL, now_ms=MOMENT_MS)


def uri_of(sent):
    return "/" + sent.url.split("/", 3)[3]


def test_a_record_has_the_fields_of_real_ones():
    assert event_record(put(), ORIGIN, "rule") == {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "eventTime": "2025-12-13T17:17:27.000Z",
        "eventVersion": "1.0",
        "oss": {
            "bucket": {
                "arn": "acs:oss:cn-hangzhou:1234567890123456:photos",
                "name": "photos",
                "ownerIdentity": "1234567890123456",
                "virtualBucket": "",
            },
            "object": {
                "key": "a/b.mp4",
                "size": 5,
                "deltaSize": 5,
                "eTag": "4EE26171F77B43046F41951766916291",
                "objectMeta": {"mimeType": "video/mp4", "userMeta": {"x-oss-meta-m": "ä"}},
            },
            "ossSchemaVersion": "1.0",
            "ruleId": "rule",
        },
        "region": "cn-hangzhou",
        "requestParameters": {"sourceIPAddress": "192.0.2.7"},
        "responseElements": {"requestId": "693D9FA7667085383239654E"},
        "userIdentity": {"principalId": "6543210987654321"},
    }


def test_appends_and_downloads_tell_positions():
    appended = Change("ObjectCreated:AppendObject", b"k", 9, 4, "E", position=0)
    downloaded = Change("ObjectDownloaded:GetObject", b"k", 9, etag="E", read_from=0, read_to=9)

    assert event_record(appended, ORIGIN, "r")["oss"]["object"] == {
        "key": "k", "size": 9, "deltaSize": 4, "eTag": "E", "position": 0,
    }  # fmt: skip
    assert event_record(downloaded, ORIGIN, "r")["oss"]["object"] == {
        "key": "k", "size": 9, "deltaSize": 0, "eTag": "E", "readFrom": 0, "readTo": 9,
    }  # fmt: skip


def test_a_removed_object_has_no_etag():
    removed = event_record(Change("ObjectRemoved:DeleteObject", b"k", delta_size=-3), ORIGIN, "r")

    assert removed["oss"]["object"] == {"key": "k", "size": 0, "deltaSize": -3}


@pytest.mark.parametrize("key_text", ["中文/🚀 a+b%41?#", 'quote"\\', "line\nbreak", "<&>"])
@pytest.mark.parametrize("content_format", ["SIMPLIFIED", "JSON", "XML"])
def test_keys_arrive_as_they_are_in_every_format(key, key_text, content_format):
    sent = push(key, message(put(key_text)), notify_content_format=content_format)

    body = sent.body.decode()
    if content_format == "JSON":
        body = json.loads(body)["Message"]
    elif content_format == "XML":
        body = ET.fromstring(body).findtext(f"{{{smq.NAMESPACE}}}Message")
    (record,) = json.loads(base64.b64decode(body, validate=True))["events"]
    assert record["oss"]["object"]["key"] == key_text


def test_a_simplified_push_has_the_headers_of_real_ones(key):
    sent = push(key, message_tag="important")

    assert {name: value for name, value in sent.headers.items() if name.startswith("x-mns-")} | {
        "x-mns-request-id": ""
    } == {
        "x-mns-message-id": "250EB49D5F8D737A391C93C6ED165396",
        "x-mns-message-tag": "important",
        "x-mns-publish-time": str(MOMENT_MS),
        "x-mns-request-id": "",
        "x-mns-signing-cert-url": base64.b64encode(CERT_URL.encode()).decode(),
        "x-mns-subscriber": "1234567890123456",
        "x-mns-subscription-name": sent.headers["x-mns-topic-name"].replace("topics", "subs").replace(
            "rule-", "rule-1-"
        ),
        "x-mns-topic-name": sent.headers["x-mns-topic-name"],
        "x-mns-topic-owner": "1234567890123456",
        "x-mns-version": "2015-06-06",
    }  # fmt: skip
    assert sent.headers["x-mns-topic-name"].startswith("mns-en-topics-oss-rule-")
    assert sent.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert parsedate_to_datetime(sent.headers["Date"]).timestamp() == MOMENT_MS // 1000
    assert sent.headers["User-Agent"] == "Aliyun Notification Service Agent"


@pytest.mark.parametrize(
    ("content_format", "content_type"),
    [("JSON", "application/json;charset=utf-8"), ("XML", "text/xml;charset=utf-8")],
)
def test_envelopes_hold_what_simplified_pushes_say_in_headers(key, content_format, content_type):
    sent = push(key, notify_content_format=content_format, message_tag="t")

    if content_format == "JSON":
        fields = json.loads(sent.body)
    else:
        root = ET.fromstring(sent.body)
        assert root.tag == f"{{{smq.NAMESPACE}}}Notification"
        fields = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert sent.headers["Content-Type"] == content_type
    assert fields == {
        "TopicOwner": sent.headers["x-mns-topic-owner"],
        "TopicName": sent.headers["x-mns-topic-name"],
        "Subscriber": sent.headers["x-mns-subscriber"],
        "SubscriptionName": sent.headers["x-mns-subscription-name"],
        "MessageId": sent.headers["x-mns-message-id"],
        "Message": smq.message_text(message()),
        "MessageMD5": hashlib.md5(fields["Message"].encode()).hexdigest().upper(),
        "MessageTag": "t",
        "PublishTime": sent.headers["x-mns-publish-time"],
    }


@pytest.mark.parametrize("spelling", ["upper-hex", "base64-of-hex", "base64-of-digest"])
@pytest.mark.parametrize("content_format", ["SIMPLIFIED", "JSON", "XML"])
def test_a_receiver_can_verify_a_push(key, content_format, spelling):
    sent = push(key, notify_content_format=content_format, content_md5=spelling)

    verify_smq(key.certificate, "/prod/intake/secret?stage=a%20b&x=1", sent.headers, sent.body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-mns-message-id", "0"),
        ("x-mns-extra", "added"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("Content-Type", "text/xml"),
    ],
)
def test_a_changed_header_is_noticed(key, name, value):
    sent = push(key)

    with pytest.raises(InvalidSignature):
        verify_smq(key.certificate, uri_of(sent), sent.headers | {name: value}, sent.body)


def test_the_signature_covers_path_and_query(key):
    sent = push(key)

    with pytest.raises(InvalidSignature):
        verify_smq(key.certificate, "/prod/intake/secret", sent.headers, sent.body)


@pytest.mark.parametrize(
    ("url", "pushed_to"),
    [
        ("http://h", "http://h/notifications"),
        ("http://h:1/", "http://h:1/notifications"),
        ("http://h?q=1", "http://h/notifications?q=1"),
        ("http://h/a//b/", "http://h/a//b/"),
    ],
)
def test_a_url_without_path_means_notifications(key, url, pushed_to):
    target = SmqTarget.model_validate(events.smq(url))

    sent = smq.encode(message(), target, key, cert_url=CERT_URL, now_ms=MOMENT_MS)

    assert sent.url == pushed_to
    verify_smq(key.certificate, uri_of(sent), sent.headers, sent.body)


@pytest.mark.parametrize("token", ["", "s3cret"])
def test_a_receiver_can_verify_an_eventbridge_delivery(key, token):
    target = EventBridgeTarget(type="eventbridge", url=TARGET_URL, token=token)

    sent = eventbridge.encode(message(), target, key, signature_url=CERT_URL, now_ms=MOMENT_MS)

    verify_eventbridge(key.certificate, TARGET_URL, sent.headers, sent.body)
    names = [name for name in sent.headers if name.startswith("x-eventbridge-")]
    assert names == [
        "x-eventbridge-signature-timestamp",
        "x-eventbridge-hash-method",
        "x-eventbridge-signature-version",
        "x-eventbridge-signature-url",
        *(["x-eventbridge-signature-token"] if token else []),
        "x-eventbridge-signature-v2",
    ]
    with pytest.raises(InvalidSignature):
        verify_eventbridge(key.certificate, TARGET_URL, sent.headers, sent.body + b" ")
    with pytest.raises(InvalidSignature):
        verify_eventbridge(key.certificate, TARGET_URL + "/", sent.headers, sent.body)


def test_eventbridge_wraps_one_record_in_a_cloud_event():
    told = message(put("中文 key"))

    assert eventbridge.cloud_event(told, "default") == {
        "id": "693D9FA7667085383239654E",
        "source": "acs.oss",
        "specversion": "1.0",
        "type": "oss:ObjectCreated:PutObject",
        "subject": "acs:oss:cn-hangzhou:1234567890123456:photos/中文 key",
        "time": "2025-12-13T17:17:27.000Z",
        "datacontenttype": "application/json;charset=utf-8",
        "aliyunaccountid": "1234567890123456",
        "aliyunoriginalaccountid": "1234567890123456",
        "aliyunregionid": "cn-hangzhou",
        "aliyuneventbusname": "default",
        "aliyunpublishtime": "2025-12-13T17:17:27.987Z",
        "data": told.records[0],
    }


def test_the_signing_key_is_made_once(tmp_path):
    first, second = SigningKey(tmp_path), SigningKey(tmp_path)

    assert first.certificate == second.certificate == (tmp_path / "x509_public_certificate.pem").read_bytes()
    assert first.sign_sha1(b"x") == second.sign_sha1(b"x")
    assert (tmp_path / "signing_key.pem").stat().st_mode & 0o077 == 0
