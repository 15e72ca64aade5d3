"""Requests to buckets whose readers pay say so, every one of them."""

import pytest
from ferry.errors import ConfigurationError
from ferry.keys import KeyRange
from ferry.objects import ByteRange
from ferry.stores.access_keys import FixedKey
from ferry.stores.http import HttpTransport
from ferry.stores.s3 import S3Store
from ferry.stores.signing import AccessKey

from tests.support.aws import client_to, unique_name
from tests.support.builders import properties
from tests.support.store_cases import oss_source

READS = {
    "list": lambda case: list(case.store.list_objects("", KeyRange())),
    "levels": lambda case: case.store.next_common_prefixes("", KeyRange(), 10),
    "first key": lambda case: case.store.first_key("", KeyRange()),
    "head": lambda case: case.store.head("k"),
    "open": lambda case: case.read("k"),
    "range": lambda case: case.read("k", ByteRange(0, 1)),
    "tags": lambda case: case.store.tags("k"),
    "acl": lambda case: case.store.acl("k"),
}


@pytest.fixture
def paid_bucket(oss):
    """A bucket of the server's own account that lets others read at their expense."""
    name = unique_name("paid")
    with oss_source(oss, name) as case:
        case.bucket.create_bucket()
        case.write("k", b"content")
        case.bucket.put_bucket_request_payment("Requester")
        yield name


def recorded(case, read):
    """The headers of every request that a read makes."""
    sent = []
    send, connections = case.store._http.send, case.store._bucket.session
    get = case.store._listings.get

    def note(request):
        sent.append(dict(request.headers))
        return send(request)

    def note_listing(url, headers):
        sent.append(dict(headers))
        return get(url, headers)

    case.store._http.send = note
    case.store._listings.get = note_listing
    before = len(connections.replies)
    read(case)
    return sent + [dict(reply.response.request.headers) for reply in connections.replies[before:]]


@pytest.mark.parametrize("operation", READS)
def test_every_request_to_oss_says_who_pays(oss, paid_bucket, operation):
    with oss_source(oss, paid_bucket, pays_requests=True) as case:
        sent = recorded(case, READS[operation])

    assert sent
    assert all(headers["x-oss-request-payer"] == "requester" for headers in sent)


@pytest.mark.parametrize("operation", ["list", "first key", "head", "open", "range"])
def test_another_account_reads_what_it_pays_for_and_nothing_else(oss, paid_bucket, operation):
    guest = AccessKey("guest", "secret")

    with oss_source(oss, paid_bucket, key=guest, pays_requests=True) as case:
        READS[operation](case)
    with (
        oss_source(oss, paid_bucket, key=guest) as case,
        pytest.raises(ConfigurationError) as caught,
    ):
        READS[operation](case)

    assert caught.value.reason == "AccessDenied"


async def use_everything(store):
    """Make every kind of request there is."""
    etag = await store.put("k", b"x", size=1, properties=properties(), expected=None)
    list(store.list_objects("", KeyRange()))
    store.head("k")
    store.check_writable("k")
    store.check_deletable("other")
    store.keep_aside("k", "kept/k", expected=etag)
    for end in (store.abort_upload, None):
        upload_id = await store.create_upload("k", properties())
        await store.upload_part("k", upload_id, 1, b"y", size=1)
        parts = list(store.list_parts("k", upload_id))
        assert [upload.upload_id for upload in store.list_uploads("k")] == [upload_id]
        if end is not None:
            end("k", upload_id)
        else:
            etag = store.complete_upload("k", upload_id, parts, expected=etag)
    store.delete("k", expected=etag)


@pytest.mark.parametrize("pays", [True, False])
def test_every_request_to_s3_says_who_pays(moto, runner, pays):
    sent = []

    class Noting(HttpTransport):
        def send(self, request):
            sent.append((request.method, dict(request.headers)))
            return super().send(request)

    async def work():
        http = Noting()
        try:
            store = S3Store(bucket, client=client, keys=FixedKey(key), http=http, pays_requests=pays)
            await use_everything(store)
        finally:
            await http.aclose()

    def note(request, **_):
        sent.append((request.method, {name.lower(): value for name, value in request.headers.items()}))

    bucket, key = unique_name("paid"), AccessKey(moto.access_key_id, moto.secret_access_key)
    with client_to(moto, "s3") as client:
        client.create_bucket(Bucket=bucket)
        client.meta.events.register("before-send.s3", note)
        runner.run(work())

    spelled = {name: str(value) for _, headers in sent for name, value in headers.items()}
    assert len(sent) >= 20
    if pays:
        assert {headers["x-amz-request-payer"] for _, headers in sent} <= {"requester", b"requester"}
    else:
        assert "x-amz-request-payer" not in spelled
