import io
import json
from dataclasses import replace

from ferry.errors import ConfigurationError
from ferry.replicate import Tally
from rich.console import Console

from cli.copy import snapshot, summarise
from cli.errors import explain
from cli.summary import SHOWN_FAILURES, FailureList, Summary


def printed(failures: FailureList) -> list[str]:
    written = io.StringIO()
    failures.print(Console(file=written, width=40))
    return written.getvalue().splitlines()


def test_a_tally_becomes_the_documented_json():
    tally = Tally(found=9, planned=6, copied=4, current=3, gone=1, failed=1, size=70, is_listed=True)
    tally.unverified, tally.metadata_dropped = 2, 1

    document = summarise(tally, 1.23456).to_json()

    assert json.dumps(document) == (
        '{"objects": 8, "bytes": 70, "copied": 4, "current": 3, "deleted": 0, "failed": 1, "seconds": 1.235, '
        '"unverified": 2, "metadata_dropped": 1, "excluded": 0, "archived": 0}'
    )


def test_what_to_know_about_copied_objects_is_shown_when_there_is_something():
    quiet = Summary(objects=3, bytes=0, copied=3, current=0, deleted=0, failed=0, seconds=2.0)

    rows = dict(replace(quiet, unverified=2, metadata_dropped=1).rows(dry_run=False))

    assert (rows["  Unverified"], rows["  Without their metadata"]) == ("2", "1")
    assert "  Unverified" not in dict(quiet.rows(dry_run=False))


def test_a_tally_becomes_a_snapshot():
    tally = Tally(found=9, planned=6, planned_size=100, closed=5, failed=1, moved_size=80, is_listed=True)

    shown = snapshot(tally, "Copying")

    assert (shown.objects, shown.total_objects, shown.size, shown.total_size) == (5, 6, 80, 100)
    assert (shown.looked_at, shown.failed, shown.is_total_final) == (9, 1, True)


def test_a_dry_run_says_that_nothing_was_copied():
    summary = Summary(objects=3, bytes=1024, copied=2, current=1, deleted=0, failed=0, seconds=2.0)

    rows, dry_rows = dict(summary.rows(dry_run=False)), dict(summary.rows(dry_run=True))

    assert (rows["Copied"], rows["Bytes copied"]) == ("2", "1.0 KiB (512 B/s)")
    assert (dry_rows["Would be copied"], dry_rows["Bytes to copy"]) == ("2", "1.0 KiB")


def test_the_first_failures_are_listed_and_all_are_counted():
    told = []
    failures = FailureList(lambda **failure: told.append(failure))
    for number in range(SHOWN_FAILURES + 3):
        failures.add(
            f"key {number}", "Archived", "The object is archived, which needs a line longer than that."
        )

    shown = printed(failures)

    assert len(shown) == SHOWN_FAILURES + 1
    assert shown[0] == (
        "failed: key 0: Archived: The object is archived, which needs a line longer than that."
    )
    assert shown[-1] == "… and 3 more failed."
    assert len(told) == failures.count == SHOWN_FAILURES + 3


def test_no_failure_prints_nothing():
    assert printed(FailureList()) == []


def test_the_first_error_of_a_group_is_explained():
    group = ExceptionGroup("several", [ExceptionGroup("inner", [ConfigurationError("Do this.")])])

    assert explain(group) == "Do this."


def test_an_error_nobody_foresaw_is_not_explained_away():
    assert explain(ZeroDivisionError()) is None
