"""Building what the functions need, on first use, once per process."""

import asyncio
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from ferry.replica_policy import ReplicaPolicy
from ferry.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import ThreadPoolExecutor

    import boto3
    from botocore.config import Config
    from mypy_boto3_dynamodb.service_resource import Table

    from ferry.api.backend import Backend
    from ferry.events.intake import Intake
    from ferry.events.queue_entry import QueueEntry
    from ferry.finder.changes import Finding
    from ferry.finder.recorded import RecordedJobs
    from ferry.finder.scan import Scanner
    from ferry.job_queue import JobQueue
    from ferry.keys import KeyRange
    from ferry.multipart.steps import LargeObjectJob, LargeObjectSteps
    from ferry.multipart.upload import LargeObjectCopier
    from ferry.pacing.governor import Governor
    from ferry.retry import RetryPolicy
    from ferry.stores.http import HttpTransport
    from ferry.stores.oss import OssStore
    from ferry.stores.run_bucket import RunBucket
    from ferry.stores.s3 import S3Store
    from ferry.tasks.current import RealTimeTasks
    from ferry.tasks.endings import Endings
    from ferry.tasks.models import Failure, OssSource, Run, S3Destination, Task
    from ferry.tasks.progress import RunProgress
    from ferry.tasks.store import TaskStore
    from ferry.tasks.watch import Watch
    from ferry.transfer.budget import ByteBudget
    from ferry.transfer.deleter import Deleter
    from ferry.transfer.engine import TransferEngine
    from ferry.transfer.event_runner import EventRunner
    from ferry.transfer.follower import Follower
    from ferry.transfer.job_runner import JobRunner
    from ferry.workflows import Workflows

VERSION = "0.1.0"
"""Of the deployed application; that of ``pyproject.toml``."""
_OBJECTS_PER_COLLECTION: Final = 50_000


@lru_cache
def settings() -> Settings:
    """Return the deployment's settings."""
    return Settings.from_environment()


@lru_cache
def session() -> "boto3.Session":
    """Return the function's AWS session."""
    import boto3
    import botocore.session
    from botocore.config import Config

    core = botocore.session.get_session()
    # All clients: an attempt ends long before the function does, and a few of them are made.
    core.set_default_client_config(
        Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
    )
    return boto3.Session(botocore_session=core)


class _LateClient:
    """A client of AWS that is made when it is first used, since each costs a cold start about 0.1 s."""

    def __init__(self, service: str) -> None:
        self._service = service

    @cached_property
    def _client(self) -> Any:
        return session().client(self._service)  # type: ignore[call-overload]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@lru_cache
def _client(service: str) -> Any:
    return _LateClient(service)


@lru_cache
def event_loop() -> asyncio.Runner:
    """Return the loop that lives as long as the function, so that its connections do too."""
    from concurrent.futures import ThreadPoolExecutor

    from ferry.stores.protocols import CALLS_AT_ONCE

    _collect_less_often()
    runner = asyncio.Runner()
    # By default there are hardly more threads than processors; these mostly wait.
    runner.get_loop().set_default_executor(ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="call"))
    return runner


@lru_cache
def _collect_less_often() -> None:
    """Let the garbage collector look for cycles less often, which saves 6 to 8 % of the CPU.

    Copying and listing make many objects and hardly a cycle.
    """
    import gc

    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION)


@lru_cache
def http() -> "HttpTransport":
    """Return the connections that object bodies travel on."""
    from ferry.stores.http import HttpTransport

    return HttpTransport()


@lru_cache
def workflows() -> "Workflows":
    """Return the deployment's workflows."""
    from ferry.workflows import Workflows

    return Workflows(_client("stepfunctions"))


@lru_cache
def _table() -> "Table":
    return session().resource("dynamodb").Table(settings().table)


@lru_cache
def _tasks() -> "TaskStore":
    from ferry.tasks.store import TaskStore

    return TaskStore(_table())


@lru_cache
def progress() -> "RunProgress":
    """Return the accounts of the deployment's runs."""
    from datetime import timedelta

    from ferry.tasks.ledger import Ledger
    from ferry.tasks.progress import RunProgress

    keep = timedelta(days=settings().run_history_days)
    return RunProgress(_tasks(), Ledger(_table(), keep), workflows())


def endings(out_of_time: "Callable[[], bool]") -> "Endings":
    """Return what follows the ends of runs."""
    from ferry.tasks.alerts import AlertTopics
    from ferry.tasks.endings import Announcer, Endings
    from ferry.telemetry import count
    from ferry.webhook import Webhook

    topics = AlertTopics(_client("sns"), settings().task_topic_prefix)
    announcer = Announcer(topics, Webhook(), lambda: count("AlertsUndelivered"))
    return Endings(_tasks(), progress().ledger, run_bucket(), announcer, settings().portal_url, out_of_time)


def watch(out_of_time: "Callable[[], bool]") -> "Watch":
    """Return what looks after runs and replicas."""
    from ferry.tasks.watch import Sightings, Watch

    return Watch(endings(out_of_time), Sightings(_table()))


def start_scheduled(task_id: str) -> "Run | None":
    """Start the run of a task that a schedule asks for, if there is one to start."""
    from datetime import UTC, datetime

    from ferry import run_control

    machine = settings().run_state_machine_arn
    return run_control.start_scheduled(_tasks(), workflows(), machine, task_id, datetime.now(UTC))


def _source(source: "OssSource") -> "OssStore":
    """Return a source; raises ConfigurationError when it would lead to an address inside."""
    from ferry.public_hosts import public_addresses

    store = _oss_store(source)
    if settings().private_sources == "Refused":
        public_addresses(store.host, store.port)
    return store


@lru_cache(maxsize=8)
def _oss_store(source: "OssSource") -> "OssStore":
    from ferry.credentials import SecretCredentials
    from ferry.stores.oss import OssEndpoint, OssStore

    endpoint = (
        OssEndpoint(source.region, source.endpoint, source.is_cname)
        if source.endpoint
        else OssEndpoint.public(source.region)
    )
    keys = SecretCredentials(_client("secretsmanager"), source.secret)
    return OssStore(
        source.bucket,
        endpoint=endpoint,
        keys=keys,
        http=http(),
        pays_requests=source.request_payer,
        retry=_call_retry(),
    )


@lru_cache(maxsize=8)
def _replica(destination: "S3Destination") -> "S3Store":
    from botocore.config import Config

    from ferry.stores.access_keys import SessionKeys
    from ferry.stores.protocols import CALLS_AT_ONCE
    from ferry.stores.s3 import S3Store

    # The store tries again by itself.
    once = Config(max_pool_connections=CALLS_AT_ONCE, retries={"total_max_attempts": 1})
    client = session().client("s3", region_name=destination.region, config=once)
    return S3Store(
        destination.bucket,
        client=client,
        keys=SessionKeys(session()),
        http=http(),
        pays_requests=destination.request_payer,
        retry=_call_retry(),
    )


def _call_retry() -> "RetryPolicy":
    """How single calls of a store are tried again, which runs of several tasks may share."""
    from ferry.retry import RetryPolicy
    from ferry.stores.protocols import LONGEST_CALL_SECONDS
    from ferry.telemetry import note_retry

    return RetryPolicy(longest_seconds=LONGEST_CALL_SECONDS, watch=note_retry)


def _task_retry(task: "Task") -> "RetryPolicy":
    """How the copies of a task are tried again."""
    from functools import partial

    from ferry.retry import RetryPolicy
    from ferry.telemetry import note_retry

    return RetryPolicy(watch=partial(note_retry, task_id=task.task_id))


@lru_cache
def probes() -> "ThreadPoolExecutor":
    """Return the threads that probe sources side by side; each keeps its connections."""
    from concurrent.futures import ThreadPoolExecutor

    from ferry.finder.shards import PROBES_AT_ONCE

    return ThreadPoolExecutor(PROBES_AT_ONCE, thread_name_prefix="probe")


def source(run: "Run") -> "OssStore":
    """Return the bucket that a run copies from."""
    return _source(run.task.source)


def replica(run: "Run") -> "S3Store":
    """Return the bucket that a run copies to."""
    return _replica(run.task.destination)


def _policy(run_id: str, task: "Task") -> ReplicaPolicy:
    return ReplicaPolicy(run_id, task.destination)


def job_runner(run: "Run") -> "JobRunner":
    """Return what carries out a run's jobs."""
    from ferry.transfer.job_runner import JobRunner

    return JobRunner(
        progress(),
        workflows(),
        job_queue(),
        _engine(run.run_id, run.task),
        deleter(run),
        large_object_threshold=settings().large_object_threshold,
        large_object_state_machine_arn=settings().large_object_state_machine_arn,
        max_deliveries=settings().max_deliveries,
    )


@lru_cache
def event_runner() -> "EventRunner":
    """Return what carries out the jobs of notifications."""
    from ferry.transfer.event_runner import EventRunner

    return EventRunner(
        real_time_tasks(),
        progress(),
        workflows(),
        event_queue(),
        _follower,
        large_object_state_machine_arn=settings().large_object_state_machine_arn,
        max_deliveries=settings().max_deliveries,
    )


@lru_cache(maxsize=8)
def _follower(task: "Task", run_id: str) -> "Follower":
    from ferry.tasks.filters import NO_FILTERS
    from ferry.tasks.leases import Leases
    from ferry.transfer.deleter import Deleter, backup_folder
    from ferry.transfer.follower import Follower

    # One byte less than where the workflow of large objects begins.
    engine = _engine(run_id, task, put_size=settings().large_object_threshold - 1)
    folder = backup_folder(task.deletes, run_id)
    return Follower(
        engine,
        Deleter(engine.source, engine.replica, task.mapping, folder),
        Leases(_table()),
        task.task_id,
        deletes=task.real_time is not None and task.real_time.deletes,
        filters=task.filters or NO_FILTERS,
    )


@lru_cache
def queue_entry() -> "QueueEntry":
    """Return what reads the messages of the event queue."""
    from ferry.events.queue_entry import QueueEntry
    from ferry.tasks.strays import Strays

    return QueueEntry(real_time_tasks(), Strays(_table()))


def deleter(run: "Run") -> "Deleter":
    """Return what deletes a run's replicas."""
    from ferry.transfer.deleter import Deleter, backup_folder

    return Deleter(source(run), replica(run), run.task.mapping, backup_folder(run.task.deletes, run.run_id))


@lru_cache(maxsize=8)
def _engine(run_id: str, task: "Task", *, put_size: int | None = None) -> "TransferEngine":
    from ferry.transfer.engine import MAX_PUT_SIZE, TransferEngine, TransferLimits

    limits = TransferLimits(
        in_flight=settings().objects_in_flight,
        held_bytes=settings().held_bytes,
        put_size=put_size or MAX_PUT_SIZE,
    )
    return TransferEngine(
        _source(task.source),
        _replica(task.destination),
        task.mapping,
        _policy(run_id, task),
        limits=limits,
        retry=_task_retry(task),
        archived=task.archived,
        governor=governor(task.task_id),
        budget=_budget(),
    )


@lru_cache
def _budget() -> "ByteBudget":
    """Return the memory that the copies of all tasks share."""
    from ferry.transfer.budget import ByteBudget

    return ByteBudget(settings().held_bytes)


@lru_cache(maxsize=8)
def governor(task_id: str) -> "Governor":
    """Return what lets the copies of a task begin."""
    from datetime import UTC, datetime

    from ferry.pacing.current_limits import CurrentLimits
    from ferry.pacing.governor import Governor
    from ferry.pacing.limits import Limits
    from ferry.pacing.share import Share
    from ferry.tasks.bookings import TableBookings
    from ferry.tasks.store import NotFoundError

    def read() -> Limits | None:
        try:
            return _tasks().get_task(task_id).limits
        except NotFoundError:
            return None

    limits = CurrentLimits(read, lambda: datetime.now(UTC))
    return Governor(Share(TableBookings(_table(), task_id), limits))


def large_object_copier(run: "Run") -> "LargeObjectCopier":
    """Return what copies a run's large objects."""
    return _copier(run.run_id, run.task)


def _copier(run_id: str, task: "Task") -> "LargeObjectCopier":
    from ferry.multipart.upload import LargeObjectCopier
    from ferry.tasks.run_ids import is_real_time

    return LargeObjectCopier(
        _source(task.source),
        _replica(task.destination),
        task.mapping,
        _policy(run_id, task),
        part_size=settings().part_size,
        archived=task.archived,
        exact=is_real_time(run_id),
        on_part=_beats(run_id),
        retry=_task_retry(task),
        governor=governor(task.task_id),
    )


def _beats(run_id: str) -> "Callable[[int], None]":
    """Return what notes, at most once a minute, that a run moves while parts are being copied."""
    import time
    from datetime import UTC, datetime

    last = float("-inf")

    def beat(_: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 60:
            last = time.monotonic()
            progress().ledger.beat(run_id, datetime.now(UTC))

    return beat


def large_object_steps(job: "LargeObjectJob") -> "LargeObjectSteps":
    """Return the steps of one large object."""
    from ferry.multipart.orphans import UploadKeeper
    from ferry.multipart.steps import LargeObjectSteps
    from ferry.tasks.uploads import UploadClaims

    run = progress().tasks.get_run(job.run_id)
    uploads = UploadKeeper(replica(run), UploadClaims(_table()), settings().upload_principal)
    return LargeObjectSteps(job, run, large_object_copier(run), progress(), uploads)


@lru_cache
def job_queue() -> "JobQueue":
    """Return the deployment's job queue."""
    from ferry.job_queue import JobQueue

    return JobQueue(_client("sqs"), settings().job_queue_url)


@lru_cache
def event_queue() -> "JobQueue":
    """Return the deployment's queue of notifications."""
    from ferry.job_queue import JobQueue

    return JobQueue(_client("sqs"), settings().event_queue_url)


@lru_cache
def real_time_tasks() -> "RealTimeTasks":
    """Return the tasks that follow notifications."""
    from ferry.tasks.current import RealTimeTasks

    return RealTimeTasks(_tasks().list_tasks)


@lru_cache
def intake() -> "Intake":
    """Return what takes in notifications."""
    from ferry.events.certificates import Certificates
    from ferry.events.intake import Intake
    from ferry.events.replays import Replays
    from ferry.job_queue import JobQueue
    from ferry.retry import RetryPolicy
    from ferry.tasks.current import RealTimeTasks
    from ferry.tasks.store import TaskStore

    table = session().resource("dynamodb", config=_quick()).Table(settings().table)
    queue = JobQueue(
        session().client("sqs", config=_quick()),
        settings().event_queue_url,
        retry=RetryPolicy(attempts=3, longest_seconds=1),
    )
    tasks = RealTimeTasks(TaskStore(table).list_tasks)
    return Intake(tasks, queue, Certificates(), Replays(table), _sender_key)


def _quick() -> "Config":
    """Senders wait five seconds for an answer and then try again themselves."""
    from botocore.config import Config

    return Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})


@lru_cache
def _sender_key() -> bytes:
    secrets = session().client("secretsmanager", config=_quick())
    return secrets.get_secret_value(SecretId=settings().sender_key_arn)["SecretString"].encode()


@lru_cache
def api_backend() -> "Backend":
    """Return what the routes of the tasks API work with."""
    from functools import partial

    from ferry.api.backend import Backend
    from ferry.api.deployment_facts import Facts
    from ferry.api.queues import DeploymentQueues
    from ferry.api.report_links import ReportLinks
    from ferry.credentials import read_secret
    from ferry.secret_list import SecretList
    from ferry.sender.package import EventEntry
    from ferry.tasks.alerts import AlertTopics
    from ferry.tasks.audit import AuditLog
    from ferry.tasks.schedules import Scheduler
    from ferry.tasks.strays import Strays

    chosen = settings()
    secrets = _client("secretsmanager")
    return Backend(
        facts=Facts.of(chosen, region=session().region_name or "", version=VERSION),
        tasks=_tasks(),
        ledger=progress().ledger,
        workflows=workflows(),
        scheduler=Scheduler(
            _client("scheduler"),
            group=chosen.schedule_group,
            function_arn=chosen.run_control_function_arn,
            role_arn=chosen.scheduler_role_arn,
            dead_letter_arn=chosen.broken_off_queue_arn,
        ),
        topics=AlertTopics(_client("sns"), chosen.task_topic_prefix),
        audit_log=AuditLog(_table()),
        strays=Strays(_table()),
        queues=DeploymentQueues(
            _client("sqs"),
            session().client("cloudwatch"),
            jobs=chosen.job_queue_url,
            events=chosen.event_queue_url,
            dead_letters=chosen.dead_letter_queue_url,
        ),
        reports=ReportLinks(session().client("s3", config=_signed_links()), chosen.run_bucket),
        entry=EventEntry(chosen.events_url, chosen.event_queue_url, chosen.event_queue_arn),
        sender_key=_sender_key,
        secret_list=SecretList(secrets, chosen.secret_arns),
        source=_source,
        replica=_replica,
        read_secret=partial(read_secret, secrets),
        check_kms_key=_check_kms_key,
    )


def _signed_links() -> "Config":
    """Links are signed with version 2 otherwise, which S3 takes in old regions only."""
    from botocore.config import Config

    return Config(signature_version="s3v4")


def _check_kms_key(key: str, region: str) -> None:
    from ferry.stores.kms_keys import check_key

    check_key(session().client("kms", region_name=region), key)


@lru_cache
def run_bucket() -> "RunBucket":
    """Return where the deployment keeps manifests."""
    from ferry.stores.run_bucket import RunBucket

    return RunBucket(session().client("s3"), settings().run_bucket)


def _is_wanted(run: "Run") -> bool:
    return progress().tasks.get_run(run.run_id).accepts_work


def scanner(run: "Run") -> "Scanner":
    """Return what scans a run's shards."""
    from functools import partial

    from ferry.finder.scan import Scanner

    _collect_less_often()
    return Scanner(
        run=run,
        shards=progress().ledger,
        documents=run_bucket(),
        jobs=job_queue(),
        find=_find(run),
        large_object_threshold=settings().large_object_threshold,
        is_wanted=partial(_is_wanted, run),
    )


def _find(run: "Run") -> "Callable[[KeyRange], Iterator[Finding]]":
    from functools import partial

    from ferry.finder.changes import find_changes
    from ferry.finder.extras import extra_rule
    from ferry.finder.failed import find_failed
    from ferry.tasks.filters import NO_FILTERS

    filters = run.task.filters or NO_FILTERS
    if run.retry_of is not None:
        failures = partial(_failures_to_retry, run)
        return partial(
            find_failed, source(run), replica(run), run.task.mapping, failures=failures, filters=filters
        )
    return partial(
        find_changes,
        source(run),
        replica(run),
        run.task.mapping,
        mode=run.task.compare,
        filters=filters,
        skips_archived=run.task.archived == "skip",
        is_extra=extra_rule(
            run.task.deletes,
            run.task.mapping,
            is_run_bucket=run.task.destination.bucket == settings().run_bucket,
        ),
    )


def _failures_to_retry(run: "Run") -> "Iterator[Failure]":
    assert run.retry_of is not None
    for failure in progress().ledger.list_failures(run.retry_of):
        if run.retry_only is None or run.retry_only.takes(failure):
            yield failure


def recorded_jobs(run: "Run") -> "RecordedJobs":
    """Return what sends jobs from a run's manifests."""
    from functools import partial

    from ferry.finder.recorded import RecordedJobs

    return RecordedJobs(run, progress().ledger, run_bucket(), job_queue(), partial(_is_wanted, run))
