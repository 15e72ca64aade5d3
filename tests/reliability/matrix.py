"""Playing cells: a whole replication with faults, and another without."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ferry.errors import FerryError

from local.oss.faults.rules import Rule, RuleReport
from tests.reliability.cells import Cell, Group, sample_of
from tests.reliability.faults import ROTATED_KEY_ID, Nature
from tests.reliability.request_kinds import Side
from tests.reliability.sides import Clouds, Sides, open_sides
from tests.reliability.verdicts import Ending, Replicas, Run, Verdict, check_accounts, check_ending
from tests.support.s3_faults.rules import S3Error, S3Rule


def play(group: Group, clouds: Clouds) -> list[Verdict]:
    """Run the cells of a group and judge each of them."""
    first = group.cells[0]
    is_rotated = first.kind.nature is Nature.ROTATED
    is_impatient = first.kind.has_to_be_waited_for
    with open_sides(clouds, is_rotated=is_rotated, is_impatient=is_impatient) as sides:
        for sample in group.samples:
            sample.put(sides.source, sides.replica)
        with _injected(group, clouds, sides) as injected:
            run = replicate(sides, "with-faults")
        wrongs = _check_all(group, sides, run)
        if run.error is not None or run.failures:
            wrongs += _check_next_run(group, sides)
        return [
            _verdict(cell, sides, run, report, wrongs)
            for cell, report in zip(group.cells, injected.reports, strict=False)
        ]


def replicate(sides: Sides, run_id: str) -> Run:
    """Run one replication to its end."""
    replication = sides.replication(run_id)
    error = None
    try:
        sides.source.runner.run(replication.run())
    except FerryError as stopped:
        error = stopped
    return Run(replication.tally, sides.failures, error)


def _check_all(group: Group, sides: Sides, run: Run) -> list[str]:
    """What holds for every run, whatever went wrong in it."""
    wrongs = check_accounts(group.samples, run)
    replicas = Replicas(sides)
    natures = {sample_of(cell).key: cell.kind.nature for cell in group.cells if not cell.is_of_run}
    for sample in group.samples:
        is_changed = natures.get(sample.key) in {Nature.CHANGED, Nature.GONE}
        wrongs += replicas.check(sample, run, is_changed=is_changed)
    wrongs += replicas.check_uploads({key for cell in group.cells for key in cell.uploads_left})
    met = {sample_of(cell).key for cell in group.cells} if not group.cells[0].is_of_run else None
    strangers = [failure.key for failure in run.failures if met is not None and failure.key not in met]
    return wrongs + [f"{key!r} failed though nothing happened to it" for key in strangers]


def _check_next_run(group: Group, sides: Sides) -> list[str]:
    """A run that meets no faults leaves the destination as the source is."""
    run = replicate(sides, "without-faults")
    if run.error is not None or run.failures:
        return [f"the next run did not succeed: {run.error or run.failures}"]
    return [wrong for sample in group.samples for wrong in Replicas(sides).check_current(sample)]


def _verdict(cell: Cell, sides: Sides, run: Run, report: RuleReport, wrongs: Sequence[str]) -> Verdict:
    key = None if cell.is_of_run else sample_of(cell).key
    ending, reasons = run.ending_of(key)
    if key is not None and ending is Ending.SURVIVED and not sides.source.bucket.object_exists(key):
        ending = Ending.GONE
    told = f"{run.error or run.failures}"
    found = [*wrongs, *check_ending(cell, ending, reasons, told)]
    if not report.applied:
        found.append("the fault never happened")
    return Verdict(cell, ending, reasons, report.applied, tuple(found))


@contextmanager
def _injected(group: Group, clouds: Clouds, sides: Sides) -> Iterator[Any]:
    if group.request.side is Side.OSS:
        bucket = sides.source.bucket.bucket_name
        with clouds.oss.faults.injected(*(Rule(**_rule(cell, bucket)) for cell in group.cells)) as injected:
            yield injected
        return
    bucket = sides.replica.store.bucket
    rules = [S3Rule(**_rule(cell, bucket)) for cell in group.cells]
    with clouds.proxy.injected(*rules, *_provoking(group, bucket)) as injected:
        yield injected


def _rule(cell: Cell, bucket: str) -> dict[str, Any]:
    is_rotated = cell.kind.nature is Nature.ROTATED
    return {
        "fault": cell.kind.fault,
        "operations": (cell.request.operation,),
        "bucket": bucket,
        "key": cell.request.key if cell.is_of_run else sample_of(cell).key,
        "access_key_id": ROTATED_KEY_ID if is_rotated else "*",
        "per_key": True,
        "times": None if cell.is_always or is_rotated else 1,
    }


def _provoking(group: Group, bucket: str) -> tuple[S3Rule, ...]:
    """What has to go wrong besides, so that there is something to abort."""
    request = group.request
    if request.operation != "AbortMultipartUpload" or request.is_of_run:
        return ()
    fault = S3Error(code="NoSuchUpload", status=404)
    return (
        S3Rule(fault=fault, bucket=bucket, operations=("UploadPart",), key="large/*", times=1, per_key=True),
    )
