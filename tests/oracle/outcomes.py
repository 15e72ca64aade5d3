"""What became of each test, and the tables that say it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

WHOLE_FILE = "(whole file)"
"""Title of a file that has no tests, or cannot be loaded."""


class Verdict(StrEnum):
    """Every test ends in one of these."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass
class FileReport:
    """One test file's outcomes.

    Attributes:
        file: Path inside the checkout.
        verdicts: Verdict by test title.
        reasons: Why a test did not pass, by title.
        unused: Globs of the table of reasons that match no test.
    """

    file: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    def count(self, verdict: Verdict) -> int:
        """How many tests ended so."""
        return Counter(self.verdicts.values())[verdict]


def as_expression(globs: Iterable[str]) -> str:
    """A regular expression, for Python and JavaScript, of the titles that any glob matches."""
    escaped = [".*".join(re.sub(r"[^\w ]", r"\\\g<0>", text) for text in glob.split("*")) for glob in globs]
    return "|".join(escaped) or "(?!)"


def sort_out(file: str, records: Path, reasons: Mapping[str, str], ended: str) -> FileReport:
    """Sort a file's records.

    Args:
        file: Path inside the checkout.
        records: JSON lines that the run wrote.
        reasons: Why tests do not apply, by glob of titles.
        ended: How the run ended when it did not end by itself, such as a time-out; otherwise empty.
    """
    report = FileReport(file)
    lines = records.read_text(encoding="utf-8").splitlines() if records.exists() else []
    entries = [json.loads(line) for line in lines]
    found = [title for entry in entries for title in entry.get("found", [])] or [WHOLE_FILE]
    used: set[str] = set()
    for title in found:
        glob = next((glob for glob in reasons if fnmatchcase(title, glob.replace("[", "[[]"))), None)
        if glob is None:
            report.verdicts[title] = Verdict.FAILED
            report.reasons[title] = ended or "did not run"
        else:
            used.add(glob)
            report.verdicts[title] = Verdict.NOT_APPLICABLE
            report.reasons[title] = reasons[glob]
    for entry in entries:
        if "title" in entry:
            _enter(report, entry["title"], entry["outcome"], entry["said"])
    report.unused = [glob for glob in reasons if glob not in used]
    return report


def _enter(report: FileReport, title: str, outcome: str, said: str) -> None:
    if report.verdicts.get(title) is Verdict.NOT_APPLICABLE:
        return
    if outcome == "passed":
        report.verdicts[title] = Verdict.PASSED
        report.reasons.pop(title, None)
        return
    report.verdicts[title] = Verdict.FAILED
    report.reasons[title] = said if outcome == "failed" else f"skipped by the suite: {said}"


def summary_line(report: FileReport) -> str:
    """A file's counts for the terminal."""
    counts = "  ".join(f"{report.count(verdict):4} {verdict}" for verdict in Verdict)
    return f"{report.file:64} {counts}"


def markdown(heading: str, reports: Sequence[FileReport]) -> str:
    """A section with a row per file, and a row per reason for what did not pass."""
    lines = [
        f"## {heading}",
        "",
        "| File | Passed | Failed | Not applicable | Reasons |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for report in reports:
        cells = [f"`{report.file}`", *(str(report.count(verdict)) for verdict in Verdict), _reasons(report)]
        lines.append(f"| {' | '.join(cells)} |")
    totals = [str(sum(report.count(verdict) for report in reports)) for verdict in Verdict]
    lines.append(f"| **Total** | {' | '.join(f'**{total}**' for total in totals)} | |")
    failed = [
        f"- `{report.file}` {title}: {report.reasons[title]}"
        for report in reports
        for title, verdict in report.verdicts.items()
        if verdict is Verdict.FAILED
    ]
    if failed:
        lines += ["", "Failed:", "", *failed]
    return "\n".join(lines) + "\n"


def with_section(document: str, project: str, section: str) -> str:
    """A document with a project's section replaced, or appended when it has none."""
    start = document.find(f"## {project} ")
    if start < 0:
        return f"{document.rstrip()}\n\n{section}" if document else section
    end = document.find("\n## ", start)
    return document[:start] + section + (document[end:] if end >= 0 else "")


def _reasons(report: FileReport) -> str:
    reasons = [
        report.reasons[title]
        for title, verdict in report.verdicts.items()
        if verdict is Verdict.NOT_APPLICABLE
    ]
    counted = Counter(reasons)
    if len(counted) == 1:
        return next(iter(counted))
    return "; ".join(f"{reason} ({count})" for reason, count in counted.items())
