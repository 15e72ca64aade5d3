"""What the demonstration found: its steps, its checks, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.demo.display import Step, format_size
from local.demo.oracle import Verdict

_SHOWN = 10


@dataclass(frozen=True)
class Check:
    """Something that must be so.

    Attributes:
        name: What, as a sentence.
        holds: Whether it is.
        detail: What was seen.
    """

    name: str
    holds: bool
    detail: str = ""


@dataclass
class Report:
    """Everything the demonstration has to say.

    Attributes:
        steps: What was done, in order.
        checks: What was checked, in order.
        runs: What ``ferry run start --wait --json`` printed, run by run.
        verdicts: What the oracle said after each run.
        error: Why it broke off; empty when it did not.
        seconds: How long everything took.
    """

    steps: Sequence[Step] = ()
    checks: list[Check] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether it went to its end and every check holds."""
        return not self.error and bool(self.checks) and all(check.holds for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the document that ``--json`` prints; lists of keys are cut to the first ones."""
        return {
            "ok": self.holds,
            "error": self.error or None,
            "seconds": round(self.seconds, 1),
            "steps": [
                {
                    "name": step.name,
                    "objects": step.objects,
                    "bytes": step.size,
                    "seconds": round(step.seconds, 3),
                }
                for step in self.steps
            ],
            "runs": self.runs,
            "verify": [
                {
                    "missing": len(verdict.missing),
                    "extra": len(verdict.extra),
                    "different": len(verdict.different),
                    "same": verdict.same,
                    "bytes": verdict.size,
                    "examples": examples(verdict),
                }
                for verdict in self.verdicts
            ],
            "checks": [asdict(check) for check in self.checks],
        }

    def print(self, console: Console) -> None:
        """Print the summary for people."""
        table = Table(
            title=Text("What was done", style="bold"), title_justify="left", header_style="bold", box=None
        )
        table.add_column("Step")
        for column in ("Objects", "Bytes", "Seconds", "Objects/s", "Rate"):
            table.add_column(column, justify="right")
        for step in _rows(self.steps):
            table.add_row(step.name, *_figures(step))
        table.add_row("Together", "", "", f"{self.seconds:.1f}", "", "", style="bold")
        console.print()
        console.print(table)
        if self.checks:
            console.print()
            console.print(Text("What was checked", style="bold"))
        for check in self.checks:
            mark, style = ("✓", "green") if check.holds else ("✗", "bold red")
            detail = (f"  {check.detail}", "dim") if check.detail else ""
            console.print(Text.assemble((f"  {mark} ", style), check.name, detail), soft_wrap=True)


def examples(verdict: Verdict) -> list[str]:
    """The first differences, one sentence each."""
    found = [f"missing: {key!r}" for key in verdict.missing[:_SHOWN]]
    found += [f"extra: {key!r}" for key in verdict.extra[:_SHOWN]]
    found += [f"{key!r}: {'; '.join(what)}" for key, what in list(verdict.different.items())[:_SHOWN]]
    return found


def _rows(steps: Sequence[Step]) -> list[Step]:
    """The steps, but those of one section that move no objects as one of its name."""
    rows: list[Step] = []
    for step in steps:
        if step.objects:
            rows.append(step)
        elif rows and rows[-1].name == step.section:
            rows[-1] = replace(rows[-1], seconds=rows[-1].seconds + step.seconds)
        else:
            rows.append(replace(step, name=step.section))
    return rows


def _figures(step: Step) -> list[str]:
    seconds = f"{step.seconds:.1f}"
    if not step.objects or not step.seconds:
        return ["", "", seconds, "", ""]
    return [
        f"{step.objects:,}",
        format_size(step.size),
        seconds,
        f"{step.objects / step.seconds:,.0f}" if step.objects > 1 else "",
        f"{format_size(step.size / step.seconds)}/s",
    ]
