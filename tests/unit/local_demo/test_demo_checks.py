from ferry.tasks.models import Counts, Found

from local.demo.checks import adds_up, copied_exactly, rewritten_exactly
from local.demo.display import Step
from local.demo.oracle import compare
from local.demo.report import Check, Report

ENDS = {"copied": 3, "bytes": 30, "current": 7, "failed": 0}
RUN = {"state": "succeeded", "counts": ENDS}
FOUND = Found(objects=10, size=100, current=6, planned_objects=4, planned_size=40, jobs=2)
COUNTS = Counts(jobs=2, copied=2, current=1, gone=1, failed=0, size=40)


def test_a_run_that_copied_what_it_should_holds():
    assert copied_exactly("run", RUN, objects=3, size=30, current=7).holds


def test_a_run_that_copied_something_else_does_not_hold():
    check = copied_exactly("run", RUN | {"counts": ENDS | {"copied": 4}}, objects=3, size=30, current=7)

    assert not check.holds
    assert check.detail == "copied is 4, not 3"


def test_an_exact_account_adds_up():
    assert adds_up("account", FOUND, COUNTS, failures=0).holds


def test_an_account_with_a_lost_object_does_not_add_up():
    check = adds_up("account", FOUND, COUNTS.model_copy(update={"gone": 0}), failures=0)

    assert not check.holds
    assert check.detail == "objects ended 3, objects in jobs 4"


def test_a_failure_that_is_not_counted_does_not_add_up():
    assert not adds_up("account", FOUND, COUNTS, failures=1).holds


def test_exactly_the_wanted_replicas_were_rewritten():
    before, after = {"a": 1, "b": 1}, {"a": 2, "b": 1, "c": 1}

    assert rewritten_exactly("writes", before, after, {"a", "c"}).holds
    assert rewritten_exactly("writes", before, after, {"a"}).detail == "written for nothing: 'c'"
    assert rewritten_exactly("writes", before, after, {"a", "b", "c"}).detail == "not written: 'b'"


def test_a_report_holds_only_if_every_check_does():
    assert not Report().holds
    assert Report(checks=[Check("one", holds=True)]).holds
    assert not Report(checks=[Check("one", holds=True), Check("two", holds=False)]).holds
    assert not Report(checks=[Check("one", holds=True)], error="broken off").holds


def test_the_json_of_a_report_names_what_differs():
    report = Report(
        steps=[Step("Upload", "Seed", 2.0, 3, 30)],
        checks=[Check("equal", holds=False, detail="1 missing")],
        runs=[RUN],
        verdicts=[compare({}, {})],
    )

    document = report.to_json()

    assert document["ok"] is False
    assert document["steps"] == [{"name": "Upload", "objects": 3, "bytes": 30, "seconds": 2.0}]
    assert document["checks"] == [{"name": "equal", "holds": False, "detail": "1 missing"}]
    assert document["verify"][0]["same"] == 0
