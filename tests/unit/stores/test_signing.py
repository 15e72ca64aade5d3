"""Our signatures against those of the SDKs."""

from datetime import UTC, datetime

import oss2
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from ferry.stores.signing import (
    UNSIGNED_PAYLOAD,
    UNSIGNED_TRAILER,
    AccessKey,
    CredentialScope,
    encode_path,
    sign_oss,
    sign_s3,
)
from hypothesis import example, given
from hypothesis import strategies as st
from oss2.credentials import StaticCredentialsProvider

from tests.support.builders import NOON
from tests.support.strategies import KEYS

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ACCESS_KEYS = st.builds(
    AccessKey, st.just("AKID"), st.just(SECRET), st.sampled_from([None, "token/with+signs="])
)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
AMZ_HEADERS = st.dictionaries(NAMES.map("x-amz-meta-{}".format), PRINTABLE, max_size=5)
OSS_HEADERS = st.dictionaries(NAMES.map("x-oss-{}".format), PRINTABLE.map(str.strip), max_size=5)
HOST = "photos.s3.eu-west-1.amazonaws.com"


def s3_scope(key, timestamp):
    return CredentialScope(
        key, "eu-west-1", datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    )


def signed_by_botocore(method, path, query, headers, key, *, is_trailer):
    request = AWSRequest(method, f"https://{HOST}{path}", headers=dict(headers), params=dict(query))
    request.context["client_config"] = Config(s3={"payload_signing_enabled": False})
    if is_trailer:
        request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    S3SigV4Auth(Credentials(key.access_key_id, SECRET, key.security_token), "s3", "eu-west-1").add_auth(
        request
    )
    return request.headers


@given(
    st.sampled_from(["GET", "PUT", "POST", "HEAD", "DELETE"]),
    KEYS,
    st.dictionaries(PRINTABLE.filter(bool), st.text(max_size=10), max_size=4),
    AMZ_HEADERS,
    ACCESS_KEYS,
    st.booleans(),
)
@example("GET", "k", {"a": "", "aa": "", "a-": "~ /"}, {}, AccessKey("AKID", SECRET), False)
def test_s3_requests_are_signed_as_botocore_signs_them(method, key_name, query, headers, key, is_trailer):
    path = f"/{encode_path(key_name)}"
    theirs = signed_by_botocore(method, path, query, headers, key, is_trailer=is_trailer)
    payload = UNSIGNED_TRAILER if is_trailer else UNSIGNED_PAYLOAD

    ours = sign_s3(
        method,
        path,
        query,
        {**headers, "host": HOST, "x-amz-content-sha256": payload},
        scope=s3_scope(key, theirs["X-Amz-Date"]),
    )

    assert ours["authorization"] == theirs["Authorization"].replace(", ", ",")
    assert ours["x-amz-date"] == theirs["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == theirs.get("X-Amz-Security-Token")


@given(st.sampled_from(["GET", "HEAD", "PUT"]), KEYS, OSS_HEADERS, ACCESS_KEYS)
def test_oss_requests_are_signed_as_oss2_signs_them(method, key_name, headers, key):
    sent = {**headers, "range": "bytes=0-9", "content-type": "text/plain"}
    request = oss2.http.Request(
        method, "http://photos.oss", headers=dict(sent), region="cn-hangzhou", product="oss"
    )
    provider = StaticCredentialsProvider(key.access_key_id, SECRET, key.security_token or "")
    oss2.ProviderAuthV4(provider)._sign_request(request, "photos", key_name)
    now = datetime.strptime(request.headers["x-oss-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = sign_oss(method, "photos", key_name, sent, scope=CredentialScope(key, "cn-hangzhou", now))

    assert ours["authorization"] == request.headers["authorization"].replace(", ", ",")
    assert {name: ours[name] for name in sent} == sent
    assert ours.get("x-oss-security-token") == request.headers.get("x-oss-security-token")


@pytest.mark.parametrize("letter", ["à", "Å"])
def test_the_bytes_of_a_letter_are_not_taken_for_spaces_around_it(letter):
    def signature(value):
        headers = {"content-disposition": value, "host": HOST, "x-amz-content-sha256": UNSIGNED_PAYLOAD}
        scope = CredentialScope(AccessKey("AKID", SECRET), "eu-west-1", NOON)
        return sign_s3("PUT", "/k", {}, headers, scope=scope)["authorization"]

    on_the_wire = letter.encode().decode("latin-1")

    assert signature(on_the_wire) != signature(on_the_wire.strip("\x85\xa0"))
    assert signature(f"  {on_the_wire}  b ") == signature(f"{on_the_wire} b")


@given(KEYS)
def test_a_path_on_the_wire_is_plain_ascii_and_leads_to_the_same_key(key):
    path = encode_path(key)

    assert path.isascii()
    assert path.isprintable()
    assert not set(path) & set(' ?#+"<>\\')


def test_a_signature_gives_away_neither_secret_nor_token():
    key = AccessKey("AKID", SECRET, "the-token")
    scope = CredentialScope(key, "eu-west-1", NOON)

    signed = sign_s3("GET", "/k", {}, {"host": HOST, "x-amz-content-sha256": UNSIGNED_PAYLOAD}, scope=scope)

    assert SECRET not in str(signed)
    assert "the-token" not in signed["authorization"]
    assert SECRET not in repr(scope)
