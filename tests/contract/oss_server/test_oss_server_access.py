import http.client
from datetime import UTC, datetime
from urllib.parse import urlsplit

import oss2
import pytest
import requests
from oss2.exceptions import ServerError

from local.oss.signature import Signable, sign_v4, v4_canonical_request


def signers(server, version, *, key_id=None, secret=None, token=None):
    key_id, secret = key_id or server.access_key_id, secret or server.access_key_secret
    return oss2.StsAuth(key_id, secret, token, version)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_an_unknown_key_and_a_wrong_secret_are_told_apart(server, bucket, reach, version):
    unknown = reach(signers(server, version, key_id="nobody"))
    wrong = reach(signers(server, version, secret="wrong"))

    with pytest.raises(ServerError) as no_key:
        unknown.get_object("k")
    with pytest.raises(ServerError) as bad_secret:
        wrong.head_object("k")

    assert (no_key.value.status, no_key.value.code) == (403, "InvalidAccessKeyId")
    assert (bad_secret.value.status, bad_secret.value.code) == (403, "SignatureDoesNotMatch")


def test_a_signature_for_another_region_is_refused_as_oss_does(server, bucket, reach):
    other = reach(oss2.AuthV4(server.access_key_id, server.access_key_secret), region="cn-beijing")

    with pytest.raises(ServerError) as caught:
        other.get_object("k")

    assert (caught.value.status, caught.value.code) == (400, "InvalidArgument")
    assert caught.value.ec == "0002-00000226"
    assert caught.value.message == "Invalid signing region in Authorization header."


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_temporary_credentials_need_their_token(server, bucket, reach, version):
    bucket.put_object("k", b"x")

    right = reach(signers(server, version, key_id="sts", secret="sts-secret", token="the-token"))
    for token in ("other", None):
        with pytest.raises(ServerError) as caught:
            reach(signers(server, version, key_id="sts", secret="sts-secret", token=token)).get_object("k")
        assert (caught.value.status, caught.value.code) == (403, "InvalidSecurityToken")

    assert right.get_object("k").read() == b"x"


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("key", ["plain", "a b+c/ключ?&=#%"])
def test_a_presigned_url_works_without_headers(server, bucket, reach, version, key):
    url = reach(signers(server, version)).sign_url("PUT", key, 60, slash_safe=True)
    assert requests.put(url, data=b"body", timeout=5).status_code == 200

    signed = reach(signers(server, version, key_id="sts", secret="sts-secret", token="the-token"))
    reply = requests.get(signed.sign_url("GET", key, 60), timeout=5)

    assert (reply.status_code, reply.content) == (200, b"body")
    tampered = requests.get(signed.sign_url("GET", key, 60).replace("/plain", "/other"), timeout=5)
    assert tampered.status_code == (403 if key == "plain" else 200)


def _send(server, method, bucket_name, key, *, body=None, host=None):
    """One V4 request whose path goes out unchanged but for percent signs; no client tidies it."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"x-oss-date": stamp, "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
    canonical = v4_canonical_request(Signable(method, bucket_name, key.encode(), [], headers), [])
    signature = sign_v4(canonical, secret=server.access_key_secret, moment=stamp, region=server.region)
    scope = f"{server.access_key_id}/{stamp[:8]}/{server.region}/oss/aliyun_v4_request"
    headers["authorization"] = f"OSS4-HMAC-SHA256 Credential={scope},Signature={signature}"
    path = "/" + key.replace("%", "%25")
    if host:
        headers["host"] = host
    else:
        path = f"/{bucket_name}{path}"
    connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=5)
    connection.request(method, path, body=body, headers=headers)
    reply = connection.getresponse()
    answer = reply.status, reply.read()
    connection.close()
    return answer


def test_an_anonymous_request_is_refused(server, bucket, reach):
    with pytest.raises(oss2.exceptions.AccessDenied):
        reach(oss2.AnonymousAuth()).get_object("k")


def test_a_denied_action_is_access_denied_and_others_work(server, bucket, reach):
    bucket.put_object("k", b"x", headers={"x-oss-tagging": "a=1"})
    no_get = reach(oss2.AuthV4("no-get", "secret"))
    no_tags = reach(oss2.AuthV4("no-tags", "secret"))

    for call in (no_get.get_object, no_get.head_object, no_tags.get_object_tagging):
        with pytest.raises(oss2.exceptions.AccessDenied) as caught:
            call("k")
        assert caught.value.status == 403
    assert [row.key for row in oss2.ObjectIteratorV2(no_get)] == ["k"]
    assert no_get.put_object("new", b"x").status == 200
    assert "x-oss-tagging-count" in bucket.head_object("k").headers
    assert "x-oss-tagging-count" not in no_tags.head_object("k").headers


def test_a_read_only_key_cannot_write(server, bucket, reach):
    bucket.put_object("k", b"x")
    reader = reach(oss2.AuthV4("reader", "secret"))

    assert reader.get_object("k").read() == b"x"
    for write in (
        lambda: reader.put_object("k", b"y"),
        lambda: reader.delete_object("k"),
        lambda: reader.init_multipart_upload("k"),
        lambda: reader.put_symlink("k", "l"),
    ):
        with pytest.raises(oss2.exceptions.AccessDenied):
            write()


def test_a_key_with_an_allow_list_may_do_nothing_else(bucket, reach):
    bucket.put_object("k", b"x")
    lister = reach(oss2.AuthV4("lister", "secret"))

    assert [row.key for row in lister.list_objects_v2().object_list] == ["k"]
    with pytest.raises(oss2.exceptions.AccessDenied):
        lister.get_object("k")


@pytest.mark.parametrize("key", [".", "..", "a/../b", "./", "a//b", "%2F%2e"])
def test_dot_segments_and_double_slashes_on_the_wire_are_kept(server, bucket, key):
    put = _send(server, "PUT", bucket.bucket_name, key, body=b"body")

    got = _send(server, "GET", bucket.bucket_name, key)

    assert (put, got) == ((200, b""), (200, b"body"))
    assert [row.key for row in oss2.ObjectIterator(bucket)] == [key]


def test_a_virtual_host_names_the_bucket(server, bucket):
    bucket.put_object("a/b", b"body")

    host = f"{bucket.bucket_name}.oss-{server.region}.aliyuncs.com"

    assert _send(server, "GET", bucket.bucket_name, "a/b", host=host) == (200, b"body")


def test_a_virtual_host_of_another_region_names_the_right_endpoint(server, bucket):
    host = f"{bucket.bucket_name}.oss-cn-beijing.aliyuncs.com"

    status, body = _send(server, "GET", bucket.bucket_name, "k", host=host)

    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    assert f"<Endpoint>oss-{server.region}.aliyuncs.com</Endpoint>".encode() in body


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_presigned_url_may_name_a_version_and_a_traffic_limit(server, bucket, reach, version):
    bucket.put_object("k", b"body")
    bucket_of = reach(signers(server, version))

    good = {"versionId": "null", "x-oss-traffic-limit": "838860800", "response-content-type": "a/b"}
    reply = requests.get(bucket_of.sign_url("GET", "k", 60, params=good), timeout=5)
    refused = requests.get(
        bucket_of.sign_url("GET", "k", 60, params={"x-oss-traffic-limit": "819199"}), timeout=5
    )

    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (200, b"body", "a/b")
    assert refused.status_code == 400
    assert b"<Code>InvalidArgument</Code>" in refused.content


def test_a_callback_is_not_silently_left_out(bucket):
    with pytest.raises(ServerError) as caught:
        bucket.put_object("k", b"x", headers={"x-oss-callback": "e30="})

    assert (caught.value.status, caught.value.code) == (501, "NotImplemented")


@pytest.mark.parametrize("write", ["put_object", "append_object"])
def test_a_write_with_a_wrong_traffic_limit_is_refused(bucket, write):
    arguments = ("k", 0, b"x") if write == "append_object" else ("k", b"x")

    with pytest.raises(ServerError) as caught:
        getattr(bucket, write)(*arguments, headers={"x-oss-traffic-limit": "1"})

    assert (caught.value.status, caught.value.code) == (400, "InvalidArgument")
