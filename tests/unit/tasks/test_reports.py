"""Reports of runs, as CSV and as JSON."""

import csv
import io
import json
import tracemalloc

import pytest
from ferry.tasks.models import Counts, Failure, Found, RunState
from ferry.tasks.reports import (
    COLUMNS,
    ReportFormat,
    RunSummary,
    csv_report,
    json_report,
    report_name,
    write_reports,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, RUN_ID, run_of, task
from tests.support.runs import MemoryDocuments

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["=1+1", "+a", "-a", "@a", "\ta", "\ra", "\na", "'=a", 'a"b', "a,b", "a\r\nb", "日本", ""]
)
FAILURES = st.lists(
    st.builds(
        Failure,
        key=TEXTS,
        reason=TEXTS,
        message=TEXTS,
        attempts=st.integers(1, 9),
        action=st.sampled_from(["copy", "delete"]),
    ),
    max_size=8,
)


def summary(**fields):
    run = run_of(task(**fields), state=RunState.COMPLETED_WITH_FAILURES, ended_at=NOON)
    return RunSummary(
        run=run, found=Found(objects=3, current=1), counts=Counts(copied=1, failed=1, current=1)
    )


def rows(pieces):
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@given(FAILURES)
def test_a_csv_holds_every_failure_and_no_formula(failures):
    head, *body = rows(csv_report(failures))

    assert tuple(head) == COLUMNS
    assert not [
        cell for row in body for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    ]
    read = [
        Failure(
            key=key.removeprefix("'"),
            action=action,
            reason=reason.removeprefix("'"),
            message=message.removeprefix("'"),
            attempts=int(attempts),
        )
        for key, action, reason, message, attempts in body
    ]
    assert read == failures


@given(FAILURES)
def test_a_json_report_is_one_document_with_every_failure_as_it_is(failures):
    document = json.loads(b"".join(json_report(summary(), failures)))

    assert [Failure(**failure) for failure in document["failures"]] == failures
    assert document["failures_are_complete"] is True


def test_a_csv_opens_rightly_in_a_spreadsheet():
    written = b"".join(csv_report([Failure(key="日本", reason="R", message="m")]))

    assert (
        written
        == b"\xef\xbb\xbfkey,action,reason,message,attempts\r\n\xe6\x97\xa5\xe6\x9c\xac,copy,R,m,1\r\n"
    )


def test_a_summary_says_what_the_run_came_to_and_keeps_secrets():
    told = {"email": "a@example.com", "webhook": "https://hooks.example.com/secret"}
    real_time = {"secrets": [{"nonce": "0" * 32}]}

    document = json.loads(b"".join(json_report(summary(alerts=told, real_time=real_time), [])))

    assert (document["run_id"], document["state"], document["task_id"]) == (
        RUN_ID,
        "completed_with_failures",
        "photos",
    )
    assert (document["counts"]["copied"], document["counts"]["current"], document["counts"]["failed"]) == (
        1,
        2,
        1,
    )
    assert document["task"]["source"]["bucket"] == "photos-source"
    assert document["task"]["alerts"] == {"email": "a@example.com", "lag_seconds": None}
    assert "0" * 32 not in json.dumps(document)


def test_a_report_that_runs_out_of_time_says_so():
    failures = [Failure(key=str(number), reason="R", message="m") for number in range(2000)]

    document = json.loads(b"".join(json_report(summary(), failures, lambda: True)))
    *_, last = rows(csv_report(failures, lambda: True))

    assert (len(document["failures"]), document["failures_are_complete"]) == (500, False)
    assert last[2] == "ReportCutOff"


def test_both_reports_are_written_under_the_name_of_the_run():
    documents = MemoryDocuments()

    write_reports(documents, summary(), lambda: [Failure(key="k", reason="R", message="m")])

    assert set(documents.kept) == {f"reports/{RUN_ID}.csv", f"reports/{RUN_ID}.json"}
    assert report_name(RUN_ID, ReportFormat.CSV) == f"reports/{RUN_ID}.csv"


@pytest.mark.parametrize("make", [csv_report, lambda failures: json_report(summary(), failures)])
def test_a_hundred_thousand_failures_take_the_memory_of_a_few(make):
    failures = (Failure(key=f"key {n}", reason="R", message="m" * 100) for n in range(100_000))

    tracemalloc.start()
    size = sum(len(piece) for piece in make(failures))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 10_000_000
    assert peak < 2_000_000
