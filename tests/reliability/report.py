"""The matrix as tables: one row per kind of request and fault."""

from collections import defaultdict
from collections.abc import Sequence

from tests.reliability.request_kinds import Side
from tests.reliability.verdicts import Ending, Verdict

_HEADINGS = {
    Side.OSS: "### Requests to OSS",
    Side.S3: "### Requests to S3",
}


def markdown(verdicts: Sequence[Verdict]) -> str:
    """Return everything as Markdown, with the numbers first."""
    lines = [totals(verdicts), ""]
    for side, heading in _HEADINGS.items():
        of_side = [verdict for verdict in verdicts if verdict.cell.request.side is side]
        if of_side:
            lines += [heading, "", *_table(of_side), ""]
    return "\n".join(lines)


def totals(verdicts: Sequence[Verdict]) -> str:
    """Return the numbers as a sentence."""
    count: defaultdict[Ending, int] = defaultdict(int)
    for verdict in verdicts:
        count[verdict.ending] += 1
    injected = sum(verdict.injected for verdict in verdicts)
    wrong = sum(bool(verdict.wrongs) for verdict in verdicts)
    endings = ", ".join(f"{count[ending]:,} {ending}" for ending in Ending if count[ending])
    return f"{len(verdicts):,} cells, {injected:,} faults injected: {endings}; {wrong} wrong."


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    rows: dict[tuple[str, str], dict[bool, Verdict]] = defaultdict(dict)
    for verdict in verdicts:
        cell = verdict.cell
        rows[cell.request.name, cell.kind.name][cell.is_always] = verdict
    lines = ["| Request | Fault | Once per key | Every time |", "| --- | --- | --- | --- |"]
    for (request, fault), row in rows.items():
        shown = [_shown(row.get(is_always)) for is_always in (False, True)]
        lines.append(f"| {request.partition(' ')[2]} | {fault} | {' | '.join(shown)} |")
    return lines


def _shown(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    return f"**WRONG**: {verdict.text}" if verdict.wrongs else verdict.text
