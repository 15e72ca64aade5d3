"""What becomes of jobs that their task's limits leave no room for."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest
from ferry.errors import LimitReachedError
from ferry.job_queue import postponed_seconds
from ferry.jobs import ChangedObject, CopyJob, Message
from ferry.multipart.plan import MIN_PART_SIZE, plan_parts
from ferry.multipart.upload import LargeObjectCopier, UploadPlan
from ferry.pacing.current_limits import FixedLimits
from ferry.pacing.governor import Governor
from ferry.pacing.limits import MIN_BANDWIDTH, Allowance
from ferry.pacing.share import Booked, LocalBookings, Share
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.models import Counts
from ferry.transfer.deleter import Deleter
from ferry.transfer.engine import TransferEngine
from ferry.transfer.follower import Follower
from ferry.transfer.job_runner import JobRunner

from tests.support.builders import RUN_ID, SAME_KEYS, copy_job, job_object, policy
from tests.support.clock import FakeClock, retry_policy
from tests.support.leases import MemoryLeases
from tests.support.runs import Books, NotedQueue, NotedWorkflows, open_books

FUNCTION_SECONDS = 100.0


@dataclass
class Limited:
    """Both buckets, between them functions of a task with limits, in time that passes when they wait."""

    allowance: Allowance
    source: MemorySource = field(default_factory=MemorySource)
    replica: MemoryReplica = field(default_factory=MemoryReplica)
    clock: FakeClock = field(default_factory=FakeClock)
    queue: NotedQueue = field(default_factory=NotedQueue)
    bookings: LocalBookings = field(default_factory=LocalBookings)

    def governor(self) -> Governor:
        share = Share(self.bookings, FixedLimits(self.allowance), self.clock)
        return Governor(share, self.clock, self.clock.sleep_async)

    def engine(self) -> TransferEngine:
        retry = retry_policy(self.clock)
        return TransferEngine(
            self.source, self.replica, SAME_KEYS, policy(), retry=retry, governor=self.governor()
        )

    def write(self, count: int) -> CopyJob:
        objects = []
        for number in range(count):
            described = self.source.write(f"{number:04}", b"x")
            objects.append(job_object(described.key, etag=described.etag))
        return copy_job(*objects)

    def deliver(self, books: Books, job: Message) -> None:
        """Let a function of its own carry out a job, delivered for the first time."""
        runner = JobRunner(
            books.progress,
            NotedWorkflows(),
            self.queue,
            self.engine(),
            Deleter(self.source, self.replica, SAME_KEYS, retry=retry_policy(self.clock)),
            large_object_threshold=10**9,
            large_object_state_machine_arn="arn",
            max_deliveries=3,
        )
        asyncio.run(runner.run(job, books.current(), deliveries=1, seconds=FUNCTION_SECONDS))


def test_jobs_are_put_off_until_everything_is_copied_and_never_fail_for_the_limit(table):
    limited, books = Limited(Allowance(requests=1)), open_books(table)
    job = limited.write(200)

    limited.deliver(books, job)
    while limited.queue.sent:
        again, seconds = limited.queue.sent.pop()
        assert again.job_id == job.job_id
        assert 20 <= seconds <= 900
        limited.clock.now += seconds
        limited.deliver(books, again)

    assert set(limited.replica.objects) == {f"{number:04}" for number in range(200)}
    assert books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=200, size=200)
    assert limited.clock.now >= 1000.0 + 199


def test_a_job_that_was_put_off_looks_at_replicas_before_it_copies(table):
    limited, books = Limited(Allowance(requests=1000)), open_books(table)
    job = limited.write(3)
    asyncio.run(limited.engine().copy_all(job.objects))

    limited.deliver(books, job.model_copy(update={"postponed": 1}))

    assert limited.queue.sent == []
    assert books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=3, size=3)


def test_a_notification_that_the_limits_leave_no_room_for_is_looked_at_later():
    limited = Limited(Allowance(requests=1000))
    limited.write(3)
    limited.bookings.change(Booked(), Booked(requests=limited.clock.now + 100))
    engine = limited.engine()
    deleter = Deleter(limited.source, limited.replica, SAME_KEYS, retry=retry_policy(limited.clock))
    follower = Follower(engine, deleter, MemoryLeases(), "photos", deletes=False)
    changes = [ChangedObject(key=f"{number:04}") for number in range(3)]

    followed = asyncio.run(follower.follow_all(changes, seconds=FUNCTION_SECONDS))

    assert [one.later_seconds for one in followed] == pytest.approx([100.0] * 3)
    assert limited.replica.objects == {}


def test_a_range_stops_where_the_limits_leave_no_room_and_goes_on_there_later():
    limited = Limited(Allowance(bandwidth=MIN_BANDWIDTH))
    content = random.Random(1).randbytes(20 * MIN_PART_SIZE)
    limited.source.write("large", content)
    copier = LargeObjectCopier(
        limited.source,
        limited.replica,
        SAME_KEYS,
        policy(),
        part_size=MIN_PART_SIZE,
        retry=retry_policy(limited.clock),
        governor=limited.governor(),
    )

    async def copy() -> tuple[list[int], int]:
        plan = await copier.begin("large")
        assert isinstance(plan, UploadPlan)
        lasts, waits, copied = [], 0, None
        parts = len(plan_parts(plan.size, plan.part_size))
        while copied is None or copied.last < parts:
            first = 1 if copied is None else copied.last + 1
            try:
                rest = await copier.copy_range(
                    plan, first, parts, deadline=limited.clock() + FUNCTION_SECONDS
                )
            except LimitReachedError as error:
                waits += 1
                limited.clock.now += error.wait_seconds
                continue
            copied = rest if copied is None else copied.followed_by(rest)
            lasts.append(copied.last)
        copier.complete(plan, [copied])
        return lasts, waits

    lasts, waits = asyncio.run(copy())

    assert len(lasts) > 1 or waits
    assert limited.replica.objects["large"].content == content
    assert limited.clock.now >= 1000.0 + 19 * MIN_PART_SIZE / MIN_BANDWIDTH


@pytest.mark.parametrize("postponed", range(12))
def test_the_more_often_a_job_was_put_off_the_longer_it_waits(postponed):
    longest = min(900, 40 * 2 ** min(postponed, 5))

    assert longest // 2 <= postponed_seconds(postponed) <= longest
