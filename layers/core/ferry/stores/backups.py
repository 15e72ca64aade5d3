"""Copying a replica to another key of its bucket, on the server, before it is deleted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from ferry.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_COPY_SIZE: Final = 5 * 1024**3
"""Bytes that one request copies at the most; larger objects are copied by parts."""
_PART_SIZE: Final = 1024**3
_CONTENT: Final = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
    "StorageClass",
)


def copy_to_backup(
    client: "S3Client", place: Mapping[str, str], key: str, backup_key: str, expected: str
) -> None:
    """Copy an object with its metadata and tags, unless its backup is there already.

    Args:
        client: Of the bucket's region.
        place: ``Bucket``, which holds both, and ``RequestPayer`` if the caller pays.
        key: What is copied.
        backup_key: Where it goes.
        expected: Etag that the object must have.

    Raises:
        ClientError: S3 refused, also because the object is another one.
        PermanentError: There is another object at ``backup_key``.

    Source:
        Amazon S3 API reference, "CopyObject" and "UploadPartCopy".
    """
    here: Any = dict(place)
    there = client.head_object(**here, Key=key, IfMatch=f'"{expected}"')
    if (kept := _head(client, here, backup_key)) is not None:
        if not _is_copy(kept, there):
            raise backup_taken(backup_key)
        return
    source: Any = {
        "CopySource": {"Bucket": place["Bucket"], "Key": key},
        "CopySourceIfMatch": f'"{expected}"',
    }
    if there["ContentLength"] <= MAX_COPY_SIZE:
        client.copy_object(
            **here,
            Key=backup_key,
            IfNoneMatch="*",
            StorageClass=there.get("StorageClass", "STANDARD"),
            **source,
        )
    else:
        _copy_by_parts(client, here, backup_key, there, source)
    kept = _head(client, here, backup_key)
    if kept is None or not _is_copy(kept, there):
        msg = f"The backup {backup_key!r} is not what was copied there."
        raise PermanentError(msg, reason="BackupDiffers")


def _copy_by_parts(
    client: "S3Client", here: Any, backup_key: str, there: Mapping[str, Any], source: Any
) -> None:
    properties: Any = {name: there[name] for name in _CONTENT if name in there}
    if expires := there.get("ExpiresString"):
        properties["Expires"] = expires
    if there.get("TagCount"):
        tags = client.get_object_tagging(**here, Key=source["CopySource"]["Key"])["TagSet"]
        properties["Tagging"] = urlencode({tag["Key"]: tag["Value"] for tag in tags})
    backup: Any = {**here, "Key": backup_key}
    upload: Any = {**backup, "UploadId": client.create_multipart_upload(**backup, **properties)["UploadId"]}
    size = there["ContentLength"]
    part_size = max(_PART_SIZE, -(-size // 10_000))
    try:
        parts: list[Any] = []
        for offset in range(0, size, part_size):
            last = min(offset + part_size, size) - 1
            copied = client.upload_part_copy(
                **upload, **source, PartNumber=len(parts) + 1, CopySourceRange=f"bytes={offset}-{last}"
            )
            parts.append({"PartNumber": len(parts) + 1, "ETag": copied["CopyPartResult"]["ETag"]})
        client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    except BaseException:
        client.abort_multipart_upload(**upload)
        raise


def _head(client: "S3Client", here: Any, key: str) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        return client.head_object(**here, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise


def _is_copy(kept: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Tell whether a backup is that of an object: etags of copies may differ from their source's."""
    return (kept["ContentLength"], kept["Metadata"]) == (there["ContentLength"], there["Metadata"])


def backup_taken(backup_key: str) -> PermanentError:
    """Describe a backup that cannot be made, because another object is in its place."""
    msg = f"There is another object at {backup_key!r}, where the replica would be kept; it was not deleted."
    return PermanentError(msg, reason="BackupTaken")
