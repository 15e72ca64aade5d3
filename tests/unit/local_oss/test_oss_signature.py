from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

import oss2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.oss.authentication import Authenticator
from local.oss.credentials import Credential
from local.oss.errors import OssError
from local.oss.signature import Signable, sign_v1, sign_v4, v1_string_to_sign, v4_canonical_request

REGION = "cn-hangzhou"
AUTHENTICATOR = Authenticator(
    {"ID": Credential("ID", "SECRET"), "STS": Credential("STS", "S", "TOKEN")}, REGION
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.sampled_from(["prefix", "uploadId", "tagging", "continuation-token", "x-oss-process", "max-keys"])
QUERIES = st.dictionaries(NAMES, TEXT, max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(["x-oss-meta-a", "X-Oss-Meta-B", "Content-Type", "Content-MD5", "Range"]),
    st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), max_size=8),
)


def request_of(method, query, headers, *, region=REGION):
    return oss2.http.Request(
        method,
        "http://127.0.0.1/bucket/key",
        params=dict(query),
        headers=oss2.CaseInsensitiveDict(headers),
        region=region,
        product="oss",
    )


def received(method, bucket, key, query, headers):
    return Signable(
        method,
        bucket,
        key.encode(),
        list(query.items()),
        {name.lower(): text for name, text in headers.items()},
    )


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(["v1", "v4"]), st.sampled_from(["GET", "PUT"]), TEXT, QUERIES, HEADERS, st.booleans())
def test_requests_that_oss2_signed_are_accepted(version, method, key, query, headers, temporary):
    bucket = "bucket"
    request = request_of(method, query, headers)
    auth = (
        oss2.StsAuth("STS", "S", "TOKEN", version) if temporary else oss2.make_auth("ID", "SECRET", version)
    )

    auth._sign_request(request, bucket, key)

    signable = received(method, bucket, key, query, request.headers)
    credential = AUTHENTICATOR.authenticate(signable, datetime.now(UTC))
    assert credential.access_key_id == ("STS" if temporary else "ID")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(["v1", "v4"]), TEXT, QUERIES, st.booleans())
def test_urls_that_oss2_signed_are_accepted(version, key, query, temporary):
    request = request_of("GET", query, {})
    auth = (
        oss2.StsAuth("STS", "S", "TOKEN", version) if temporary else oss2.make_auth("ID", "SECRET", version)
    )

    url = auth._sign_url(request, "bucket", key, 60)

    sent = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    signable = Signable("GET", "bucket", key.encode(), sent, {"host": "127.0.0.1"})
    credential = AUTHENTICATOR.authenticate(signable, datetime.now(UTC))
    assert credential.access_key_id == ("STS" if temporary else "ID")


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_the_service_and_the_bucket_have_paths_of_their_own(version):
    for bucket in ("", "bucket"):
        request = request_of("GET", {"prefix": "a"}, {})
        oss2.make_auth("ID", "SECRET", version)._sign_request(request, bucket, "")

        signable = received("GET", bucket, "", {"prefix": "a"}, request.headers)

        assert AUTHENTICATOR.authenticate(signable, datetime.now(UTC)).access_key_id == "ID"


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"bucket": "other"},
        {"key": b"other"},
        {"query": [("uploadId", "other")]},
        {"headers": {"x-oss-meta-a": "other"}},
    ],
)
def test_a_request_changed_after_signing_is_refused(version, change):
    request = request_of("GET", {"uploadId": "1"}, {"x-oss-meta-a": "1"})
    oss2.make_auth("ID", "SECRET", version)._sign_request(request, "bucket", "key")
    signable = received("GET", "bucket", "key", {"uploadId": "1"}, request.headers)
    headers = {**signable.headers, **change.get("headers", {})}
    changed = Signable(**{**vars(signable), **change, "headers": headers})

    with pytest.raises(OssError, match="SignatureDoesNotMatch"):
        AUTHENTICATOR.authenticate(changed, datetime.now(UTC))


def signed_at(version, moment):
    if version == "v1":
        headers = {"date": format_datetime(moment, usegmt=True)}
        text = v1_string_to_sign(Signable("GET", "bucket", b"key", [], headers), date=headers["date"])
        headers["authorization"] = f"OSS ID:{sign_v1(text, secret='SECRET')}"
    else:
        stamp = moment.strftime("%Y%m%dT%H%M%SZ")
        headers = {"x-oss-date": stamp, "range": "bytes=0-1"}
        canonical = v4_canonical_request(Signable("GET", "bucket", b"key", [], headers), ["range"])
        signature = sign_v4(canonical, secret="SECRET", moment=stamp, region=REGION)
        scope = f"ID/{stamp[:8]}/{REGION}/oss/aliyun_v4_request"
        headers["authorization"] = (
            f"OSS4-HMAC-SHA256 Credential={scope},AdditionalHeaders=range,Signature={signature}"
        )
    return Signable("GET", "bucket", b"key", [], headers)


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    ("minutes", "accepted"), [(-16, False), (-14, True), (0, True), (14, True), (16, False)]
)
def test_a_clock_may_be_15_minutes_off(version, minutes, accepted):
    now = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    signable = signed_at(version, now + timedelta(minutes=minutes))

    if accepted:
        assert AUTHENTICATOR.authenticate(signable, now).access_key_id == "ID"
    else:
        with pytest.raises(OssError, match="403 RequestTimeTooSkewed"):
            AUTHENTICATOR.authenticate(signable, now)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_presigned_url_ends(version):
    now = datetime.now(UTC)
    url = oss2.make_auth("ID", "SECRET", version)._sign_url(request_of("GET", {}, {}), "bucket", "key", 60)
    sent = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    signable = Signable("GET", "bucket", b"key", sent, {})

    with pytest.raises(OssError, match="Request has expired"):
        AUTHENTICATOR.authenticate(signable, now + timedelta(seconds=90))


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("Bearer x", "InvalidArgument"),
        ("OSS nobody:x", "InvalidAccessKeyId"),
        ("OSS ID:x", "SignatureDoesNotMatch"),
        ("OSS4-HMAC-SHA256 nonsense", "InvalidArgument"),
        (f"OSS4-HMAC-SHA256 Credential=ID/20260101/{REGION}/oss/other,Signature=x", "InvalidArgument"),
        (
            f"OSS4-HMAC-SHA256 Credential=ID/20251231/{REGION}/oss/aliyun_v4_request,Signature=x",
            "InvalidArgument",
        ),
        ("OSS4-HMAC-SHA256 Credential=ID/20260101/cn-x/oss/aliyun_v4_request,Signature=x", "InvalidArgument"),
        (
            f"OSS4-HMAC-SHA256 Credential=X/20260101/{REGION}/oss/aliyun_v4_request,Signature=x",
            "InvalidAccessKeyId",
        ),
        (f"OSS4-HMAC-SHA256 Credential=ID/20260101/{REGION}/oss/aliyun_v4_request", "SignatureDoesNotMatch"),
    ],
)
def test_each_wrong_authorization_has_its_error(authorization, code):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    headers = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    if "OSS4" in authorization:
        headers = {"x-oss-date": "20260101T000000Z"}
    headers["authorization"] = authorization

    with pytest.raises(OssError, match=code):
        AUTHENTICATOR.authenticate(Signable("GET", "bucket", b"key", [], headers), now)
