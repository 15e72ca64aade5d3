"""Who may do what: the owner's keys by their limits, everybody else by ACLs and who pays.

A bucket belongs to the account whose key made it. Other accounts and anonymous callers get what the
object's ACL, or the bucket's where that is ``default``, grants; a bucket whose requesters pay can be read by
every account that says it pays. Bucket policies are not modelled.

Source: OSS user guide, "ACLs" and "Pay-by-requester".
"""

from dataclasses import replace

from local.oss import xml
from local.oss.credentials import ANONYMOUS
from local.oss.errors import OssError, access_denied, invalid_argument
from local.oss.exchange import Call, Reply, xml_reply
from local.oss.metadata import acl_from, version_headers
from local.oss.records import Acl, Bucket, Payer

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
    if action not in _granted(call, found, key, version_id):
        raise _denied(action)


def _denied(action: str) -> OssError:
    return access_denied("You have no right to access this object.", action=action)


def _granted(call: Call, bucket: Bucket, key: bytes, version_id: str) -> frozenset[str]:
    """What a bucket grants to somebody who does not own it."""
    index = call.storage.index
    acl = bucket.acl
    if key:
        record = (
            index.version(bucket.name, key, version_id) if version_id else index.current(bucket.name, key)
        )
        if record is not None and record.attributes.acl is not Acl.DEFAULT:
            acl = record.attributes.acl
    granted = _GRANTS.get(acl, frozenset())
    if bucket.payer is Payer.OWNER:
        return granted
    return granted | _READS | _LISTS if call.is_charged(bucket) else frozenset()


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
    """PutBucketAcl: ``x-oss-acl``."""
    bucket = call.storage.bucket(call.bucket)
    acl = bucket_acl_from(call.headers.get("x-oss-acl", ""))
    call.storage.index.put_bucket(replace(bucket, acl=acl))
    return Reply(200)


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
