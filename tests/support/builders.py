"""Tasks, runs, rows and jobs with everything filled in that a test does not care about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ferry.jobs import CopyJob, JobObject
from ferry.keys import KeyMapping
from ferry.objects import NO_NOTICES, ListedObject, Marker, Notice, ReplicaProperties, SourceObject
from ferry.replica_policy import ReplicaPolicy, properties_digest
from ferry.replica_settings import ReplicaSettings
from ferry.tasks.models import OssSource, Run, S3Destination, Task

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SAME_KEYS = KeyMapping()
RUN_ID = "photos-20260131t120000z"


def listed(
    key: str, *, size: int = 1, etag: str = "E", age: timedelta = timedelta(), **fields: Any
) -> ListedObject:
    """A row that was last modified ``age`` before noon."""
    return ListedObject(key, size, etag, NOON - age, **fields)


def described(key: str = "k", **fields: Any) -> SourceObject:
    """A source object as a HEAD shows it."""
    return SourceObject(**{"key": key, "size": 1, "etag": "E", "last_modified": NOON, **fields})


def job_object(
    key: str = "k", *, size: int = 1, etag: str = "E", replica_etag: str | None = None
) -> JobObject:
    return JobObject(key=key, size=size, etag=etag, replica_etag=replica_etag)


def copy_job(*objects: JobObject, run_id: str = RUN_ID, job_id: str = "0000.0.0") -> CopyJob:
    return CopyJob(task_id="photos", run_id=run_id, job_id=job_id, objects=objects or (job_object(),))


def task(
    task_id: str = "photos",
    *,
    source: dict[str, Any] | None = None,
    destination: dict[str, Any] | None = None,
    **fields: Any,
) -> Task:
    """A task from ``photos-source`` to ``photos-replica``."""
    origin = {"bucket": "photos-source", "region": "cn-hangzhou", "secret": "oss-key", **(source or {})}
    target = {"bucket": "photos-replica", "region": "us-east-1", **(destination or {})}
    return Task(
        task_id=task_id,
        source=OssSource(**origin),
        destination=S3Destination(**target),
        **{"created_at": NOON, **fields},
    )


def run_of(of: Task | None = None, **fields: Any) -> Run:
    """A run that started at noon."""
    return Run.start(of or task(), NOON).model_copy(update=fields)


def marker_of(
    source: SourceObject, tags: Mapping[str, str] | None = None, notices: frozenset[Notice] = NO_NOTICES
) -> Marker:
    """What a replica records that was copied from a source with these tags."""
    return Marker.of(source, RUN_ID, notices, properties_digest(source, tags or {}))


def properties(**fields: Any) -> ReplicaProperties:
    return ReplicaProperties(**{"content_headers": {}, "metadata": {}, **fields})


def policy(run_id: str = RUN_ID, **settings: Any) -> ReplicaPolicy:
    return ReplicaPolicy(run_id, ReplicaSettings(**settings))
