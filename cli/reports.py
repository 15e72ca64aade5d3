"""``ferry run report``: what a run came to, as a document."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from ferry.errors import ConfigurationError

from cli.console import note, out, print_json
from cli.deployment import Deployment, find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption
from cli.runs import RunArgument

if TYPE_CHECKING:
    from ferry.tasks.models import Run


def report(  # noqa: PLR0913 - the options of a command
    run: RunArgument,
    *,
    report_format: Annotated[
        Literal["csv", "json"],
        typer.Option(
            "--format",
            help="csv: every failed object, for spreadsheets; json: what the run came to, and the same.",
        ),
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default="RUN.csv here", help="Where to; - is standard output."),
    ] = None,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Download the report of a run that is over."""
    from ferry.tasks.reports import ReportFormat, report_name

    deployment = find_deployment(stack, aws_region, local=local)
    found = deployment.tasks.get_run(run)
    name = report_name(run, ReportFormat(report_format))
    if str(output) == "-":
        _download(deployment, found, name, None)
        return
    file = output or Path(f"{run}.{report_format}")
    size = _download(deployment, found, name, file)
    if as_json:
        print_json({"run_id": run, "format": report_format, "file": str(file), "bytes": size})
    else:
        note(out(), f"Wrote the report of {run} to {file}.")


def _download(deployment: Deployment, run: "Run", name: str, file: Path | None) -> int:
    """Write a report to a file or to standard output; return its bytes."""
    from botocore.exceptions import ClientError

    s3 = deployment.session.client("s3")
    try:
        body = s3.get_object(Bucket=deployment.output("RunBucketName"), Key=name)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise ConfigurationError(_missing(run), reason="NoReport") from error
    size = 0
    with file.open("wb") if file is not None else nullcontext(sys.stdout.buffer) as written:
        for piece in body.iter_chunks(1024**2):
            written.write(piece)
            size += len(piece)
        written.flush()
    return size


def _missing(run: "Run") -> str:
    run_id = run.run_id
    if run.real_time:
        return f"{run_id} counts a day's notifications and has no report; see `ferry run failures {run_id}`."
    if not run.state.is_over:
        return f"The run {run_id} is not over; its report is written when it ends."
    if run.has_report:
        return f"The report of {run_id} was deleted after the stack's RunHistoryDays."
    return f"The report of {run_id} is not written yet; try again in a few minutes."
