"""What functions work on, for killing them: both buckets and a run's accounts on a real table."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from ferry.jobs import CopyJob, Job, JobObject
from ferry.multipart.orphans import LONGEST_BEGINNING, UploadKeeper
from ferry.multipart.steps import LargeObjectJob, LargeObjectSteps, RangeReport
from ferry.multipart.upload import LargeObjectCopier, PartRange, UploadPlan
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Run
from ferry.tasks.progress import RunProgress
from ferry.tasks.store import TaskStore
from ferry.tasks.uploads import UploadClaims
from ferry.transfer.deleter import Deleter
from ferry.transfer.engine import TransferEngine
from ferry.transfer.job_runner import JobRunner

from tests.support.builders import job_object, policy
from tests.support.clock import retry_policy
from tests.support.crashes import Mortal, Reaper, died, mortal_client
from tests.support.runs import NotedQueue, NotedWorkflows
from tests.support.uploads import PRINCIPAL

MAX_DELIVERIES: Final = 3
CONTENT: Final = b"0123456789"
_PARTS: Final = {"part_size": 4, "ranges": (PartRange(first=1, last=2), PartRange(first=3, last=3))}


@dataclass
class World:
    """Both buckets and the accounts of one run; what is written here is what survives a kill."""

    table: Any
    run: Run
    source: MemorySource
    replica: MemoryReplica
    workflows: NotedWorkflows

    def engine(self, reaper: Reaper) -> TransferEngine:
        return TransferEngine(
            Mortal("source", self.source, reaper),
            Mortal("replica", self.replica, reaper),
            self.run.task.mapping,
            policy(self.run.run_id),
            retry=retry_policy(),
        )

    def deleter(self, reaper: Reaper) -> Deleter:
        return Deleter(
            Mortal("source", self.source, reaper),
            Mortal("replica", self.replica, reaper),
            self.run.task.mapping,
            retry=retry_policy(),
        )

    def progress(self, reaper: Reaper) -> RunProgress:
        workflows = Mortal("workflows", self.workflows, reaper)
        return RunProgress(TaskStore(self.table), Ledger(self.table), workflows)

    def runner(self, reaper: Reaper) -> JobRunner:
        return JobRunner(
            self.progress(reaper),
            Mortal("workflows", self.workflows, reaper),
            NotedQueue(),
            self.engine(reaper),
            self.deleter(reaper),
            large_object_threshold=1000,
            large_object_state_machine_arn="arn",
            max_deliveries=MAX_DELIVERIES,
        )

    def deliver(self, job: Job, reaper: Reaper, deliveries: int) -> bool:
        """Let a function carry out a job; tell whether it was killed."""

        def function() -> None:
            with mortal_client(self.table.meta.client, reaper):
                run = self.progress(reaper).tasks.get_run(job.run_id)
                asyncio.run(self.runner(reaper).run(job, run, deliveries=deliveries, seconds=60.0))

        return died(function, reaper)

    def bury(self, job: CopyJob, reaper: Reaper) -> bool:
        """Let a function close a dead letter; tell whether it was killed."""

        def function() -> None:
            with mortal_client(self.table.meta.client, reaper):
                asyncio.run(self.runner(reaper).bury(job, deliveries=MAX_DELIVERIES))

        return died(function, reaper)

    def copied(self) -> dict[str, bytes]:
        return {key: stored.content for key, stored in self.replica.objects.items()}

    def counts(self) -> Counts:
        return Ledger(self.table).counts(self.run.run_id)

    def write(self, key: str, content: bytes) -> JobObject:
        """Write a source object and return what a finder would plan for it now."""
        described = self.source.write(key, content)
        stored = self.replica.objects.get(key)
        return job_object(
            key, size=len(content), etag=described.etag, replica_etag=stored.etag if stored else None
        )


@dataclass
class LargeObject:
    """One large object, whose steps are called as its workflow would.

    Attributes:
        later: Time that has passed, in the longest times that beginning an upload may take.
    """

    world: World
    later: int = 0

    def __post_init__(self) -> None:
        self.world.source.write("k", CONTENT, tags={"team": "a"})
        self.world.replica.caller = f"arn:aws:sts::123456789012:assumed-role/{PRINCIPAL}/plan"
        self.job = LargeObjectJob(
            task_id=self.world.run.task.task_id,
            run_id=self.world.run.run_id,
            job_id="0000.0.0",
            key="k",
            etag=self.world.source.head("k").etag,
        )

    def run(self, reaper: Reaper, *, retries: bool) -> bool:
        """Do all steps; a killed one is retried, or else the workflow ends there. Tell whether it went on."""
        began = self._do(lambda steps: asyncio.run(steps.begin()), reaper, retries)
        if not began:
            return False
        (plan,) = began
        if plan is None:
            return True
        plan = plan.model_copy(update=_PARTS)
        reports: list[RangeReport] = []
        for piece in plan.ranges:
            copied = self._do(partial(_copy, plan, piece), reaper, retries)
            if not copied:
                return False
            reports += copied
        return bool(self._do(lambda steps: steps.complete(plan, reports), reaper, retries))

    def fail(self, reaper: Reaper, error: Exception) -> bool:
        """Let dead letters close the job; tell whether that was killed."""
        steps = self._steps(reaper)
        with mortal_client(self.world.table.meta.client, reaper):
            return died(lambda: steps.fail(error, may_be_beginning=True), reaper)  # type: ignore[arg-type]

    def _do(self, step: Callable[[LargeObjectSteps], Any], reaper: Reaper, retries: bool) -> list[Any]:
        answers: list[Any] = []
        # Whoever comes after the one that was killed lives.
        reaper = Reaper() if reaper.last is not None else reaper
        with mortal_client(self.world.table.meta.client, reaper):
            is_dead = died(lambda: answers.append(step(self._steps(reaper))), reaper)
        if is_dead and retries:
            answers.append(step(self._steps(Reaper())))
        return answers

    def _steps(self, reaper: Reaper) -> LargeObjectSteps:
        here = self.world
        replica: Any = Mortal("replica", here.replica, reaper)
        source: Any = Mortal("source", here.source, reaper)
        copier = LargeObjectCopier(
            source, replica, here.run.task.mapping, policy(here.run.run_id), retry=retry_policy()
        )
        keeper = UploadKeeper(replica, UploadClaims(here.table), PRINCIPAL, self._now)
        return LargeObjectSteps(self.job, here.run, copier, here.progress(reaper), keeper)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.later * LONGEST_BEGINNING


def _copy(plan: UploadPlan, piece: PartRange, steps: LargeObjectSteps) -> RangeReport:
    return asyncio.run(steps.copy_range(plan, piece, deadline=float("inf")))
