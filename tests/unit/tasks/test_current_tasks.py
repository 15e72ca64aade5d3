from ferry.tasks.current import KEEP_SECONDS, RealTimeTasks
from ferry.tasks.real_time import RealTime, SenderSecret

from tests.support.builders import task
from tests.support.clock import FakeClock

FOLLOWING = RealTime(secrets=(SenderSecret(nonce="0" * 32),))


class Table:
    """Counts how often its tasks are read."""

    def __init__(self):
        self.tasks = [task("photos", real_time=FOLLOWING), task("archive")]
        self.reads = 0

    def __call__(self):
        self.reads += 1
        return list(self.tasks)


def test_only_tasks_that_follow_notifications_are_there():
    tasks = RealTimeTasks(Table(), FakeClock())

    assert [one.task_id for one in tasks.all()] == ["photos"]
    assert tasks.get("archive") is None


def test_the_table_is_read_now_and_then():
    table, clock = Table(), FakeClock()
    tasks = RealTimeTasks(table, clock)
    for _ in range(5):
        tasks.all()
    clock.now += KEEP_SECONDS

    tasks.get("photos")

    assert table.reads == 2


def test_whoever_misses_a_task_may_read_again_but_not_every_time():
    table, clock = Table(), FakeClock()
    tasks = RealTimeTasks(table, clock)
    tasks.all()
    table.tasks.append(task("videos", real_time=FOLLOWING))
    clock.now += 1

    assert [tasks.read_again(), tasks.read_again()] == [True, False]
    assert tasks.get("videos") is not None
    assert table.reads == 2
