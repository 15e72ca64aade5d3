"""Tasks and copies that take no more than they may: slower, and exact all the same.

Times are checked from below only: how long something takes at the most depends on the machine.
"""

import random
from datetime import datetime
from typing import Any

from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User
from tests.support.two_sides import TwoSides
from tests.support.waiting import wait_for

MIB = 1024**2
SMALL = {f"{number:03}": str(number).encode() for number in range(150)}
LARGE = random.Random(1).randbytes(2 * LARGE_OBJECT_THRESHOLD + MIB)


def fill(user: User, name: str, contents: dict[str, bytes]) -> None:
    bucket = user.source(name)
    for key, content in contents.items():
        bucket.put_object(key, content)


def seconds_of(run: Any) -> float:
    started, ended = (datetime.fromisoformat(run[name]) for name in ("started_at", "ended_at"))
    return (ended - started).total_seconds()


def test_small_objects_are_copied_no_faster_than_the_task_may(user: User):
    fill(user, "limited", SMALL)
    created = user.create_task("limited", "oss://limited/", max_requests="20")
    assert created.code == 0, created.stderr

    run = user.ferry("run", "start", "limited", "--wait", "--json")

    assert (run.code, run.json["counts"]["copied"], run.json["counts"]["failed"]) == (0, 150, 0), run.stderr
    assert user.replicas("limited/") == SMALL
    # The first half second's requests begin at once.
    assert seconds_of(run.json) > 6


def test_limits_can_be_changed_while_a_run_is_under_way(user: User):
    fill(user, "changed", SMALL)
    user.create_task("changed", "oss://changed/", max_requests="5")
    run_id = user.ferry("run", "start", "changed", "--json").json["run_id"]
    wait_for(lambda: user.ferry("run", "show", run_id, "--json").json["found"]["planned_objects"])

    changed = user.ferry(
        *("task", "limits", "changed", "--max-requests", "500", "--limits-timezone", "Asia/Shanghai"),
        *("--limit-window", "mon-sun 00:00-00:00 100M", "--json"),
    )
    state = user.ferry("run", "show", run_id, "--json").json["state"]
    run = user.ferry("run", "watch", run_id, "--json")
    shown = user.ferry("task", "show", "changed")

    assert (changed.code, changed.json["limits"]["requests"]) == (0, 500), changed.stderr
    assert state == "running"
    assert (run.code, run.json["counts"]["copied"], run.json["counts"]["failed"]) == (0, 150, 0), run.stderr
    assert user.replicas("changed/") == SMALL
    assert "mon-sun 00:00-00:00: 100.0 MiB/s" in shown.stdout


def test_a_large_object_is_copied_no_faster_than_the_task_may(user: User):
    fill(user, "slow", {"large": LARGE})
    user.create_task("slow", "oss://slow/", max_bandwidth="5M")

    run = user.ferry("run", "start", "slow", "--wait", "--json")

    assert (run.code, run.json["counts"]["copied"], run.json["counts"]["failed"]) == (0, 1, 0), run.stderr
    assert user.replicas("slow/") == {"large": LARGE}
    assert user.uploads() == []
    assert seconds_of(run.json) > 3


def test_ferry_copy_keeps_its_limits_and_copies_all(sides: TwoSides):
    contents = {"large": LARGE[: 11 * MIB]} | {key: SMALL[key] for key in sorted(SMALL)[:50]}
    for key, content in contents.items():
        sides.source.put_object(key, content)

    copied = sides.copy("--max-requests", "20", "--max-bandwidth", "5M", "--large-object-threshold", "8M")
    refused = sides.copy("--max-bandwidth", "1K")

    assert (copied.code, copied.json["copied"]) == (0, len(contents)), copied.stderr
    assert sides.replicas() == contents
    assert copied.json["seconds"] > 2
    assert refused.code == 2
    assert "--max-bandwidth must be at least 1 MiB/s" in " ".join(refused.stderr.replace("│", " ").split())
