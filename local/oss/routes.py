"""Which operation a request means, and the RAM action it needs.

Source: OSS developer reference, "List of operations by function"; RAM actions from "RAM policies".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local.oss import (
    access_control,
    appending,
    bucket_listing,
    bucket_settings,
    copying,
    deleting,
    multipart,
    objects,
    restoring,
    service,
    subresources,
    upload_listing,
    version_listing,
)
from local.oss.errors import OssError, not_implemented
from local.oss.exchange import Operation

# Query parameters that select an operation, besides plain GET, PUT, ... of the resource.
_SERVICE_NAMES = """
    accessPoint cloudboxes publicAccessBlock qos qosInfo regions requesterQosInfo resourcePool tag-key
    tag-value tagging
"""
_SERVICE = frozenset(_SERVICE_NAMES.split())
_BUCKET_NAMES = """
    accessPoint accessPointPolicy accessmonitor acl asyncFetch bucketArchiveDirectRead bucketInfo callback
    cname cors delete encryption httpsConfig inventory lifecycle live location logging metaQuery
    objectWormConfiguration overwriteConfig policy policyStatus publicAccessBlock qos qosInfo
    redundancyTransition referer replication requestPayment requesterQosInfo resourceGroup stat style
    tagging transferAcceleration uploads versioning versions website worm wormId
"""
_BUCKET = frozenset(_BUCKET_NAMES.split())
_OBJECT_NAMES = """
    acl append callback cleanRestoredObject legalHold live objectMeta restore retention seal symlink tagging
    uploadId uploads vod x-oss-async-process x-oss-process
"""
_OBJECT = frozenset(_OBJECT_NAMES.split())


# What OSS calls operations whose functions have other names here.
_NAMES = {
    "initiate": "InitiateMultipartUpload",
    "complete": "CompleteMultipartUpload",
    "abort": "AbortMultipartUpload",
    "list_uploads": "ListMultipartUploads",
    "delete_objects": "DeleteMultipleObjects",
}


@dataclass(frozen=True)
class Route:
    """An operation and the permission it needs."""

    action: str
    operation: Operation

    @property
    def name(self) -> str:
        """What OSS calls the operation, such as ``GetObject``."""
        name: str = getattr(self.operation, "__name__", "")
        return _NAMES.get(name) or "".join(word.capitalize() for word in name.split("_"))


_SERVICE_ROUTES = {("GET", ""): Route("oss:ListBuckets", service.list_buckets)}
_BUCKET_ROUTES = {
    ("PUT", ""): Route("oss:PutBucket", service.put_bucket),
    ("DELETE", ""): Route("oss:DeleteBucket", service.delete_bucket),
    ("GET", ""): Route("oss:ListObjects", bucket_listing.list_objects),
    ("GET", "bucketInfo"): Route("oss:GetBucketInfo", service.get_bucket_info),
    ("GET", "location"): Route("oss:GetBucketLocation", service.get_bucket_location),
    ("GET", "acl"): Route("oss:GetBucketAcl", access_control.get_bucket_acl),
    ("PUT", "acl"): Route("oss:PutBucketAcl", access_control.put_bucket_acl),
    ("GET", "policy"): Route("oss:GetBucketPolicy", access_control.get_bucket_policy),
    ("PUT", "policy"): Route("oss:PutBucketPolicy", access_control.put_bucket_policy),
    ("DELETE", "policy"): Route("oss:DeleteBucketPolicy", access_control.delete_bucket_policy),
    ("GET", "stat"): Route("oss:GetBucketStat", service.get_bucket_stat),
    ("GET", "uploads"): Route("oss:ListMultipartUploads", upload_listing.list_uploads),
    ("GET", "live"): Route("oss:ListLiveChannel", service.list_live_channels),
    ("POST", "delete"): Route("oss:DeleteObject", deleting.delete_objects),
    ("GET", "versions"): Route("oss:ListObjectVersions", version_listing.list_object_versions),
    ("GET", "versioning"): Route("oss:GetBucketVersioning", bucket_settings.get_bucket_versioning),
    ("PUT", "versioning"): Route("oss:PutBucketVersioning", bucket_settings.put_bucket_versioning),
    ("GET", "requestPayment"): Route(
        "oss:GetBucketRequestPayment", bucket_settings.get_bucket_request_payment
    ),
    ("PUT", "requestPayment"): Route(
        "oss:PutBucketRequestPayment", bucket_settings.put_bucket_request_payment
    ),
    ("GET", "bucketArchiveDirectRead"): Route(
        "oss:GetBucketArchiveDirectRead", bucket_settings.get_bucket_archive_direct_read
    ),
    ("PUT", "bucketArchiveDirectRead"): Route(
        "oss:PutBucketArchiveDirectRead", bucket_settings.put_bucket_archive_direct_read
    ),
    ("GET", "encryption"): Route("oss:GetBucketEncryption", bucket_settings.get_bucket_encryption),
    ("PUT", "encryption"): Route("oss:PutBucketEncryption", bucket_settings.put_bucket_encryption),
    ("DELETE", "encryption"): Route("oss:DeleteBucketEncryption", bucket_settings.delete_bucket_encryption),
}
_OBJECT_ROUTES = {
    ("PUT", ""): Route("oss:PutObject", objects.put_object),
    ("GET", ""): Route("oss:GetObject", objects.get_object),
    ("HEAD", ""): Route("oss:GetObject", objects.head_object),
    ("DELETE", ""): Route("oss:DeleteObject", deleting.delete_object),
    ("GET", "objectMeta"): Route("oss:GetObject", objects.get_object_meta),
    ("HEAD", "objectMeta"): Route("oss:GetObject", objects.get_object_meta),
    ("POST", "append"): Route("oss:PutObject", appending.append_object),
    ("POST", "restore"): Route("oss:RestoreObject", restoring.restore_object),
    ("PUT", "acl"): Route("oss:PutObjectAcl", access_control.put_object_acl),
    ("GET", "acl"): Route("oss:GetObjectAcl", access_control.get_object_acl),
    ("PUT", "tagging"): Route("oss:PutObjectTagging", subresources.put_object_tagging),
    ("GET", "tagging"): Route("oss:GetObjectTagging", subresources.get_object_tagging),
    ("DELETE", "tagging"): Route("oss:DeleteObjectTagging", subresources.delete_object_tagging),
    ("PUT", "symlink"): Route("oss:PutObject", subresources.put_symlink),
    # oss2 leaves the name among the parameters it shares between calls; OSS deletes the object.
    ("DELETE", "symlink"): Route("oss:DeleteObject", deleting.delete_object),
    ("GET", "symlink"): Route("oss:GetObject", subresources.get_symlink),
    ("POST", "uploads"): Route("oss:PutObject", multipart.initiate),
    ("PUT", "uploadId"): Route("oss:PutObject", multipart.upload_part),
    ("POST", "uploadId"): Route("oss:PutObject", multipart.complete),
    ("DELETE", "uploadId"): Route("oss:AbortMultipartUpload", multipart.abort),
    ("GET", "uploadId"): Route("oss:ListParts", upload_listing.list_parts),
}
_COPY = Route("oss:PutObject", copying.copy_object)
_COPY_PART = Route("oss:PutObject", copying.upload_part_copy)
_ALL_ROUTES = [
    *_SERVICE_ROUTES.values(),
    *_BUCKET_ROUTES.values(),
    *_OBJECT_ROUTES.values(),
    _COPY,
    _COPY_PART,
]

OPERATIONS = frozenset(route.name for route in _ALL_ROUTES)
"""Names of all operations there are."""


def find_route(
    method: str, *, bucket: str, key: bytes, query: Mapping[str, str], headers: Mapping[str, str]
) -> Route:
    """Choose the operation.

    Raises:
        OssError: ``NotImplemented`` or ``MethodNotAllowed``.
    """
    if key:
        known, routes = _OBJECT, _OBJECT_ROUTES
    elif bucket:
        known, routes = _BUCKET, _BUCKET_ROUTES
    else:
        known, routes = _SERVICE, _SERVICE_ROUTES
    if "x-oss-callback" in headers:
        raise not_implemented("x-oss-callback")
    selector = next((name for name in query if name in known), "")
    if key and method == "PUT" and "x-oss-copy-source" in headers and selector in {"", "uploadId"}:
        return _COPY_PART if selector else _COPY
    route = routes.get((method, selector))
    if route is not None:
        return route
    if selector:
        raise not_implemented(f"{method} ?{selector}")
    message = "The specified method is not allowed against this resource."
    raise OssError(405, "MethodNotAllowed", message, details={"Method": method})
