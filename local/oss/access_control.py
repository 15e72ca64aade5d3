"""Who may do what: the owner's keys by their limits, everybody else by ACLs and who pays.

A bucket belongs to the account whose key made it. Other accounts and anonymous callers get what the bucket's
policy says, and where it is silent what the object's ACL grants, or the bucket's where that is ``default``.
A bucket whose requesters pay takes no request of theirs that does not say so; one that says so may read even
without a policy, which is simpler than OSS.

Source: OSS user guide, "ACLs" and "Pay-by-requester".
"""

from dataclasses import replace

from local.oss import xml
from local.oss.credentials import ANONYMOUS
from local.oss.errors import OssError, access_denied, invalid_argument, no_such_bucket
from local.oss.exchange import Call, Reply, read_document, xml_reply
from local.oss.metadata import acl_from, version_headers
from local.oss.names import check_bucket_name
from local.oss.policies import Effect, decide, parse_policy
from local.oss.records import Acl, Bucket, Payer, StorageClass

_READS = frozenset({"oss:GetObject"})
_LISTS = frozenset({"oss:ListObjects", "oss:ListObjectVersions"})
_WRITES = frozenset({"oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts"})
_GRANTS = {Acl.PUBLIC_READ: _READS, Acl.PUBLIC_READ_WRITE: _READS | _WRITES}
_OWN_BUCKETS = frozenset({"oss:PutBucket", "oss:ListBuckets"})


def authorize(call: Call, action: str) -> None:
    """Refuse a request that its caller may not make.

    Args:
        call: The request.
        action: RAM action such as ``oss:GetObject``.

    Raises:
        OssError: ``AccessDenied``.
    """
    authorize_object(call, action, call.bucket, call.key, call.query.get("versionId", ""))


def authorize_object(call: Call, action: str, bucket: str, key: bytes, version_id: str) -> None:
    """Refuse an action on an object that need not be the one the request names.

    Args:
        call: Says who asks and who pays.
        action: RAM action.
        bucket: Bucket name.
        key: Object key, empty for the bucket itself.
        version_id: Version, empty for the current one.

    Raises:
        OssError: ``AccessDenied``.
    """
    if not call.caller.permits(action):
        raise _denied(action)
    if action in _OWN_BUCKETS:
        if call.caller is ANONYMOUS:
            raise _denied(action)
        return
    found = call.storage.index.bucket(bucket)
    if found is None or found.account == call.caller.account:
        return
    if not _is_granted(call, found, action, key, version_id):
        raise _denied(action)


def _denied(action: str) -> OssError:
    return access_denied("You have no right to access this object.", action=action)


def _is_granted(call: Call, bucket: Bucket, action: str, key: bytes, version_id: str) -> bool:
    """Whether somebody who does not own a bucket may do something in it."""
    charged = call.is_charged(bucket)
    if bucket.payer is Payer.REQUESTER and not charged:
        return False
    resource = f"{bucket.name}/{key.decode('utf-8', 'replace')}" if key else bucket.name
    effect = decide(bucket.policy, call.caller.account, action, resource)
    if effect is not Effect.SILENT:
        return effect is Effect.ALLOW
    if charged and action in _READS | _LISTS:
        return True
    index = call.storage.index
    acl = bucket.acl
    if key:
        record = (
            index.version(bucket.name, key, version_id) if version_id else index.current(bucket.name, key)
        )
        if record is not None and record.attributes.acl is not Acl.DEFAULT:
            acl = record.attributes.acl
    return action in _GRANTS.get(acl, frozenset())


def charge(call: Call, reply: Reply) -> None:
    """Tell the caller that it pays, if it does."""
    bucket = call.storage.index.bucket(call.bucket)
    if bucket is not None and call.is_charged(bucket):
        reply.headers["x-oss-request-charged"] = "requester"


def owner_element(bucket: Bucket) -> str:
    """The Owner element of documents about a bucket or its objects."""
    return xml.branch("Owner", xml.leaf("ID", bucket.account), xml.leaf("DisplayName", bucket.account))


def _policy(bucket: Bucket, acl: Acl) -> Reply:
    grant = xml.branch("AccessControlList", xml.leaf("Grant", acl))
    return xml_reply(xml.branch("AccessControlPolicy", owner_element(bucket), grant))


async def put_bucket_acl(call: Call) -> Reply:
    """PutBucketAcl: ``x-oss-acl``. A bucket that does not exist is made."""
    bucket = call.storage.index.bucket(call.bucket)
    acl = bucket_acl_from(call.headers.get("x-oss-acl", ""))
    if bucket is None:
        if call.caller is ANONYMOUS:
            raise no_such_bucket(call.bucket)
        check_bucket_name(call.bucket)
        bucket = Bucket(call.bucket, call.caller.account, call.storage.now_ms(), StorageClass.STANDARD)
    call.storage.index.put_bucket(replace(bucket, acl=acl))
    return Reply(200, {"Location": f"/{call.bucket}"})


def bucket_acl_from(name: str) -> Acl:
    """Read a bucket ACL.

    Raises:
        OssError: ``InvalidArgument`` for an unknown one.
    """
    acl = acl_from(name, header="x-oss-acl")
    if acl is Acl.DEFAULT:
        raise invalid_argument("no such bucket access control exists", name="x-oss-acl", value=name)
    return acl


async def get_bucket_acl(call: Call) -> Reply:
    """GetBucketAcl."""
    bucket = call.storage.bucket(call.bucket)
    return _policy(bucket, bucket.acl)


async def put_object_acl(call: Call) -> Reply:
    """PutObjectAcl: ``x-oss-object-acl``; the object's time and etag stay."""
    bucket = call.storage.bucket(call.bucket)
    acl = acl_from(call.headers.get("x-oss-object-acl", ""))
    record = call.storage.object(call.bucket, call.key, call.version_id)
    call.storage.amend(call.bucket, replace(record, attributes=replace(record.attributes, acl=acl)))
    return Reply(200, version_headers(bucket, record))


async def get_object_acl(call: Call) -> Reply:
    """GetObjectAcl."""
    bucket = call.storage.bucket(call.bucket)
    record = call.storage.object(call.bucket, call.key, call.version_id)
    reply = _policy(bucket, record.attributes.acl)
    reply.headers.update(version_headers(bucket, record))
    return reply


async def put_bucket_policy(call: Call) -> Reply:
    """PutBucketPolicy."""
    bucket = call.storage.bucket(call.bucket)
    policy = (await read_document(call)).decode("utf-8", "replace")
    parse_policy(policy)
    call.storage.index.put_bucket(replace(bucket, policy=policy))
    return Reply(200)


async def get_bucket_policy(call: Call) -> Reply:
    """GetBucketPolicy: the document as it was put."""
    policy = call.storage.bucket(call.bucket).policy
    if not policy:
        raise OssError(404, "NoSuchBucketPolicy", "The bucket policy does not exist.")
    return Reply(200, {"Content-Type": "application/json"}, policy.encode())


async def delete_bucket_policy(call: Call) -> Reply:
    """DeleteBucketPolicy."""
    bucket = call.storage.bucket(call.bucket)
    call.storage.index.put_bucket(replace(bucket, policy=""))
    return Reply(204)
