"""What a client really sees of each kind of fault."""

import http.client
import socket
import threading
from urllib.parse import urlsplit

import oss2
import pytest
from oss2.exceptions import RequestError, ServerError

from local.oss.checksums import crc64
from local.oss.control import ControlError
from local.oss.faults.codes import THROTTLING
from local.oss.faults.kinds import (
    Corrupt,
    Delay,
    Error,
    Headers,
    Overwrite,
    Reset,
    Slow,
    Stall,
    Truncate,
)
from local.oss.faults.rules import Rule

BODY = bytes(range(256)) * 400
TIMEOUT = 20


@pytest.fixture
def key(bucket):
    bucket.put_object("k", BODY)
    return "k"


@pytest.fixture
def injected(server, bucket):
    """Rules for the test's bucket alone."""

    def for_bucket(fault, **conditions):
        return server.faults.injected(Rule(fault=fault, bucket=bucket.bucket_name, **conditions))

    return for_bucket


def wire(bucket, method, key, *, body=b"", length=None):
    """Send one request and return all bytes of the answer, and how the connection ended."""
    url = urlsplit(bucket.sign_url(method, key, 60))
    head = f"{method} {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n"
    if method in {"PUT", "POST"}:
        head += f"Content-Length: {len(body) if length is None else length}\r\n"
    answer = bytearray()
    with socket.create_connection((url.hostname, url.port), timeout=TIMEOUT) as client:
        try:
            client.sendall(head.encode() + b"\r\n" + body)
            while chunk := client.recv(1 << 16):
                answer += chunk
        except ConnectionResetError:
            return bytes(answer), "reset"
        else:
            return bytes(answer), "end"


def open_get(bucket, key):
    """Send a GET and return the reply once its headers are there."""
    url = urlsplit(bucket.sign_url("GET", key, 60))
    connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT)
    connection.request("GET", f"{url.path}?{url.query}")
    return connection, connection.getresponse()


@pytest.mark.parametrize(
    "code", [*THROTTLING, "InternalError", "InDebt", "UserDisable", "InvalidAccessKeyId"]
)
def test_an_error_is_answered_as_oss_words_it(bucket, key, injected, code):
    with injected(Error(code=code), operations=("GetObject",), times=1) as faults:
        with pytest.raises(ServerError) as caught:
            bucket.get_object(key)
        body = bucket.get_object(key).read()

    throttled = 429 if code == "QpsLimitExceeded" else 503
    expected = throttled if code in THROTTLING else {"InternalError": 500}.get(code, 403)
    assert (caught.value.status, caught.value.code) == (expected, code)
    assert caught.value.request_id
    assert (faults.applied, faults.matched, body) == (1, 2, BODY)


def test_an_error_of_ones_own_has_a_status_a_message_and_headers(bucket, key, injected):
    fault = Error(code="Odd", status=418, message="<tea>", headers={"Retry-After": "7"})
    with injected(fault), pytest.raises(ServerError) as caught:
        bucket.head_object(key)

    assert (caught.value.status, caught.value.code, caught.value.message) == (418, "Odd", "<tea>")
    assert caught.value.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("after_effect", "exists"), [(False, False), (True, True)])
def test_an_error_comes_before_or_after_the_effect(bucket, injected, after_effect, exists):
    fault = Error(code="InternalError", after_effect=after_effect)
    with injected(fault, operations=("PutObject",)), pytest.raises(ServerError):
        bucket.put_object("new", b"body")

    assert bucket.object_exists("new") is exists


@pytest.mark.parametrize(
    ("at", "exists"),
    [("start", False), ("request-body", False), ("reply", True), ("headers", True), ("reply-body", True)],
)
def test_an_upload_is_reset_before_or_after_its_effect(bucket, injected, at, exists):
    with injected(Reset(at=at), operations=("PutObject",)) as faults:
        answer, end = wire(bucket, "PUT", "new", body=BODY)

    assert (end, faults.applied) == ("reset", 1)
    assert answer.startswith(b"HTTP/1.1 200") is (at in {"headers", "reply-body"})
    assert bucket.object_exists("new") is exists


def test_an_upload_is_reset_while_its_body_is_on_the_way(bucket, injected):
    with injected(Reset(at="request-body", after_bytes=10)) as faults:
        _, end = wire(bucket, "PUT", "new", body=b"x" * 20, length=1000)

    assert (end, faults.applied) == ("reset", 1)
    assert not bucket.object_exists("new")


def test_a_client_library_sees_a_reset(bucket, key, injected):
    with injected(Reset(at="start")), pytest.raises(RequestError):
        bucket.get_object(key)


@pytest.mark.parametrize("size", [0, 1000, None])
def test_a_download_is_reset_behind_so_many_bytes(bucket, key, injected, size):
    with injected(Reset(at="reply-body", after_bytes=size)):
        answer, end = wire(bucket, "GET", key)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(BODY)}".encode() in head
    assert (end, body) == ("reset", BODY[: len(BODY) // 2 if size is None else size])


@pytest.mark.parametrize(("after_bytes", "size"), [(None, len(BODY) // 2), (10, 10), (10**9, len(BODY) - 1)])
def test_a_truncated_download_ends_in_good_order_before_its_length(bucket, key, injected, after_bytes, size):
    with injected(Truncate(after_bytes=after_bytes)) as faults:
        answer, end = wire(bucket, "GET", key)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(BODY)}".encode() in head
    assert (end, body, faults.applied) == ("end", BODY[:size], 1)


def test_a_truncated_upload_loses_bytes_and_says_so_only_in_its_checksum(bucket, injected):
    with injected(Truncate(body="request", after_bytes=3)), pytest.raises(oss2.exceptions.InconsistentError):
        bucket.put_object("new", b"abcdef")

    assert bucket.get_object("new").read() == b"abc"


@pytest.mark.parametrize(("at", "place"), [(None, len(BODY) // 2), (0, 0), (-1, len(BODY) - 1)])
def test_a_corrupted_download_differs_in_one_byte(bucket, key, injected, at, place):
    with injected(Corrupt(at_byte=at)):
        reply = bucket.get_object(key)
        body = reply.read()

    assert [i for i, (one, other) in enumerate(zip(BODY, body, strict=True)) if one != other] == [place]
    assert reply.server_crc == crc64(BODY) != reply.client_crc


def test_a_corrupted_range_differs_within_the_range(bucket, key, injected):
    with injected(Corrupt(at_byte=0)):
        body = bucket.get_object(key, byte_range=(100, 199)).read()

    assert body == bytes([BODY[100] ^ 0xFF]) + BODY[101:200]


def test_a_corrupted_upload_is_noticed_by_its_checksum(bucket, injected):
    with injected(Corrupt(body="request", at_byte=1)), pytest.raises(oss2.exceptions.InconsistentError):
        bucket.put_object("new", b"abc")

    assert bucket.get_object("new").read() == b"a\x9dc"


def test_nothing_is_counted_where_there_is_no_byte_to_corrupt(bucket, key, injected):
    with injected(Corrupt()) as faults:
        bucket.head_object(key)

    assert [(each.matched, each.chosen, each.applied) for each in faults.reports] == [(1, 1, 0)]


def test_a_slow_body_arrives_whole_and_may_say_that_it_is_slow(bucket, key, injected):
    with injected(Slow(bytes_per_second=10_240_000, announced=True)) as faults:
        reply = bucket.get_object(key)
        body = reply.read()
    with injected(Slow(body="request", bytes_per_second=10_240_000)) as uploads:
        bucket.put_object("new", BODY)

    assert (body, reply.headers["x-oss-qos-delay-time"]) == (BODY, "10")
    assert (faults.applied, uploads.applied) == (1, 1)
    assert bucket.get_object("new").read() == BODY


def test_a_stalled_download_goes_on_when_it_is_released(server, bucket, key, injected):
    with injected(Stall(after_bytes=5), name="stuck"):
        connection, reply = open_get(bucket, key)
        first = reply.read(5)
        server.faults.wait("stuck")
        connection.sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.sock.recv(1)
        connection.sock.settimeout(TIMEOUT)
        server.faults.release()
        rest = reply.read()
        connection.close()

    assert (first, rest) == (BODY[:5], BODY[5:])


def test_a_stall_ends_with_its_rule_and_with_its_seconds(bucket, key, injected):
    with injected(Stall(), name="stuck"):
        connection, reply = open_get(bucket, key)
    rest = reply.read()
    connection.close()
    with injected(Stall(seconds=0)):
        again = bucket.get_object(key).read()

    assert rest == again == BODY


@pytest.mark.parametrize(("after_effect", "exists"), [(False, False), (True, True)])
def test_a_delayed_request_waits_before_or_after_its_effect(server, bucket, injected, after_effect, exists):
    with injected(Delay(after_effect=after_effect), operations=("PutObject",), name="late"):
        writer = threading.Thread(target=bucket.put_object, args=("new", b"body"))
        writer.start()
        server.faults.wait("late")
        exists_while_waiting = bucket.object_exists("new")
    writer.join()

    assert exists_while_waiting is exists
    assert bucket.get_object("new").read() == b"body"


def test_checksum_and_etag_can_be_wrong_or_missing(bucket, key, injected):
    right = bucket.get_object(key)
    right.read()
    fault = Headers(
        falsify=("x-oss-hash-crc64ecma", "ETag"), remove=("Last-Modified",), set={"x-oss-meta-m": "1"}
    )
    with injected(fault) as faults:
        wrong = bucket.get_object(key)
        wrong.read()
    with injected(Headers(remove=("x-oss-hash-crc64ecma",))):
        missing = bucket.get_object(key)

    assert wrong.server_crc == right.server_crc ^ 1
    assert len(wrong.etag) == len(right.etag)
    assert wrong.etag != right.etag
    assert "Last-Modified" not in wrong.headers
    assert wrong.headers["x-oss-meta-m"] == "1"
    assert faults.applied == 1
    assert missing.server_crc is None


def test_an_object_is_overwritten_between_head_and_get(bucket, key, injected):
    with injected(Overwrite(), operations=("HeadObject",)) as faults:
        etag = bucket.head_object(key).etag
        with pytest.raises(oss2.exceptions.PreconditionFailed):
            bucket.get_object(key, headers={"If-Match": f'"{etag}"'})

    assert faults.applied == 1
    assert bucket.head_object(key).content_length == len(BODY)


@pytest.mark.parametrize("at", ["during", "after"])
def test_a_reader_keeps_its_version_when_the_object_is_overwritten(bucket, key, injected, at):
    with injected(Overwrite(at=at, size=7), operations=("GetObject",), times=1):
        reply = bucket.get_object(key)
        first = reply.read()
        second = bucket.get_object(key)

    assert (first, reply.client_crc) == (BODY, reply.server_crc)
    assert second.content_length == 7
    assert second.etag != reply.etag


def test_a_torn_download_is_one_version_and_then_another(bucket, key, injected):
    with injected(Overwrite(at="during", torn=True), times=1):
        torn = bucket.get_object(key)
        body = torn.read()
    now = bucket.get_object(key).read()

    half = len(BODY) // 2
    assert (body[:half], body[half:]) == (BODY[:half], now[half:])
    assert torn.client_crc != torn.server_crc


def test_an_object_vanishes_before_it_is_read(bucket, key, injected):
    with injected(Overwrite(at="before", delete=True), times=1), pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object(key)


def test_every_request_of_a_listing_or_multipart_upload_can_go_wrong(bucket, injected):
    with injected(Error(code="ServiceUnavailable"), operations=("ListObjects", "UploadPart")):
        upload_id = bucket.init_multipart_upload("mp").upload_id
        for call in (bucket.list_objects, bucket.list_objects_v2):
            with pytest.raises(ServerError):
                call()
        with pytest.raises(ServerError):
            bucket.upload_part("mp", upload_id, 1, b"x")


def test_faults_pick_keys_and_access_keys(bucket, key, reach, injected):
    bucket.put_object("other", b"x")
    reader = reach(oss2.AuthV4("reader", "secret"))
    with injected(Error(code="InternalError"), key="k*", access_key_id="reader") as faults:
        with pytest.raises(ServerError):
            reader.get_object(key)
        bodies = bucket.get_object(key).read(), reader.get_object("other").read()

    assert bodies == (BODY, b"x")
    assert faults.matched == 1


def test_waiting_for_a_fault_that_does_not_happen_is_an_error(server, injected):
    with injected(Delay(), name="never"), pytest.raises(ControlError, match="never was applied 0 of 1 times"):
        server.faults.wait("never", seconds=0)
