"""The steps of the large-object workflow, and what they note about the job."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from ferry.errors import (
    ConfigurationError,
    ConflictError,
    ObjectNotFoundError,
    PartsDifferError,
    PermanentError,
    SourceChangedError,
    TransientError,
)
from ferry.multipart.plan import MIN_PART_SIZE
from ferry.multipart.steps import LargeObjectJob, LargeObjectSteps, RangeReport, caught_error
from ferry.multipart.upload import PartRange
from ferry.outcome import Result
from ferry.tasks.models import RunState

from tests.support.builders import RUN_ID, run_of, task
from tests.support.engines import Sides, large_object_copier
from tests.support.faults import raising
from tests.support.uploads import MemoryClaims, upload_keeper

CONTENT = bytes(MIN_PART_SIZE + 1)
JOB = LargeObjectJob(task_id="photos", run_id=RUN_ID, job_id="0001.0.0", key="k", attempt=2)


@dataclass
class NotedProgress:
    """Notes what was closed and given up."""

    closed: list = field(default_factory=list)
    given_up: list = field(default_factory=list)

    def close_job(self, run_id, job_id, outcomes, *, attempts):
        self.closed.append((run_id, job_id, outcomes, attempts))

    def give_up(self, run_id, error):
        self.given_up.append((run_id, str(error)))

    @property
    def results(self):
        return [outcome.result for _, _, outcomes, _ in self.closed for outcome in outcomes]


@pytest.fixture
def sides():
    sides = Sides()
    sides.write("k", CONTENT)
    return sides


@pytest.fixture
def progress():
    return NotedProgress()


@pytest.fixture
def claims():
    return MemoryClaims()


@pytest.fixture
def steps(sides, progress, claims):
    """The steps of one job, as of a state of its run."""

    def steps(run=None, job=JOB):
        copier = large_object_copier(sides)
        run = run or run_of(task(destination={"prefix": "copies/"}))
        return LargeObjectSteps(job, run, copier, progress, upload_keeper(sides.replica, claims))

    return steps


def begin(steps):
    return asyncio.run(steps.begin())


def copy(steps, plan, before=None, deadline=2000.0):
    return asyncio.run(steps.copy_range(plan, PartRange(first=1, last=2), before, deadline=deadline))


def test_a_job_is_closed_by_the_step_that_completes_it(sides, steps, progress):
    plan = begin(steps())
    report = copy(steps(), plan)
    before = list(progress.closed)

    outcome = steps().complete(plan, [report])

    assert before == []
    assert progress.closed == [(RUN_ID, "0001.0.0", [outcome], 2)]
    assert sides.content("k") == CONTENT


def test_a_job_with_nothing_to_copy_is_closed_at_once(sides, steps, progress):
    plan = begin(steps())
    steps().complete(plan, [copy(steps(), plan)])
    sides.source.remove("k")

    again = begin(steps())

    assert again is None
    assert progress.results == [Result.COPIED, Result.GONE]


@pytest.mark.parametrize("change", [{"state": RunState.FAILED}, {"reason": "The key is disabled."}])
def test_nothing_is_begun_for_a_run_that_ended(sides, progress, steps, change):
    assert begin(steps(run_of(**change))) is None
    assert (progress.closed, sides.replica.uploads) == ([], {})


@pytest.mark.parametrize(
    ("error", "expected", "raised"),
    [
        (SourceChangedError("It changed."), "SourceChangedError", SourceChangedError),
        (ObjectNotFoundError("It is gone."), "SourceChangedError", SourceChangedError),
        (PermanentError("Archived.", reason="Archived"), "PermanentError", PermanentError),
        (ConfigurationError("Refused.", reason="AccessDenied"), "ConfigurationError", ConfigurationError),
    ],
)
def test_what_trying_again_cannot_help_is_reported_and_raised_at_the_end(
    sides, steps, progress, error, expected, raised
):
    plan = begin(steps())
    sides.source.surprises.before["open"] = [raising(error)] * 2

    report = copy(steps(), plan)
    stored = RangeReport.model_validate(json.loads(report.model_dump_json(exclude_none=True)))
    with pytest.raises(raised) as caught:
        steps().complete(plan, [stored])

    assert (report.copied, report.problem.error) == (None, expected)
    assert type(caught.value) is raised
    assert (caught.value.reason, str(caught.value)) == (error.reason, str(error))
    assert (progress.closed, sides.content("k")) == ([], None)


def test_what_trying_again_may_help_is_raised_at_once(sides, steps, progress):
    plan = begin(steps())
    sides.source.surprises.before["open"] = [raising(TransientError("Broken."))] * 100

    with pytest.raises(TransientError):
        copy(steps(), plan)


@pytest.mark.parametrize("error", [ConflictError("Theirs."), PartsDifferError("Damaged.")])
def test_a_job_that_cannot_be_completed_stays_open(sides, steps, progress, error):
    plan = begin(steps())
    report = copy(steps(), plan)
    sides.replica.surprises.before["complete_upload"] = [raising(error)]

    with pytest.raises(type(error)):
        steps().complete(plan, [report])

    assert progress.closed == []


def test_a_range_goes_on_after_what_earlier_calls_have_copied(sides, steps):
    plan = begin(steps())
    first = asyncio.run(steps().copy_range(plan, PartRange(first=1, last=1), deadline=2000.0)).copied

    report = copy(steps(), plan, first)

    assert (report.copied.first, report.copied.last) == (1, 2)
    assert sides.source.surprises.calls.count("open") == 2
    assert steps().complete(plan, [report]).result is Result.COPIED


@pytest.mark.parametrize("change", [{"state": RunState.FAILED}, {"reason": "The key is disabled."}])
def test_a_run_that_ends_midway_gets_no_copy_and_keeps_no_upload(sides, steps, progress, change):
    plan = begin(steps())
    over = run_of(task(destination={"prefix": "copies/"}), **change)

    report = copy(steps(over), plan)
    with pytest.raises(PermanentError) as caught:
        steps(over).complete(plan, [report])
    steps(over).fail(caught.value)

    assert (report.problem.reason, sides.content("k")) == ("RunEnded", None)
    assert (progress.closed, sides.replica.uploads) == ([], {})


def test_an_upload_that_somebody_aborted_is_planned_again(sides, steps):
    plan = begin(steps())
    sides.replica.uploads.clear()

    report = copy(steps(), plan)

    assert (report.problem.error, report.problem.reason) == ("SourceChangedError", "NoSuchUpload")


@pytest.mark.parametrize("others_work", [True, False])
def test_a_refusal_is_about_one_object_when_others_may_be_copied(sides, steps, others_work):
    refused = ConfigurationError("OSS answered 403 AccessDenied.", reason="AccessDenied")
    if others_work:
        sides.write("other", b"x")
    sides.source.surprises.before["head"] = [raising(refused)]

    with pytest.raises(PermanentError if others_work else ConfigurationError) as caught:
        begin(steps())

    assert isinstance(caught.value, ConfigurationError) is not others_work


def test_a_failure_after_all_was_copied_counts_as_copied(sides, steps, progress):
    plan = begin(steps())
    report = copy(steps(), plan)
    large_object_copier(sides).complete(plan, [report.copied])
    job = JOB.model_copy(update={"etag": plan.etag})

    steps(job=job).fail(PermanentError("The answer was lost."))

    assert progress.results == [Result.COPIED]


def test_a_failure_closes_the_job_with_its_reason(steps, progress):
    steps().fail(PermanentError("It is archived.", reason="Archived"))

    ((_, _, (outcome,), attempts),) = progress.closed
    assert (outcome.key, outcome.result, outcome.reason, attempts) == ("k", Result.FAILED, "Archived", 2)
    assert progress.given_up == []


def test_a_wrong_setting_ends_the_run_too(steps, progress):
    steps().fail(ConfigurationError("The key is disabled."))

    assert progress.given_up == [(RUN_ID, "The key is disabled.")]
    assert progress.results == [Result.FAILED]


@pytest.mark.parametrize(
    ("caught", "kind", "reason", "message"),
    [
        (
            {"Error": "PermanentError", "Cause": '{"errorMessage": "It is archived."}'},
            PermanentError,
            "Permanent",
            "It is archived.",
        ),
        (
            {"Error": "ConfigurationError", "Cause": "The key is disabled."},
            ConfigurationError,
            "Configuration",
            "The key is disabled.",
        ),
        ({"Error": "States.Timeout", "Cause": ""}, PermanentError, "States.Timeout", "States.Timeout"),
        ({"Error": "States.Timeout"}, PermanentError, "States.Timeout", "States.Timeout"),
        ({"Error": "Lambda.Unknown", "Cause": "[1]"}, PermanentError, "Lambda.Unknown", "[1]"),
        ({"Cause": "cut off {"}, PermanentError, "Unknown", "cut off {"),
        ({}, PermanentError, "Unknown", "Unknown"),
    ],
)
def test_what_a_workflow_caught_becomes_an_error_with_a_sentence(caught, kind, reason, message):
    error = caught_error(caught)

    assert type(error) is kind
    assert (error.reason, str(error)) == (reason, message)


def test_a_job_takes_fields_that_later_steps_add():
    job = LargeObjectJob.model_validate({**JOB.model_dump(), "upload_id": "u", "ranges": []})

    assert job == JOB
