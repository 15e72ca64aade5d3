"""Runs on the deployed local stack while both clouds go wrong, a few percent of all requests."""

import hashlib
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from secrets import token_hex

import oss2

from local.oss.faults.client import FaultControl
from local.oss.faults.kinds import Corrupt, Error, Headers, Reset, Truncate
from local.oss.faults.rules import Rule, RuleReport
from local.servers import Faults
from local.stack import LocalStack
from tests.support.s3_faults.proxy import S3FaultProxy
from tests.support.s3_faults.rules import S3Error, S3Rule
from tests.support.stack import running_stack

LARGE_OBJECT_THRESHOLD = 8 * 1024**2
SEED = 20260131
_WRITERS = 16
_LARGE = 3


@dataclass(frozen=True)
class FaultyStack:
    """A stack whose clouds can be made to go wrong."""

    stack: LocalStack
    oss_faults: FaultControl
    s3_faults: S3FaultProxy


@contextmanager
def running_faulty_stack(folder: Path) -> Iterator[FaultyStack]:
    """Start a stack whose functions reach S3 through the fault proxy."""
    token = token_hex(16)
    with (
        S3FaultProxy() as proxy,
        running_stack(
            folder,
            large_object_threshold=LARGE_OBJECT_THRESHOLD,
            faults=Faults(control_token=token, s3_endpoint=proxy.endpoint),
        ) as stack,
    ):
        proxy.upstream = stack.aws.endpoint
        yield FaultyStack(stack, FaultControl.at(stack.oss.endpoint, token), proxy)


@dataclass(frozen=True)
class Injections:
    """What happened to the requests of one run, by the rules' names."""

    reports: tuple[RuleReport, ...]

    @property
    def applied(self) -> int:
        return sum(report.applied for report in self.reports)

    def table(self) -> str:
        rows = [
            f"| {report.rule.name} | {report.matched:,} | {report.applied:,} |" for report in self.reports
        ]
        return "\n".join(["| Fault | Requests | Injected |", "| --- | ---: | ---: |", *rows])


class Weather:
    """Faults in force on both sides; ``injections`` is filled when they end."""

    injections = Injections(())


@contextmanager
def bad_weather(stack: FaultyStack, bucket: str) -> Iterator[Weather]:
    """Let both clouds go wrong for the length of a block."""
    weather = Weather()
    with (
        stack.oss_faults.injected(*_oss_rules(bucket)) as oss,
        stack.s3_faults.injected(*_s3_rules()) as s3,
    ):
        yield weather
    weather.injections = Injections((*oss.reports, *s3.reports))


def write_objects(bucket: oss2.Bucket, count: int) -> dict[str, bytes]:
    """Write small objects and a few large ones, the same for every call."""
    random = Random(SEED)
    content = {
        f"in/folder {number % 37:02}/object {number:05} 日本.bin": random.randbytes(random.choice(_SIZES))
        for number in range(count)
    }
    for number in range(_LARGE):
        size = LARGE_OBJECT_THRESHOLD + number * 3_000_001
        content[f"in/large/{number}.bin"] = hashlib.shake_128(str(number).encode()).digest(size)
    content["in/archived.bin"] = b"cannot be read"
    content["in/refused.bin"] = b"cannot be written"
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _ in pool.map(lambda key: bucket.put_object(key, content[key]), content):
            pass
    return content


LOST = {"archived.bin": "Archived", "refused.bin": "EntityTooLarge"}
"""What cannot be copied while the weather is bad, and why."""
_SIZES = (0, 1, 100, 1_000, 1_000, 2_000, 4_000, 16_000, 70_000)


def _seed_of(name: str) -> int:
    """A seed of each rule's own: with the same one, the first rule would always come before the others."""
    return SEED + zlib.crc32(name.encode())


def _oss_rules(bucket: str) -> tuple[Rule, ...]:
    def rule(name: str, fault: Error | Reset | Truncate | Corrupt | Headers, **fields: object) -> Rule:
        own = {"name": f"oss-{name}", "fault": fault, "bucket": bucket, "seed": _seed_of(name)}
        return Rule.model_validate({**own, **fields})

    is_get = {"operations": ("GetObject",)}
    return (
        rule("archived", Error(code="InvalidObjectState"), key="in/archived.bin", **is_get),
        rule("500", Error(code="InternalError"), probability=0.02),
        rule("503", Error(code="TotalQpsLimitExceeded"), probability=0.02),
        rule("reset", Reset(at="start"), probability=0.01),
        rule("reset-in-body", Reset(at="reply-body"), probability=0.01),
        rule("truncated", Truncate(), probability=0.02, **is_get),
        rule("damaged", Corrupt(), probability=0.02, **is_get),
        rule("wrong-crc", Headers(falsify=("x-oss-hash-crc64ecma",)), probability=0.01, **is_get),
    )


def _s3_rules() -> tuple[S3Rule, ...]:
    def rule(name: str, fault: S3Error | Reset, **fields: object) -> S3Rule:
        own = {"name": f"s3-{name}", "fault": fault, "seed": _seed_of(name)}
        return S3Rule.model_validate({**own, **fields})

    is_put = {"operations": ("PutObject",)}
    return (
        rule("refused", S3Error(code="EntityTooLarge", status=400), key="*/refused.bin", **is_put),
        rule("500", S3Error(code="InternalError"), probability=0.02),
        rule("500-effect-kept", S3Error(code="InternalError", after_effect=True), probability=0.02),
        rule("503", S3Error(code="SlowDown"), probability=0.02),
        rule("reset", Reset(at="start"), probability=0.01),
        rule("reset-effect-kept", Reset(at="reply"), probability=0.01),
        rule("409", S3Error(code="ConditionalRequestConflict"), probability=0.02, **is_put),
        rule("412", S3Error(code="PreconditionFailed"), probability=0.02, **is_put),
        rule(
            "200-with-error",
            S3Error(code="InternalError", status=200),
            operations=("CompleteMultipartUpload",),
            nth=(1, 3),
        ),
    )
