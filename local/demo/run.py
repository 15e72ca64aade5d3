"""``ferry demo``: replicate real data through the deployed application, and check it from outside."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import oss2
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.demo.changes import plan_changes
from local.demo.checks import adds_up, copied_exactly, ledger_of, nothing_left, rewritten_exactly
from local.demo.commands import CommandError, ferry
from local.demo.display import Display
from local.demo.oracle import compare, describe_all
from local.demo.report import Check, Report, examples
from local.demo.seed import (
    LARGE_KEY,
    LARGE_SIZE,
    PREFIX,
    SeedObject,
    large_object,
    outside_prefix,
    plan_seed,
    upload,
    upload_large,
)
from local.demo.selection import RealFile, TooFewFilesError, packages_folder, select_files
from local.demo.sides import OssSide, S3Side, open_bucket, open_s3
from local.demo.stage import Stage, ended_by_signals
from local.processes import StartError
from local.stack import LocalStack

LARGE_OBJECT_THRESHOLD = 64 << 20
SOURCE_BUCKET = "ferry-source"
REPLICA_PREFIX = "from-oss/"
_TASK = "demo"


def run_demo(*, as_json: bool, console: Console) -> int:
    """Play the whole demonstration on a stack of its own, which is removed afterwards.

    Args:
        as_json: Print the summary as one JSON document on stdout.
        console: Gets everything else; on stderr if stdout is to hold nothing but the document.

    Returns:
        The exit status: 0 if every check holds, 1 if not, 130 after an interruption.
    """
    display, report = Display(console), Report()
    report.steps = display.steps
    began = time.monotonic()
    interrupted = False
    with ended_by_signals(), Stage() as stage:
        try:
            _Play(stage, display, report).play()
        except KeyboardInterrupt:
            interrupted = True
        except (StartError, CommandError, TooFewFilesError) as error:
            report.error = str(error)
        except (BotoCoreError, ClientError, oss2.exceptions.OssError) as error:
            report.error = f"{type(error).__name__}: {error}"
        stage.keep_logs = not (report.holds or interrupted)
        display.heading("Interrupted" if interrupted else "7  Cleaning up")
        with display.step("Stop the stack and remove it"):
            stage.close()
    report.seconds = time.monotonic() - began
    if interrupted:
        return 130
    _conclude(display, report, stage)
    if as_json:
        sys.stdout.write(json.dumps(report.to_json(), indent=2) + "\n")
    return 0 if report.holds else 1


def _conclude(display: Display, report: Report, stage: Stage) -> None:
    report.print(display.console)
    if not report.holds:
        display.heading("It does not hold")
        if report.error:
            display.outcome(holds=False, text=report.error)
        display.path("The logs of the servers, the build and the functions are in", stage.logs)
        return
    display.heading(f"All {len(report.checks)} checks hold. Where to look next:")
    display.note("ferry local up        keep a stack running, and try tasks and runs on it")
    display.note("ferry copy --help     replicate without AWS: one command, one process")
    display.note("docs/architecture.md  how it works, and what is where")


class _Play:
    """The acts of the demonstration, in order."""

    def __init__(self, stage: Stage, display: Display, report: Report) -> None:
        self._stage, self._display, self._report = stage, display, report

    def play(self) -> None:
        """All of it; what is found goes into the report."""
        display = self._display
        display.heading(
            "1  A stack of its own",
            "An OSS-compatible server, ministack with IAM enforced, the real template built and deployed.",
        )
        display.path("Until the end, everything is in", self._stage.folder)
        with display.sequence() as begin:
            stack = self._stage.start(large_object_threshold=LARGE_OBJECT_THRESHOLD, on_step=begin)
        self._open(stack)

        display.heading("2  Real data on the source")
        objects = self._seed()
        count, size = len(objects) + 1, sum(step.size for step in display.steps[-2:])

        display.heading("3  A task, and its first run")
        self._create_task()
        run = self._run("First run")
        self._check(
            copied_exactly("The first run copied every object", run, objects=count, size=size, current=0)
        )

        display.heading(
            "4  Both sides, compared from outside", "With plain oss2 and boto3: every object, every byte."
        )
        self._verify("The replica equals the source", count)
        before = self._replica.versions()
        parts = before.get(LARGE_KEY.removeprefix(PREFIX), ("", ""))[0].strip('"').rpartition("-")[2]
        self._check(Check("The large object was copied in parts", parts.isdigit(), f"{parts} parts"))

        display.heading("5  Changes, and a second run")
        changes = plan_changes(objects)
        changed = [*changes.overwritten, *changes.added]
        with display.counted("Upload the changes", objects=len(changed)) as (_, done):
            _, size = upload(self._bucket, changed, lambda bytes_: done(1, bytes_))
        display.note(
            f"{len(changes.overwritten)} overwritten, one with as many bytes; {len(changes.added)} added"
        )
        run = self._run("Second run")
        current = count - len(changes.overwritten)
        self._check(
            copied_exactly(
                "The second run copied the changes alone",
                run,
                objects=len(changed),
                size=size,
                current=current,
            )
        )
        after = self._replica.versions()
        self._check(
            rewritten_exactly("S3 shows new versions of exactly those", before, after, changes.keys())
        )
        self._verify("The replica equals the source again", count + len(changes.added))

        display.heading("6  The accounts, and what is left behind")
        self._check_accounts(stack)

    def _open(self, stack: LocalStack) -> None:
        self._stack = stack
        self._bucket = open_bucket(stack.oss, SOURCE_BUCKET)
        client = open_s3(stack.aws)
        self._source = OssSide(self._bucket, PREFIX)
        self._replica = S3Side(client, stack.replica_bucket, REPLICA_PREFIX)
        self._whole_bucket = S3Side(client, stack.replica_bucket, "")

    def _seed(self) -> list[SeedObject]:
        display = self._display
        folder = packages_folder()
        display.path("Files from", folder)
        with display.step("Choose files") as step:
            files = select_files(folder)
            objects = plan_seed(files)
            step.objects, step.size = len(files), sum(file.path.stat().st_size for file in files)
        display.note(_kinds(files))
        self._bucket.create_bucket()
        upload(self._bucket, outside_prefix())
        with display.counted("Upload small objects", objects=len(objects)) as (_, done):
            upload(self._bucket, objects, lambda size: done(1, size))
        with display.counted("Upload a large object", size=LARGE_SIZE) as (large, done):
            upload_large(self._bucket, large_object(), LARGE_SIZE, lambda size: done(0, size))
            large.objects = 1
        return objects

    def _create_task(self) -> None:
        stack = self._stack
        arguments = ["task", "create", _TASK, "--source", f"oss://{SOURCE_BUCKET}/{PREFIX}"]
        arguments += ["--destination", f"s3://{stack.replica_bucket}/{REPLICA_PREFIX}"]
        ferry(stack, arguments, self._display)

    def _run(self, name: str) -> dict[str, Any]:
        step, began = self._display.new_step(name), time.monotonic()
        run = ferry(self._stack, ["run", "start", _TASK, "--wait"], self._display)
        step.seconds = time.monotonic() - began
        ends = run.get("counts", {})
        step.objects, step.size = int(ends.get("copied", 0)), int(ends.get("bytes", 0))
        self._display.took(step)
        self._report.runs.append(run)
        return run

    def _verify(self, name: str, objects: int) -> None:
        display = self._display
        with display.counted("Read all of the source", objects=objects) as (_, done):
            source = describe_all(self._source, lambda found: done(1, found.size))
        with display.counted("Read all of the replica", objects=objects) as (_, done):
            replica = describe_all(self._replica, lambda found: done(1, found.size))
        verdict = compare(source, replica)
        self._report.verdicts.append(verdict)
        self._check(Check(name, verdict.holds, str(verdict)))
        for line in examples(verdict):
            display.note(line, style="red")

    def _check_accounts(self, stack: LocalStack) -> None:
        ledger = ledger_of(stack)
        for name, run in zip(("first", "second"), self._report.runs, strict=True):
            run_id = str(run["run_id"])
            failures = sum(1 for _ in ledger.list_failures(run_id))
            self._check(
                adds_up(
                    f"The account of the {name} run adds up",
                    ledger.found(run_id),
                    ledger.counts(run_id),
                    failures=failures,
                )
            )
        everything = self._whole_bucket.versions()
        stray = [key for key in everything if not key.startswith(REPLICA_PREFIX)]
        self._check(Check("Nothing was written beside the replica prefix", not stray, f"{len(stray)} strays"))
        for check in nothing_left(stack):
            self._check(check)

    def _check(self, check: Check) -> None:
        self._report.checks.append(check)
        self._display.outcome(check.holds, f"{check.name}: {check.detail}")


def _kinds(files: Sequence[RealFile]) -> str:
    counted = Counter(file.kind for file in files)
    return ", ".join(f"{count:,} {kind}" for kind, count in counted.most_common())
