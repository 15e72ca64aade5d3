"""What a cell came to, and whether that was right."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ferry.checksums import crc64
from ferry.errors import FerryError
from ferry.objects import Marker
from ferry.outcome import Outcome
from ferry.replicate import Tally

from tests.reliability.cells import Cell
from tests.reliability.faults import Nature
from tests.reliability.objects import Sample
from tests.reliability.sides import Sides


class Ending(StrEnum):
    """How a run ended."""

    SURVIVED = "survived"
    FAILED = "failed"
    STOPPED = "stopped"
    GONE = "gone"


@dataclass(frozen=True)
class Verdict:
    """What a cell came to.

    Attributes:
        reasons: Of the failures, or of the stop.
        injected: Faults that really happened.
        wrongs: Sentences about what must not be; none when all is well.
    """

    cell: Cell
    ending: Ending
    reasons: tuple[str, ...]
    injected: int
    wrongs: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join((self.ending.value, *self.reasons))


@dataclass(frozen=True)
class Run:
    """A replication that has ended, with or without an error."""

    tally: Tally
    failures: list[Outcome]
    error: FerryError | None

    def ending_of(self, key: str | None) -> tuple[Ending, tuple[str, ...]]:
        """How one object ended and why, or the whole run."""
        if self.error is not None:
            return Ending.STOPPED, (self.error.reason,)
        failed = [failure for failure in self.failures if key in {None, failure.key}]
        if failed:
            return Ending.FAILED, tuple(sorted({failure.reason for failure in failed}))
        return Ending.SURVIVED, ()


def expected_endings(cell: Cell) -> frozenset[Ending]:
    """What a cell may come to."""
    survived = frozenset({Ending.SURVIVED})
    lost = frozenset({Ending.STOPPED if cell.request.is_of_run else Ending.FAILED})
    match cell.kind.nature:
        case Nature.ROTATED:
            return survived
        case Nature.CONFIGURATION:
            return survived if is_found_to_be_done(cell) else frozenset({Ending.STOPPED})
        case Nature.PERMANENT:
            return lost
        case Nature.REFUSED:
            # What cannot be compared is copied.
            return survived if is_found_to_be_done(cell) or cell.request.label == "compare" else lost
        case Nature.GONE:
            return frozenset({Ending.GONE, Ending.SURVIVED})
        case Nature.CHANGED:
            return survived | lost if cell.is_always else survived
        case Nature.TRANSIENT:
            return survived if not cell.is_always or is_found_to_be_done(cell) else lost


def is_found_to_be_done(cell: Cell) -> bool:
    """Whether another look shows that the request had its effect, or that nobody needs its answer."""
    request = cell.request
    if request.operation == "AbortMultipartUpload" and not request.is_of_run:
        # The copy goes on with another upload; that one is left is told.
        return True
    is_write = request.operation in {"PutObject", "CompleteMultipartUpload"} and not request.is_of_run
    return is_write and cell.kind.keeps_effect


def right_reasons(cell: Cell) -> frozenset[str]:
    """What a failure may be told to be; errors to a HEAD are a status without a code."""
    codes = _CODES_WITHOUT_DOCUMENT if cell.request.operation == "HeadObject" else {}
    return frozenset(codes.get(reason, reason) for reason in cell.kind.reasons) | {*cell.kind.reasons}


def check_ending(cell: Cell, ending: Ending, reasons: tuple[str, ...], told: str) -> list[str]:
    """Whether a cell ended as it had to, for the right reason."""
    if ending not in expected_endings(cell):
        return [f"it {ending} {reasons}: {told}"]
    if not set(reasons) <= right_reasons(cell):
        return [f"the reason is {', '.join(reasons)}: {told}"]
    return []


def check_accounts(samples: tuple[Sample, ...], run: Run) -> list[str]:
    """Whether the numbers add up."""
    tally = run.tally
    wrongs = []
    if tally.failed != len(run.failures):
        wrongs.append(f"{tally.failed} failures are counted, {len(run.failures)} are listed")
    ended = tally.copied + tally.current + tally.failed + tally.gone
    if run.error is None and not (tally.found == len(samples) == ended and tally.planned == tally.closed):
        wrongs.append(f"the accounts do not add up: {tally}")
    return wrongs


class Replicas:
    """What both sides hold now, compared with what they have to."""

    def __init__(self, sides: Sides) -> None:
        self._source = sides.source
        self._replica = sides.replica

    def check(self, sample: Sample, run: Run, *, is_changed: bool) -> list[str]:
        """Whether one object is exactly right, or listed as failed and untouched.

        Args:
            sample: As it was written at first.
            run: What was said about it.
            is_changed: Whether somebody else may have written another version.
        """
        content = self._replica.content(sample.key)
        if self._is_right(sample, content, is_changed=is_changed):
            return []
        has_failed = run.error is not None or any(failure.key == sample.key for failure in run.failures)
        is_gone = run.tally.gone > 0 and not self._source.bucket.object_exists(sample.key)
        if content == sample.before and (has_failed or is_gone):
            return []
        held = "nothing" if content is None else f"{len(content)} bytes"
        return [
            f"{sample.key!r} is wrong: the replica holds {held}, {run.tally}, {run.failures}, {run.error}"
        ]

    def _is_right(self, sample: Sample, content: bytes | None, *, is_changed: bool) -> bool:
        if content is None:
            return False
        properties = self._replica.properties(sample.key)
        marker = Marker.from_metadata(properties.metadata)
        own = {name for name in properties.metadata if name.startswith("ferry-")}
        described = {name: value for name, value in properties.metadata.items() if name not in own}
        headers: dict[str, Any] = {**_DEFAULT_HEADERS, **sample.content_headers}
        return (
            marker is not None
            and (marker.crc64 == crc64(content) if is_changed else content == sample.content)
            and dict(properties.content_headers) == headers
            and described == dict(sample.metadata)
            and dict(properties.tags) == dict(sample.tags)
        )

    def check_current(self, sample: Sample) -> list[str]:
        """Whether the replica is what the source is now."""
        if not self._source.bucket.object_exists(sample.key):
            return []
        with self._source.bucket.get_object(sample.key) as body:
            # Not through the SDK, which would unpack what is gzip.
            current = body.resp.response.raw.read()
        if self._replica.content(sample.key) == current:
            return []
        return [f"{sample.key!r} is not what the source is, though nothing went wrong any more"]

    def check_uploads(self, tolerated: Collection[str]) -> list[str]:
        """Whether no multipart upload was left, but of these keys."""
        bucket = self._replica.store.bucket
        found = self._replica.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        left = sorted({upload["Key"] for upload in found} - set(tolerated))
        return [f"multipart uploads of {', '.join(left)} were left"] if left else []


_CODES_WITHOUT_DOCUMENT = {"SlowDown": "ServiceUnavailable"}
_DEFAULT_HEADERS = {"content-type": "application/octet-stream"}
