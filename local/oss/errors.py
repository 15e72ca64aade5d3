"""Errors the server answers with, as OSS words them.

Codes, statuses and EC numbers follow "Error responses" and the "EC error codes" pages of the
OSS user guide. An EC is sent only where its page is known; OSS leaves it out for some errors too.
"""

from collections.abc import Mapping


class OssError(Exception):
    """A request that is answered with an OSS error document.

    Attributes:
        status: HTTP status.
        code: OSS error code such as ``NoSuchKey``.
        message: English sentence for people.
        ec: Fine-grained error number, empty when unknown.
        details: Extra elements of the error document in the order they are written.
        headers: Extra response headers.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        ec: str = "",
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.ec = ec
        self.details = dict(details or {})
        self.headers = dict(headers or {})


def invalid_argument(message: str, *, name: str = "", value: str = "", ec: str = "") -> OssError:
    """400 for a parameter or header outside its range."""
    details = {"ArgumentName": name, "ArgumentValue": value} if name else {}
    return OssError(400, "InvalidArgument", message, ec=ec, details=details)


def malformed_xml() -> OssError:
    """400 for a request document that does not parse or lacks an element."""
    return OssError(400, "MalformedXML", "The XML you provided was not well-formed.")


def access_denied(message: str, *, action: str = "") -> OssError:
    """403 for a caller without permission."""
    details = {"AuthAction": action} if action else {}
    return OssError(403, "AccessDenied", message, ec="0003-00000001", details=details)


def no_such_bucket(bucket: str) -> OssError:
    """404 for a bucket that does not exist."""
    return OssError(
        404,
        "NoSuchBucket",
        "The specified bucket does not exist.",
        ec="0015-00000101",
        details={"BucketName": bucket},
    )


def bucket_already_exists(bucket: str) -> OssError:
    """409 for creating a bucket whose name another account has taken."""
    message = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the "
        "system. Please select a different name and try again."
    )
    details = {"BucketName": bucket}
    return OssError(409, "BucketAlreadyExists", message, ec="0015-00000104", details=details)


def no_such_key(key: bytes, headers: Mapping[str, str] | None = None) -> OssError:
    """404 for a key without an object.

    Args:
        key: Object key.
        headers: Response headers that name the delete marker, if there is one.
    """
    details = {"Key": key.decode("utf-8", "replace")}
    message = "The specified key does not exist."
    return OssError(404, "NoSuchKey", message, ec="0026-00000001", details=details, headers=headers)


def no_such_version(key: bytes, version_id: str) -> OssError:
    """404 for a version id that no version of the key has."""
    details = {"Key": key.decode("utf-8", "replace"), "VersionId": version_id}
    return OssError(404, "NoSuchVersion", "The specified version does not exist.", details=details)


def marker_not_allowed(headers: Mapping[str, str]) -> OssError:
    """405 for reading or changing a delete marker by its version id.

    Args:
        headers: Response headers that name the delete marker.
    """
    message = "The specified method is not allowed against this resource."
    details = {"ResourceType": "DeleteMarker"}
    allowed = {**headers, "Allow": "DELETE"}
    return OssError(405, "MethodNotAllowed", message, details=details, headers=allowed)


def no_such_upload(upload_id: str) -> OssError:
    """404 for a multipart upload that is unknown, completed or aborted."""
    message = (
        "The specified upload does not exist. "
        "The upload ID may be invalid, or the upload may have been aborted or completed."
    )
    return OssError(404, "NoSuchUpload", message, ec="0042-00000002", details={"UploadId": upload_id})


def precondition_failed(condition: str) -> OssError:
    """412 for a condition of the request that does not hold."""
    return OssError(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
        details={"Condition": condition},
    )


def object_already_exists(key: str) -> OssError:
    """409 for a write with ``x-oss-forbid-overwrite: true`` to a key that has an object."""
    return OssError(
        409,
        "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.",
        ec="0026-00000050",
        details={"Key": key},
    )


def not_implemented(what: str) -> OssError:
    """501 for an operation this server does not offer."""
    return OssError(501, "NotImplemented", f"{what} is not implemented by this server.")
