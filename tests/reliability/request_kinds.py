"""The kinds of requests on the copy path, on both sides."""

from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """Who is asked."""

    OSS = "OSS"
    S3 = "S3"


@dataclass(frozen=True)
class Request:
    """One kind of request.

    Attributes:
        operation: Its name on its side.
        key: Pattern of the keys it is about; objects lie in folders by the way they are copied.
        label: Tells it from others of the same operation.
        is_of_run: Whether the run cannot go on without its answer; else only its object cannot.
        has_reply_body: Whether a good answer has a body.
        sends_body: Whether the request itself has content.
    """

    side: Side
    operation: str
    key: str = "*"
    label: str = ""
    is_of_run: bool = False
    has_reply_body: bool = True
    sends_body: bool = False

    @property
    def folder(self) -> str:
        return self.key.partition("/")[0]

    @property
    def name(self) -> str:
        return f"{self.side.value} {self.operation}" + (f" ({self.label})" if self.label else "")


_OSS = (
    Request(Side.OSS, "ListObjects", is_of_run=True),
    Request(Side.OSS, "HeadObject", "a-first*", "preflight", is_of_run=True, has_reply_body=False),
    Request(Side.OSS, "HeadObject", "large/*", "large", has_reply_body=False),
    Request(Side.OSS, "GetObject", "small/*", "small"),
    Request(Side.OSS, "GetObject", "streamed/*", "streamed"),
    Request(Side.OSS, "GetObject", "large/*", "range"),
    Request(Side.OSS, "GetObjectTagging", "tagged/*"),
)
_S3 = (
    Request(Side.S3, "ListObjectsV2", is_of_run=True),
    Request(Side.S3, "PutObject", ".ferry-preflight", "preflight", is_of_run=True, has_reply_body=False),
    Request(Side.S3, "HeadObject", "changed/*", "compare", is_of_run=True, has_reply_body=False),
    Request(Side.S3, "HeadObject", "large/*", "large", has_reply_body=False),
    Request(Side.S3, "PutObject", "small/*", "small", has_reply_body=False, sends_body=True),
    Request(Side.S3, "PutObject", "changed/*", "replaced", has_reply_body=False, sends_body=True),
    Request(Side.S3, "PutObject", "streamed/*", "streamed", has_reply_body=False, sends_body=True),
    Request(Side.S3, "CreateMultipartUpload", "large/*", "large"),
    Request(Side.S3, "UploadPart", "large/*", has_reply_body=False, sends_body=True),
    Request(Side.S3, "ListParts", "large/*"),
    Request(Side.S3, "CompleteMultipartUpload", "large/*"),
    Request(Side.S3, "AbortMultipartUpload", "large/*", "large", has_reply_body=False),
)
REQUESTS = (*_OSS, *_S3)
