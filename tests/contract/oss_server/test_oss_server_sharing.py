"""Who else may use a bucket: ACLs, policies, payers."""

import itertools
import json

import oss2
import pytest
import requests
from oss2.exceptions import AccessDenied, ServerError

from local.oss.credentials import parse_credential
from local.oss.embedded import OssServer

OTHER_ACCOUNT = "0000000000000002"
PAYS = {"x-oss-request-payer": "requester"}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def server():
    with OssServer(credentials=[parse_credential(f"other:secret:account={OTHER_ACCOUNT}")]) as running:
        yield running


@pytest.fixture
def bucket_name():
    return f"shared-{next(_numbers)}"


@pytest.fixture
def anonymous(reach):
    return reach(oss2.AnonymousAuth())


@pytest.fixture
def other(reach):
    return reach(oss2.AuthV4("other", "secret"))


def refusals(*calls):
    codes = []
    for call in calls:
        with pytest.raises(ServerError) as caught:
            call()
        codes.append((caught.value.status, caught.value.code))
    return set(codes)


DENIED = {(403, "AccessDenied")}


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write"])
def test_a_bucket_acl_says_what_strangers_may_do(bucket, anonymous, other, acl):
    bucket.put_object("k", b"body")
    bucket.put_bucket_acl(acl)

    assert bucket.get_bucket_acl().acl == bucket.get_bucket_info().acl.grant == acl
    for stranger in (anonymous, other):
        if acl == "private":
            assert refusals(lambda who=stranger: who.get_object("k")) == DENIED
        else:
            assert stranger.get_object("k").read() == b"body"
            assert stranger.head_object("k").content_length == 4
        if acl == "public-read-write":
            stranger.put_object("new", b"x")
            stranger.delete_object("new")
        else:
            assert (
                refusals(
                    lambda who=stranger: who.put_object("new", b"x"),
                    lambda who=stranger: who.delete_object("k"),
                )
                == DENIED
            )
        assert (
            refusals(
                stranger.list_objects, stranger.get_bucket_acl, lambda who=stranger: who.get_object_acl("k")
            )
            == DENIED
        )


def test_an_object_acl_wins_over_the_buckets(bucket, anonymous):
    bucket.put_bucket_acl("public-read-write")
    bucket.put_object("hidden", b"x", headers={"x-oss-object-acl": "private"})
    bucket.put_object("shown", b"y")
    bucket.put_object_acl("shown", "public-read")

    assert anonymous.get_object("shown").read() == b"y"
    assert (
        refusals(
            lambda: anonymous.get_object("hidden"),
            lambda: anonymous.put_object("hidden", b"z"),
            lambda: anonymous.put_object("shown", b"z"),
        )
        == DENIED
    )
    bucket.put_bucket_acl("private")
    assert anonymous.get_object("shown").read() == b"y"
    bucket.put_object("shown", b"overwritten")
    assert bucket.get_object_acl("shown").acl == "default"
    assert refusals(lambda: anonymous.get_object("shown")) == DENIED


def test_every_way_to_write_takes_an_acl(bucket):
    acl = {"x-oss-object-acl": "public-read"}
    bucket.put_object("put", b"x", headers=acl)
    bucket.append_object("append", 0, b"x", headers=acl)
    bucket.copy_object(bucket.bucket_name, "put", "copy", headers=acl)
    bucket.put_symlink("put", "link", headers=acl)
    upload = bucket.init_multipart_upload("parts", headers=acl).upload_id
    part = bucket.upload_part("parts", upload, 1, b"x")
    bucket.complete_multipart_upload("parts", upload, [oss2.models.PartInfo(1, part.etag)])

    for key in ("put", "append", "copy", "link", "parts"):
        assert bucket.get_object_acl(key).acl == "public-read"
    assert refusals(
        lambda: bucket.put_object_acl("put", "everybody"), lambda: bucket.put_bucket_acl("default")
    ) == {(400, "InvalidArgument")}


def test_a_stranger_learns_which_buckets_there_are_not(server, anonymous, bucket_name):
    assert refusals(lambda: anonymous.get_object("k")) == {(404, "NoSuchBucket")}
    assert requests.get(server.endpoint, timeout=5).status_code == 403
    assert requests.put(f"{server.endpoint}/{bucket_name}", timeout=5).status_code == 403


def test_a_bucket_belongs_to_the_account_that_made_it(server, connections, bucket, other):
    service = oss2.Service(
        oss2.AuthV4("other", "secret"), server.endpoint, session=connections, region=server.region
    )

    assert refusals(other.create_bucket) == {(409, "BucketAlreadyExists")}
    assert refusals(other.delete_bucket, other.list_objects, lambda: other.put_object("k", b"x")) == DENIED
    assert service.list_buckets().buckets == []
    assert bucket.get_bucket_info().owner.id == "0000000000000001"


def test_a_requester_that_does_not_pay_gets_nothing(bucket, other, anonymous):
    bucket.put_object("k", b"body")
    bucket.put_bucket_acl("public-read")
    assert bucket.get_bucket_request_payment().payer == "BucketOwner"

    bucket.put_bucket_request_payment("Requester")

    assert bucket.get_bucket_request_payment().payer == "Requester"
    assert (
        refusals(
            lambda: other.get_object("k"),
            lambda: anonymous.get_object("k", headers=PAYS),
            lambda: other.put_object("k", b"x", headers=PAYS),
        )
        == DENIED
    )
    charged = other.get_object("k", headers=PAYS)
    assert (charged.read(), charged.headers["x-oss-request-charged"]) == (b"body", "requester")
    url = other.sign_url("GET", "k", 60, params=PAYS)
    assert requests.get(url, timeout=5).content == b"body"
    assert "x-oss-request-charged" not in bucket.get_object("k", headers=PAYS).headers


def policy(effect, account, actions, resources):
    statement = {"Effect": effect, "Principal": [account], "Action": actions, "Resource": resources}
    return {"Version": "1", "Statement": [statement]}


def test_a_policy_allows_and_denies(bucket, bucket_name, other, anonymous):
    bucket.put_bucket_acl("public-read")
    for key in ("shared/k", "else"):
        bucket.put_object(key, b"body")
    allowed = policy(
        "Allow",
        OTHER_ACCOUNT,
        ["oss:PutObject", "oss:List*"],
        [f"acs:oss:*:*:{bucket_name}", f"acs:oss:*:*:{bucket_name}/shared/*"],
    )
    denied = policy("Deny", "*", "oss:GetObject", [f"acs:oss:*:*:{bucket_name}/else"])

    bucket.put_bucket_policy(json.dumps({"Statement": allowed["Statement"] + denied["Statement"]}))

    other.put_object("shared/new", b"x")
    assert [row.key for row in other.list_objects().object_list] == ["else", "shared/k", "shared/new"]
    assert (
        refusals(
            lambda: other.put_object("new", b"x"),
            lambda: other.get_object("else"),
            lambda: anonymous.get_object("else"),
            lambda: anonymous.put_object("shared/new", b"x"),
        )
        == DENIED
    )
    assert bucket.get_object("else").read() == anonymous.get_object("shared/k").read() == b"body"
    bucket.delete_bucket_policy()
    assert refusals(bucket.get_bucket_policy) == {(404, "NoSuchBucketPolicy")}
    with pytest.raises(AccessDenied):
        other.put_object("shared/new", b"x")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement": [{}]}', '{"Statement": [1]}'])
def test_a_policy_that_cannot_be_read_is_refused(bucket, text):
    assert refusals(lambda: bucket.put_bucket_policy(text)) == {(400, "InvalidPolicyDocument")}


def test_a_copy_needs_the_right_to_read_its_source(server, bucket, bucket_name, connections):
    bucket.put_object("k", b"body")
    bucket.put_object("open", b"body", headers={"x-oss-object-acl": "public-read"})
    auth = oss2.AuthV4("other", "secret")
    own = oss2.Bucket(auth, server.endpoint, f"{bucket_name}-own", session=connections, region=server.region)
    own.create_bucket()

    assert refusals(lambda: own.copy_object(bucket_name, "k", "copy")) == DENIED
    own.copy_object(bucket_name, "open", "copy")
    assert own.get_object("copy").read() == b"body"
