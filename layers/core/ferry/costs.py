"""What a run costs, from counted requests and list prices.

Prices in US dollars. Source: AWS price lists of S3, Lambda (arm64), SQS and DynamoDB on demand for us-east-1;
Alibaba Cloud OSS price list for Hangzhou, 2024-11-20, at 7.2 yuan to the dollar.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

_S3_PUT: Final = 0.005 / 1000
_S3_LIST: Final = 0.005 / 1000
_OSS_REQUEST: Final = 0.01 / 10_000 / 7.2
_OSS_EGRESS_GIB: Final = 0.50 / 7.2
_LAMBDA_GIB_SECOND: Final = 0.0000133334
_LAMBDA_REQUEST: Final = 0.20 / 1e6
_SQS_REQUEST: Final = 0.40 / 1e6
_DYNAMODB_WRITE: Final = 0.625 / 1e6

_OBJECTS_PER_JOB: Final = 500
_KEYS_PER_PAGE: Final = 1000
_PART_SIZE: Final = 16 * 1024**2
_SECONDS_PER_OBJECT: Final = 0.3 / 64
"""A GET and a PUT across continents, 64 of them at a time."""
_BYTES_PER_SECOND: Final = 75e6
_WRITES_PER_JOB: Final = 6
"""Transactional writes count twice: the job, its counters, the minute."""
_SQS_REQUESTS_PER_JOB: Final = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars by what they are paid for."""

    s3_requests: float = 0.0
    oss_requests: float = 0.0
    oss_egress: float = 0.0
    compute: float = 0.0
    queue_and_state: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        parts = (self.s3_requests, self.oss_requests, self.oss_egress, self.compute, self.queue_and_state)
        return sum(parts)


def cost_of_copying(*, listed: int, objects: int, size: int, large_size: int = 0) -> Cost:
    """Return what copying costs, storage and discounts left out.

    Args:
        listed: Objects of the source that are listed and compared.
        objects: Of them, those to copy.
        size: Bytes of those.
        large_size: Of these, the bytes of objects that are copied in parts.
    """
    pages = ceil(listed / _KEYS_PER_PAGE)
    parts = ceil(large_size / _PART_SIZE)
    jobs = ceil(objects / _OBJECTS_PER_JOB)
    seconds = objects * _SECONDS_PER_OBJECT + size / _BYTES_PER_SECOND
    return Cost(
        s3_requests=(objects + parts) * _S3_PUT + pages * _S3_LIST,
        oss_requests=(objects + parts + pages) * _OSS_REQUEST,
        oss_egress=size / 1024**3 * _OSS_EGRESS_GIB,
        compute=seconds * _LAMBDA_GIB_SECOND + jobs * _LAMBDA_REQUEST,
        queue_and_state=jobs * (_SQS_REQUESTS_PER_JOB * _SQS_REQUEST + _WRITES_PER_JOB * _DYNAMODB_WRITE),
    )
