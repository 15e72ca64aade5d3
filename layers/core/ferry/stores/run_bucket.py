"""The bucket where a deployment keeps its runs' manifests and reports."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from ferry.errors import TransientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PART_BYTES: Final = 8 * 1024**2
"""Of a document that is written as it is made; 10,000 parts of this hold more than any report needs."""


class RunBucket:
    """Documents by name: small ones that are written once, and large ones that are written piece by piece."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self.name = bucket

    def write_once(self, name: str, document: bytes) -> bool:
        """Store a document; False, and nothing changes, when there is one of that name."""
        try:
            self._client.put_object(
                Bucket=self.name, Key=name, Body=document, ContentType="application/json", IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}:
                return False
            raise
        return True

    def read(self, name: str) -> bytes | None:
        """Return a document, None when there is none."""
        try:
            return self._client.get_object(Bucket=self.name, Key=name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    def write(self, name: str, pieces: Iterator[bytes], content_type: str) -> None:
        """Store a document instead of any of that name, whole or not at all, holding one part in memory.

        Raises:
            TransientError: The bucket did not take it.
        """
        from boto3.exceptions import S3UploadFailedError
        from boto3.s3.transfer import TransferConfig
        from botocore.exceptions import BotoCoreError

        config = TransferConfig(
            multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False
        )
        try:
            self._client.upload_fileobj(
                cast("IO[Any]", _Pieces(pieces)),
                self.name,
                name,
                ExtraArgs={"ContentType": content_type},
                Config=config,
            )
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            msg = f"The document {name} could not be written to the run bucket: {error}"
            raise TransientError(msg, reason="RunBucketRefused") from error


class _Pieces:
    """A file that is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = bytearray()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer than asked for only at the end."""
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        end = len(self._rest) if size < 0 else size
        taken = bytes(self._rest[:end])
        del self._rest[:end]
        return taken
