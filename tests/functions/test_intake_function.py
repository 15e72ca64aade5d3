import base64
import io
import json
import logging
import string
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from ferry import telemetry, wiring
from ferry.errors import TransientError
from ferry.events import certificates
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from functions.intake.app import lambda_handler
from local.oss.events.signing import SigningKey
from tests.support.deployments import EVENTS_URL, Context, sample
from tests.support.notifications import (
    EVENTBRIDGE_CERTIFICATE,
    SMQ_CERTIFICATE,
    api_event,
    changed,
    eventbridge_push,
    events_body,
    signing_key,
    smq_push,
)

BASE = f"{EVENTS_URL}/events/photos"
OWNER = "1234567890123456"
BOMB = b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><N><Message>&b;</Message></N>'


@pytest.fixture
def fetched(monkeypatch):
    """The URLs that certificates were fetched from; each has the key that tests sign with."""
    urls = []

    def fetch(url):
        urls.append(url)
        return signing_key().certificate

    monkeypatch.setattr(certificates, "fetch_certificate", fetch)
    return urls


@pytest.fixture
def photos(deployment, fetched, monkeypatch):
    """A deployment whose bucket is called as in the notifications, and whose task has a secret."""
    before = deployment.books.tasks.get_task("photos")
    source = before.source.model_copy(update={"bucket": "photos"})
    deployment.books.tasks.replace_task(before, before.model_copy(update={"source": source}))
    deployment.secret = deployment.follow()
    return deployment


def now():
    return datetime.now(UTC)


def post(event):
    answer = lambda_handler(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def unsigned(secret, body=None, **fields):
    push = smq_push(now(), f"{BASE}/{secret}")
    bare = {name: None for name in push.headers if name.startswith("x-mns-")}
    push = changed(push, body=body, Authorization=None, **{name.replace("-", "_"): None for name in bare})
    return api_event(push, **fields)


def keys(jobs):
    return [item["key"] for job in jobs for item in job["objects"]]


@pytest.mark.parametrize("notify_content_format", ["SIMPLIFIED", "JSON", "XML"])
@pytest.mark.parametrize("content_md5", ["upper-hex", "base64-of-hex", "base64-of-digest"])
def test_a_signed_push_of_smq_becomes_a_job(photos, fetched, notify_content_format, content_md5):
    url = f"{BASE}/{photos.secret}"
    push = smq_push(now(), url, notify_content_format=notify_content_format, content_md5=content_md5)

    assert post(api_event(push)) == (202, {"accepted": 1, "jobs": 1})

    (job,) = photos.event_jobs()
    assert (job["kind"], job["task_id"], keys([job])) == ("event", "photos", ["2026/a.jpg"])
    assert job["run_id"] == f"photos-{now():%Y%m%d}-realtime"
    assert fetched == [SMQ_CERTIFICATE]


def test_a_signed_delivery_of_eventbridge_becomes_a_job_and_needs_no_secret_in_its_path(photos, fetched):
    push = eventbridge_push(now(), BASE, token=photos.secret)

    assert post(api_event(push)) == (202, {"accepted": 1, "jobs": 1})
    assert keys(photos.event_jobs()) == ["2026/a.jpg"]
    assert fetched == [EVENTBRIDGE_CERTIFICATE]


def test_eventbridge_may_know_the_endpoint_by_a_domain_of_its_own(photos):
    push = eventbridge_push(now(), "https://hooks.example.org/events/photos", token=photos.secret)
    event = api_event(push, requestContext={"domainName": "hooks.example.org"})

    assert post(event)[0] == 202


def test_a_certificate_is_fetched_once(photos, fetched):
    for number in range(3):
        push = smq_push(now() - timedelta(seconds=number), f"{BASE}/{photos.secret}")
        assert post(api_event(push))[0] == 202

    assert fetched == [SMQ_CERTIFICATE]


@pytest.mark.parametrize(
    "name",
    ["intake-smq-simplified", "intake-smq-json", "intake-smq-xml", "intake-eventbridge", "intake-events"],
)
def test_the_samples_are_taken(photos, name):
    text = json.dumps(sample(name)).replace("SECRET", photos.secret)

    status, _ = post(json.loads(text.replace("photos-source", "photos")))

    found = keys(photos.event_jobs())
    assert status == (202 if "source" not in found else 0)


def test_many_records_become_few_jobs_and_a_key_is_looked_at_once(photos):
    body = events_body(*(f"{number:03}" for number in range(250)), "000")

    assert post(unsigned(photos.secret, body))[0] == 202

    jobs = photos.event_jobs()
    assert sorted(len(job["objects"]) for job in jobs) == [50, 100, 100]
    assert len({job["job_id"] for job in jobs}) == 3
    assert sorted(keys(jobs)) == [f"{number:03}" for number in range(250)]


def test_every_real_time_task_of_the_bucket_gets_its_share(photos):
    task = photos.books.tasks.get_task("photos")
    videos = task.source.model_copy(update={"prefix": "videos/"})
    albums = task.source.model_copy(update={"prefixes": ("albums/", "videos/a")})
    other = task.source.model_copy(update={"bucket": "others"})
    for name, source in (("videos", videos), ("albums", albums), ("others", other)):
        photos.books.tasks.create_task(task.model_copy(update={"task_id": name, "source": source}))

    assert post(unsigned(photos.secret, events_body("videos/a", "b")))[1] == {"accepted": 2, "jobs": 3}

    assert {job["task_id"]: keys([job]) for job in photos.event_jobs()} == {
        "photos": ["videos/a", "b"],
        "albums": ["videos/a"],
        "videos": ["videos/a"],
    }


def test_a_task_that_demands_a_signature_is_not_fed_through_one_that_does_not(photos):
    task = photos.books.tasks.get_task("photos")
    strict = task.real_time.model_copy(update={"requires_signature": True})
    photos.books.tasks.create_task(task.model_copy(update={"task_id": "strict", "real_time": strict}))

    post(unsigned(photos.secret, events_body("a")))
    unsigned_for = {job["task_id"] for job in photos.event_jobs()}
    post(api_event(smq(photos.secret)))

    assert unsigned_for == {"photos"}
    assert {job["task_id"] for job in photos.event_jobs()} == {"photos", "strict"}


def test_a_certificate_that_was_replaced_is_fetched_again(photos, monkeypatch, tmp_path):
    other = SigningKey(tmp_path).certificate
    fetched = iter([other, signing_key().certificate])
    monkeypatch.setattr(certificates, "fetch_certificate", lambda _: next(fetched))
    monkeypatch.setattr(certificates, "_AGAIN_SECONDS", 0.0)

    assert post(api_event(smq(photos.secret)))[0] == 202


@pytest.mark.parametrize(
    "body",
    [
        b'{"events": [{"eventName": "BucketCreated:PutBucket", "oss": {"bucket": {"name": "photos"}}}]}',
        events_body("a", bucket="elsewhere"),
        events_body("a", name="BucketCreated:PutBucket"),
        events_body("a", name="ObjectRemoved:AbortMultipartUpload"),
        events_body("a", name="ObjectDownloaded:GetObject"),
        b'{"events": []}',
    ],
)
def test_what_is_nothing_to_us_is_taken_and_leads_to_no_job(photos, body):
    assert post(unsigned(photos.secret, body)) == (202, {"accepted": 0, "jobs": 0})
    assert photos.event_jobs() == []


def test_both_secrets_are_taken_while_a_rotation_lasts(photos):
    before = photos.books.tasks.get_task("photos")
    old = photos.secret
    new = photos.follow(
        secrets=[
            {"nonce": "1" * 32},
            {"nonce": "0" * 32, "valid_until": now() + timedelta(hours=1)},
        ]
    )

    assert before.real_time is not None
    assert [post(unsigned(secret, events_body("a")))[0] for secret in (old, new)] == [202, 202]


def smq(secret, **fields):
    return smq_push(now(), f"{BASE}/{secret}", **fields)


def bridge(secret, url=BASE, **fields):
    return eventbridge_push(now(), url, **{"token": secret, **fields})


def moved(url):
    """A push whose certificate lies somewhere else."""
    return lambda secret: api_event(smq(secret, cert_url=url))


CASES = {
    "unsigned": (403, unsigned),
    "no secret": (401, lambda _: unsigned("")),
    "wrong secret": (401, lambda _: unsigned("x" * 43)),
    "wrong secret in the header": (401, lambda s: unsigned(s, headers={"x-ferry-secret": "x" * 43})),
    "unknown task": (401, lambda s: unsigned(s, pathParameters={"task_id": "other", "secret": s})),
    "bad signature": (403, lambda s: api_event(changed(smq(s), Authorization="AAAA"))),
    "signature that is no base64": (403, lambda s: api_event(changed(smq(s), Authorization="é"))),
    "no signature beside the headers": (403, lambda s: api_event(changed(smq(s), Authorization=None))),
    "altered body": (403, lambda s: api_event(changed(smq(s), body=events_body("b")))),
    "no content-md5": (403, lambda s: api_event(changed(smq(s), Content_MD5=None))),
    "altered header": (403, lambda s: api_event(changed(smq(s), x_mns_message_id="other"))),
    "added header": (403, lambda s: api_event(changed(smq(s), x_mns_added="x"))),
    "altered path": (403, lambda s: api_event(smq(s), rawPath=f"/events/photos/{s}/")),
    "added query": (403, lambda s: api_event(smq(s), rawQueryString="a=b")),
    "foreign certificate host": (403, moved("https://evil.example/x509_public_certificate.pem")),
    "another bucket of oss": (
        403,
        moved("https://evil.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem"),
    ),
    "http certificate": (403, moved(SMQ_CERTIFICATE.replace("https", "http"))),
    "certificate host with a user": (
        403,
        moved(SMQ_CERTIFICATE.replace("https://", "https://evil.example@")),
    ),
    "certificate host as a user": (
        403,
        moved("https://mnstest.oss-cn-hangzhou.aliyuncs.com@evil.example/x509_public_certificate.pem"),
    ),
    "certificate on another port": (403, moved(SMQ_CERTIFICATE.replace(".com/", ".com:8443/"))),
    "certificate host with a suffix": (403, moved(SMQ_CERTIFICATE.replace(".com/", ".com.evil.example/"))),
    "certificate with a query": (403, moved(f"{SMQ_CERTIFICATE}?x=y.pem")),
    "certificate path that climbs": (403, moved(SMQ_CERTIFICATE.replace(".com/", ".com/a/../b/"))),
    "expired": (403, lambda s: api_event(smq_push(now() - timedelta(minutes=16), f"{BASE}/{s}"))),
    "from the future": (403, lambda s: api_event(smq_push(now() + timedelta(minutes=16), f"{BASE}/{s}"))),
    "no date": (403, lambda s: api_event(changed(smq(s), Date="soon"))),
    "wrong topic owner": (403, lambda s: api_event(smq(s)), {"topic_owner": "1"}),
    "wrong topic": (403, lambda s: api_event(smq(s)), {"topic_names": ["another-topic"]}),
    "no topic where one is pinned": (
        403,
        unsigned,
        {"topic_owner": OWNER, "requires_signature": False},
    ),
    "eventbridge without a token": (403, lambda s: api_event(bridge(s, token=""))),
    "eventbridge with another token": (401, lambda s: api_event(bridge(s, token="x" * 43))),
    "eventbridge with a token put in later": (
        403,
        lambda s: api_event(changed(bridge("other"), x_eventbridge_signature_token=s)),
    ),
    "eventbridge, token and path differ": (401, lambda s: api_event(bridge(s, f"{BASE}/{'x' * 43}"))),
    "eventbridge for another url": (
        403,
        lambda s: api_event(changed(bridge(s, "https://elsewhere.example/events/photos"), url=BASE)),
    ),
    "eventbridge, altered body": (403, lambda s: api_event(changed(bridge(s), body=events_body("b")))),
    "eventbridge, expired": (
        403,
        lambda s: api_event(eventbridge_push(now() - timedelta(seconds=61), BASE, token=s)),
    ),
    "eventbridge, from year 10000": (
        403,
        lambda s: api_event(changed(bridge(s), x_eventbridge_signature_timestamp="9" * 15)),
    ),
    "eventbridge, another hash": (
        403,
        lambda s: api_event(changed(bridge(s), x_eventbridge_hash_method="MD5")),
    ),
    "eventbridge, a bucket with such a name": (
        403,
        lambda s: api_event(
            bridge(
                s,
                cert_url="https://aa-evil-eventbridge.oss-accelerate.aliyuncs.com/x509_public_certificate.pem",
            )
        ),
    ),
    "eventbridge, smq's certificate": (403, lambda s: api_event(bridge(s, cert_url=SMQ_CERTIFICATE))),
    "oversized": (413, lambda s: unsigned(s, b" " * (1024**2 + 1))),
    "oversized by a stranger": (413, lambda _: unsigned("", b" " * (1024**2 + 1))),
    "xml bomb": (400, lambda s: unsigned(s, BOMB), {"requires_signature": False}),
    "xml with a dtd": (400, lambda s: unsigned(s, b"<!DOCTYPE N><N/>"), {"requires_signature": False}),
    "no notification": (400, lambda s: unsigned(s, b"hello"), {"requires_signature": False}),
    "a signed one that is none": (400, lambda s: api_event(smq(s, body=b"aGVsbG8="))),
    "broken base64 of the api": (400, lambda s: unsigned(s, body=b"x", isBase64Encoded=True)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_trusted_or_read_is_refused_without_a_word_and_leads_to_no_job(photos, case):
    status, make, *fields = CASES[case]
    photos.follow(**{"requires_signature": True, **(fields[0] if fields else {})})

    assert post(make(photos.secret)) == (status, {})
    assert photos.event_jobs() == []


@pytest.mark.parametrize("push", [smq, bridge])
def test_a_signed_notification_is_taken_once(photos, push):
    event = api_event(push(photos.secret))

    assert [post(event)[0] for _ in range(3)] == [202, 403, 403]
    assert len(photos.event_jobs()) == 1


def test_another_spelling_of_a_signature_is_the_same_one(photos):
    event = api_event(smq(photos.secret))
    post(event)
    told = event["headers"]["authorization"]
    # The last character before the padding holds bits that mean nothing.
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    last = told.rstrip("=")[-1]
    other = alphabet[alphabet.index(last) ^ 1]
    event["headers"]["authorization"] = told.rstrip("=")[:-1] + other + "=" * told.count("=")

    assert base64.b64decode(told) == base64.b64decode(event["headers"]["authorization"])
    assert post(event)[0] == 403
    assert len(photos.event_jobs()) == 1


def test_a_notification_that_sqs_did_not_take_may_come_again(photos, monkeypatch):
    event = api_event(smq(photos.secret))
    queue = wiring.intake()._queue
    send = queue.send
    refused = TransientError("SQS did not accept 1 of the jobs: Throttled", reason="Throttled")

    def refuse(jobs):
        raise refused

    monkeypatch.setattr(queue, "send", refuse)
    first = post(event)
    monkeypatch.setattr(queue, "send", send)

    assert [first, post(event)] == [(503, {}), (202, {"accepted": 1, "jobs": 1})]
    assert keys(photos.event_jobs()) == ["2026/a.jpg"]


def test_without_the_certificate_it_may_come_again(photos, monkeypatch):
    def fail(url):
        raise TransientError("not now")

    monkeypatch.setattr(certificates, "fetch_certificate", fail)

    assert post(api_event(smq(photos.secret))) == (503, {})
    assert photos.event_jobs() == []


def test_a_table_that_does_not_answer_is_no_answer_of_ours(photos, monkeypatch):
    # API Gateway answers 500 then, and the sender tries again.
    monkeypatch.setenv("FERRY_TABLE", "no-such-table")
    wiring.settings.cache_clear()
    wiring.intake.cache_clear()

    with pytest.raises(ClientError):
        post(unsigned(photos.secret, events_body("a")))


def test_nothing_secret_is_logged(photos):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    telemetry.logger().addHandler(handler)
    signed = smq(photos.secret)

    for event in (unsigned("w" * 43), api_event(changed(signed, body=b"x")), unsigned(photos.secret, b"?")):
        post(event)

    telemetry.logger().removeHandler(handler)
    logged = written.getvalue()
    assert [status for status in ("401", "403", "400") if f"answered {status}" not in logged] == []
    assert photos.secret not in logged
    assert "w" * 43 not in logged
    assert signed.headers["Authorization"] not in logged


TEXT = st.text(max_size=20)
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "rawPath": TEXT,
        "rawQueryString": TEXT,
        "headers": st.none() | st.dictionaries(TEXT | st.sampled_from(["authorization", "date"]), TEXT),
        "requestContext": st.none() | st.dictionaries(st.just("domainName"), TEXT),
        "pathParameters": st.none() | st.dictionaries(st.sampled_from(["task_id", "secret"]), TEXT),
        "body": st.none() | TEXT,
        "isBase64Encoded": st.booleans(),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(event=EVENT, real_task=st.booleans())
def test_no_request_of_a_stranger_leads_to_a_job_or_to_our_failing(photos, event, real_task):
    if real_task:
        event["pathParameters"] = {**(event.get("pathParameters") or {}), "task_id": "photos"}

    status, _ = post(event)

    assert status in {400, 401, 403, 413}
    assert photos.event_jobs() == []


SIGNED = {
    smq: "authorization content-md5 content-type date x-mns-signing-cert-url x-mns-version x-mns-topic-owner",
    bridge: "x-eventbridge-signature-v2 x-eventbridge-signature-url x-eventbridge-signature-timestamp "
    "x-eventbridge-hash-method x-eventbridge-signature-token x-eventbridge-signature-version",
}
CHOICES = st.sampled_from([(push, name) for push, names in SIGNED.items() for name in names.split()])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(choice=CHOICES, value=st.text(max_size=30))
def test_no_damaged_signature_leads_to_a_job_or_to_our_failing(photos, choice, value):
    push, name = choice
    event = api_event(push(photos.secret))
    assume(event["headers"][name] != value)
    event["headers"] = {**event["headers"], name: value}

    status, _ = post(event)

    assert status in {401, 403}
    assert photos.event_jobs() == []
