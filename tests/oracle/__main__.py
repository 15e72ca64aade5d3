"""Run an official SDK's test suite against a fresh OSS-compatible server per file.

``python -m tests.oracle oss2 ../aliyun-oss-python-sdk`` runs every test file of a checkout and prints passed,
failed and not applicable per file. What does not apply, and why, is in ``not_applicable/*.toml``.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local.oss.credentials import Credential
from local.oss.embedded import OssServer
from tests.oracle import host_names
from tests.oracle.outcomes import (
    FileReport,
    Verdict,
    as_expression,
    markdown,
    sort_out,
    summary_line,
    with_section,
)
from tests.oracle.suites import PAYER, PAYER_ACCOUNT, SUITES, Suite


@dataclass(frozen=True)
class Run:
    """How files are run.

    Attributes:
        suite: The suite.
        folder: Where its commands run.
        pem: Certificate and key of the TLS door.
        logs: Folder for what the runs print.
        timeout_seconds: Longest time for one file.
    """

    suite: Suite
    folder: Path
    pem: Path
    logs: Path
    timeout_seconds: int

    def file(self, file: str) -> FileReport:
        """Run one test file against a server of its own."""
        reasons = self.suite.not_applicable().get(file, {})
        name = file.replace("/", "-")
        records = self.logs / f"{name}.jsonl"
        records.unlink(missing_ok=True)
        server = OssServer(
            credentials=[Credential(*PAYER, account=PAYER_ACCOUNT)],
            access_log=self.logs / f"{name}.requests",
            restore_delay_seconds=60,
        )
        with (
            server,
            host_names.tls_door(server.endpoint, self.pem) as tls_port,
            (self.logs / f"{name}.log").open("w", encoding="utf-8") as log,
        ):
            environment = {
                **self._environment(server, tls_port),
                "ORACLE_LEAVE_OUT": as_expression(reasons),
                "ORACLE_OUTCOMES": str(records),
            }
            command, limit = self.suite.command(file), self.timeout_seconds
            ended = ""
            try:
                subprocess.run(
                    command,
                    cwd=self.folder,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    timeout=limit,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                ended = f"the file took longer than {limit} seconds"
        return sort_out(file, records, reasons, ended)

    def _environment(self, server: OssServer, tls_port: int) -> dict[str, str]:
        """What the suite and what is loaded into it want to know about the server."""
        trusted = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
        return {
            **os.environ,
            **self.suite.environment(server.access_key_id, server.access_key_secret),
            **dict.fromkeys(trusted, str(self.pem)),
            "ORACLE_HTTP_PORT": server.endpoint.rpartition(":")[2],
            "ORACLE_HTTPS_PORT": str(tls_port),
            "ORACLE_HOSTS": host_names.PATTERN,
        }


def main() -> int:
    """Run what the command line names; 1 when a test fails or a reason is out of date."""
    parser = _parser()
    chosen = parser.parse_args()
    if chosen.file and chosen.report:
        parser.error("a report is about all files of a suite")
    suite = next(suite for suite in SUITES if suite.name == chosen.suite)
    checkout = chosen.checkout.resolve()
    logs = chosen.logs.resolve() / suite.name
    logs.mkdir(parents=True, exist_ok=True)
    folder = suite.prepare(checkout, chosen.logs.resolve())
    with (
        tempfile.TemporaryDirectory() as keys,
        ThreadPoolExecutor(1 if suite.shares_files else chosen.jobs) as pool,
    ):
        run = Run(suite, folder, host_names.write_certificate(Path(keys)), logs, chosen.timeout)
        files = sorted(str(path.relative_to(folder)) for path in folder.glob(suite.files))
        files = [file for file in files if not chosen.file or any(name in file for name in chosen.file)]
        reports = []
        for report in pool.map(run.file, files):
            reports.append(report)
            _say(summary_line(report))
            _tell_failures(report)
    totals = FileReport("total", {f"{r.file} {t}": v for r in reports for t, v in r.verdicts.items()})
    _say(summary_line(totals))
    if chosen.report:
        section = markdown(suite.heading(checkout), reports)
        before = chosen.report.read_text(encoding="utf-8") if chosen.report.exists() else ""
        chosen.report.write_text(with_section(before, suite.project, section), encoding="utf-8")
    return 1 if totals.count(Verdict.FAILED) or any(report.unused for report in reports) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("suite", choices=[suite.name for suite in SUITES])
    parser.add_argument("checkout", type=Path, help="a checkout of the suite's project")
    parser.add_argument(
        "--file", action="append", help="only files whose path contains this; may be repeated"
    )
    parser.add_argument("--jobs", type=int, default=4, help="files at a time; most of them wait a lot")
    parser.add_argument("--timeout", type=int, default=900, help="seconds for one file")
    parser.add_argument("--logs", type=Path, default=Path(".ferry/oracle"), help="folder for what runs print")
    parser.add_argument("--report", type=Path, help="put a table into this Markdown file")
    return parser


def _tell_failures(report: FileReport) -> None:
    for title, verdict in report.verdicts.items():
        if verdict is Verdict.FAILED:
            _say(f"    {title}: {report.reasons[title][:200]}")
    for glob in report.unused:
        _say(f"    no test matches the reason for {glob!r}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
