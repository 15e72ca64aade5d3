"""Operations on the service and on buckets, without listings of objects."""

from dataclasses import replace

from local.oss import xml
from local.oss.access_control import bucket_acl_from, owner_element
from local.oss.bucket_settings import encryption_elements
from local.oss.errors import bucket_already_exists
from local.oss.exchange import Call, Reply, read_document, xml_reply
from local.oss.metadata import storage_class_from
from local.oss.names import check_bucket_name
from local.oss.parameters import bounded_number
from local.oss.records import Bucket, StorageClass


def _bucket_elements(bucket: Bucket, region: str) -> str:
    return "".join(
        [
            xml.leaf("CreationDate", xml.timestamp(bucket.created_ms)),
            xml.leaf("ExtranetEndpoint", f"oss-{region}.aliyuncs.com"),
            xml.leaf("IntranetEndpoint", f"oss-{region}-internal.aliyuncs.com"),
            xml.leaf("Location", f"oss-{region}"),
            xml.leaf("Name", bucket.name),
            xml.leaf("Region", region),
            xml.leaf("StorageClass", bucket.storage_class),
        ]
    )


async def list_buckets(call: Call) -> Reply:
    """ListBuckets of the caller's account, with prefix, marker and max-keys."""
    account = call.caller.account
    prefix, marker = call.query.get("prefix", ""), call.query.get("marker", "")
    limit = bounded_number(call.query, "max-keys", default=100, largest=1000)
    found = [
        bucket
        for bucket in call.storage.index.buckets()
        if bucket.account == account and bucket.name.startswith(prefix) and bucket.name > marker
    ]
    shown = found[:limit]
    more = len(found) > limit
    elements = [
        xml.branch("Owner", xml.leaf("ID", account), xml.leaf("DisplayName", account)),
        xml.branch("Buckets", *(xml.branch("Bucket", _bucket_elements(b, call.region)) for b in shown)),
        xml.leaf("Prefix", prefix),
        xml.leaf("Marker", marker),
        xml.leaf("MaxKeys", limit),
        xml.leaf("IsTruncated", "true" if more else "false"),
        xml.leaf("NextMarker", shown[-1].name if more else ""),
    ]
    return xml_reply(xml.branch("ListAllMyBucketsResult", *elements))


async def put_bucket(call: Call) -> Reply:
    """PutBucket; a bucket that exists keeps its class and its objects, and its ACL unless one is named."""
    check_bucket_name(call.bucket)
    body = await read_document(call)
    name = xml.parse(body).findtext("StorageClass", "") if body.strip() else ""
    storage_class = storage_class_from(name, StorageClass.STANDARD)
    bucket = call.storage.index.bucket(call.bucket)
    if bucket is None:
        account, now = call.caller.account, call.storage.now_ms()
        bucket = Bucket(call.bucket, account, now, storage_class)
    elif bucket.account != call.caller.account:
        raise bucket_already_exists(call.bucket)
    acl = bucket_acl_from(call.headers["x-oss-acl"]) if "x-oss-acl" in call.headers else bucket.acl
    call.storage.index.put_bucket(replace(bucket, acl=acl))
    return Reply(200, {"Location": f"/{call.bucket}"})


async def delete_bucket(call: Call) -> Reply:
    """DeleteBucket."""
    call.storage.delete_bucket(call.bucket)
    return Reply(204)


async def get_bucket_info(call: Call) -> Reply:
    """GetBucketInfo."""
    bucket = call.storage.bucket(call.bucket)
    elements = [
        _bucket_elements(bucket, call.region),
        owner_element(bucket),
        xml.branch("AccessControlList", xml.leaf("Grant", bucket.acl)),
        xml.leaf("DataRedundancyType", "LRS"),
        xml.branch("ServerSideEncryptionRule", encryption_elements(bucket)),
        xml.leaf("Versioning", bucket.versioning) if bucket.versioning else "",
    ]
    return xml_reply(xml.branch("BucketInfo", xml.branch("Bucket", *elements)))


async def get_bucket_location(call: Call) -> Reply:
    """GetBucketLocation."""
    call.storage.bucket(call.bucket)
    return xml_reply(xml.leaf("LocationConstraint", f"oss-{call.region}"))


async def get_bucket_stat(call: Call) -> Reply:
    """GetBucketStat, counted now."""
    call.storage.bucket(call.bucket)
    count, size = call.storage.index.totals(call.bucket)
    uploads = sum(1 for _ in call.storage.uploads.in_bucket(call.bucket))
    elements = [
        xml.leaf("Storage", size),
        xml.leaf("ObjectCount", count),
        xml.leaf("MultipartUploadCount", uploads),
    ]
    return xml_reply(xml.branch("BucketStat", *elements))
