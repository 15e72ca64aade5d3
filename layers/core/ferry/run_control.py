"""The steps of a run's workflow: open, plan shards, seal, close."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ferry.errors import ConfigurationError, PermanentError
from ferry.finder.chunks import Chunk
from ferry.finder.scan import Documents, record_chunk
from ferry.finder.shards import DEFAULT_SHARDS, Workers, cut_ranges
from ferry.keys import KeyRange
from ferry.multipart.steps import caught_error
from ferry.preflight import check_access
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.endings import Endings
from ferry.tasks.models import Run, Shard
from ferry.tasks.progress import RunProgress
from ferry.tasks.start import start_run
from ferry.tasks.store import BusyError, NotFoundError, TaskStore

if TYPE_CHECKING:
    from ferry.workflows import Workflows

logger = logging.getLogger(__name__)

_PARTS_PER_SPLIT = 8
SHARDS_PER_ROUND = 256
"""So many keep the finders busy; where there are more, splitting them gains nothing."""
MAX_SHARDS = 1000


def start_scheduled(
    tasks: TaskStore, workflows: "Workflows", state_machine_arn: str, task_id: str, now: datetime
) -> Run | None:
    """Start the run that a schedule asks for.

    Returns:
        None when there is nothing to do: an earlier run is not over, the task is gone, or it has no schedule
        any more.
    """
    try:
        task = tasks.get_task(task_id)
        if task.schedule is None:
            logger.warning("the task %s has no schedule any more", task_id)
            return None
        return start_run(tasks, workflows, state_machine_arn, Run.start(task, now))
    except (BusyError, NotFoundError) as error:
        logger.warning("no run of %s was started: %s", task_id, error)
        return None


def open_run(progress: RunProgress, run: Run, source: SourceStore, replica: ReplicaStore) -> None:
    """Check both sides and let the run begin.

    Raises:
        ConfigurationError: A side cannot be used; the reason is noted with the run.
    """
    try:
        check_access(
            source,
            replica,
            run.task.mapping,
            writes=not run.dry_run,
            deletes=None if run.dry_run else run.task.deletes,
        )
    except ConfigurationError as error:
        progress.give_up(run.run_id, error)
        raise
    progress.tasks.mark_running(run.run_id)


def plan_shards(
    progress: RunProgress,
    run: Run,
    source: SourceStore,
    documents: Documents,
    *,
    workers: Workers,
    out_of_time: Callable[[], bool],
) -> list[str]:
    """Cut what is left of a run into shards.

    The first call cuts the whole key space, unless the run takes up an earlier one's failures, which one
    finder looks at. Later calls split what finders could not exhaust in their time, from the keys they
    reached on, so that more finders share the rest.

    Args:
        progress: The run's account.
        run: The run.
        source: The bucket to probe.
        documents: Where chunks are recorded.
        workers: Send the requests to the source.
        out_of_time: When it says so, shards stay as large as they are by then.

    Returns:
        Ids of the unfinished shards, ascending; none when every key was looked at.

    Raises:
        ConfigurationError: The run has been given up meanwhile.
        PermanentError: It has been paused or stopped meanwhile.
    """
    _raise_unless_wanted(progress, run.run_id)
    ledger = progress.ledger
    prefixes = run.task.mapping.listing_prefixes
    shards = list(ledger.list_shards(run.run_id))
    if not shards and run.retry_of is not None:
        ledger.put_shards(run.run_id, [Shard(shard_id="0000")])
        return ["0000"]
    if not shards:
        (ranges,) = cut_ranges(
            source, prefixes, [KeyRange()], wanted=DEFAULT_SHARDS, workers=workers, out_of_time=out_of_time
        )
        first = _numbered(ranges, 0)
        ledger.put_shards(run.run_id, first)
        return [shard.shard_id for shard in first]
    unfinished = [shard for shard in shards if not shard.exhausted]
    rests = [KeyRange(shard.checkpoint, shard.until) for shard in unfinished]
    wanted = 1 if run.retry_of is not None else parts_wanted(len(unfinished), len(shards))
    if wanted == 1:
        return [shard.shard_id for shard in unfinished]
    cuts = cut_ranges(source, prefixes, rests, wanted=wanted, workers=workers, out_of_time=out_of_time)
    ids: list[str] = []
    total = len(shards)
    for shard, pieces in zip(unfinished, cuts, strict=True):
        if len(pieces) == 1 or not record_chunk(documents, run.run_id, Chunk.empty(shard)):
            # One that a late finder has recorded a chunk of is scanned on from there.
            ids.append(shard.shard_id)
            continue
        parts = _numbered(pieces, total)
        # The empty chunk keeps a late finder from sending jobs that no shard counts.
        ledger.split_shard(run.run_id, shard, parts)
        total += len(parts)
        ids += [part.shard_id for part in parts]
    return sorted(ids)


def _numbered(ranges: Sequence[KeyRange], first: int) -> list[Shard]:
    return [
        Shard(shard_id=f"{number:04}", after=piece.after, until=piece.until, checkpoint=piece.after)
        for number, piece in enumerate(ranges, start=first)
    ]


def parts_wanted(unfinished: int, shards: int) -> int:
    """Return how many parts each unfinished shard is to be split into, at least 1.

    Args:
        unfinished: How many there are.
        shards: Of the run, finished ones among them.
    """
    if not unfinished:
        return 1
    share = min(SHARDS_PER_ROUND // unfinished, (MAX_SHARDS - shards) // unfinished)
    return max(1, min(_PARTS_PER_SPLIT, share))


def seal_run(progress: RunProgress, run: Run, task_token: str) -> None:
    """Note that all jobs are known, and wake the workflow at once if they are all closed already.

    Raises:
        ConfigurationError: The run has been given up meanwhile.
        PermanentError: It has been paused or stopped meanwhile.
    """
    found = progress.ledger.found(run.run_id)
    jobs_planned = found.jobs
    if (refused := run.delete_refusal(found)) is None:
        jobs_planned += found.delete_jobs
    else:
        progress.tasks.refuse_deletes(run.run_id, refused)
    progress.tasks.seal(run.run_id, jobs_planned=jobs_planned, task_token=task_token)
    # Whoever gives a run up writes the reason and then looks for a token; here it is the other way round, so
    # one of the two always sees the other.
    _raise_unless_wanted(progress, run.run_id)
    progress.settle(run.run_id)


def _raise_unless_wanted(progress: RunProgress, run_id: str) -> None:
    run = progress.tasks.get_run(run_id)
    if run.reason is not None:
        raise ConfigurationError(run.reason)
    if not run.state.is_active:
        msg = f"The run is {run.state.value}."
        raise PermanentError(msg, reason="NotWanted")


def closing_step(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the event of a run workflow that broke off into the step that closes its run.

    Args:
        detail: Of a "Step Functions Execution Status Change" event.

    Returns:
        The input of the ``close`` step, which names the workflow.
    """
    ended = {"FAILED": "failed", "TIMED_OUT": "ran out of time", "ABORTED": "was stopped"}
    said = detail.get("cause") or f"The run's workflow {ended.get(detail['status'], detail['status'])}."
    return {
        **json.loads(detail["input"]),
        "action": "close",
        "workflow": detail["name"],
        "error": {"Error": detail["status"], "Cause": said},
    }


def close_run(progress: RunProgress, run: Run, step: Mapping[str, Any], endings: Endings) -> Run:
    """Take the ``close`` step: end a run by what is known of it, report it and tell people.

    A run that is over or paused stays as it is, as does one that was resumed in another workflow than the one
    that broke off. The report is written before the run is over, so that one that is has a report; where the
    run bucket does not take it, the watch tries again.

    Args:
        progress: The run's account.
        run: The run.
        step: With the ``error`` its workflow broke off with, if it did.
        endings: What follows the end of a run.
    """
    if step.get("workflow", run.workflow_name) != run.workflow_name:
        return run
    error = step.get("error")
    sentence = str(caught_error(error)) if error else None
    ended = progress.close_run(run.run_id, sentence, report=endings.report)
    return endings.conclude(ended, datetime.now(UTC)) if ended.state.is_over else ended
