"""The bucket where a deployment keeps its runs' manifests."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class RunBucket:
    """Small JSON documents by name."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def write_once(self, name: str, document: bytes) -> bool:
        """Store a document; False, and nothing changes, when there is one of that name."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=name, Body=document, ContentType="application/json", IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}:
                return False
            raise
        return True

    def read(self, name: str) -> bytes | None:
        """Return a document, None when there is none."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
