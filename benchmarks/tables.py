"""The results as the tables of ``docs/performance.md``, between two marks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.marks import between, table_of

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN = "<!-- results: written by `python -m benchmarks --tables` from benchmarks/results -->"
END = "<!-- end of results -->"


def generated(results: Sequence[Mapping[str, Any]]) -> str:
    """Return what stands between the marks."""
    sections = [_goals(results), *(_section(document) for document in results)]
    return "\n\n".join(sections)


def replaced(text: str, results: Sequence[Mapping[str, Any]]) -> str:
    """Return the document's text with what the results say now.

    Raises:
        ValueError: It lacks the marks.
    """
    return between(text, BEGIN, END, generated(results))


def _goals(results: Sequence[Mapping[str, Any]]) -> str:
    goals = [(document["scenario"], goal) for document in results for goal in document["goals"]]
    goals.sort(key=lambda pair: int(pair[1]["number"].removeprefix("P")))
    rows = [
        (
            goal["number"],
            goal["measure"],
            goal["goal"],
            f"**{_number(goal['median'])}**",
            _range(goal["range"]),
            "yes" if goal["is_met"] else "no",
            f"[{scenario}](#{_anchor(scenario)})",
        )
        for scenario, goal in goals
    ]
    return "### Goals\n" + table_of(("#", "Measure", "Goal", "Median", "Range", "Met", "Scenario"), rows)


def _section(document: Mapping[str, Any]) -> str:
    unit, name = document["unit"], document["scenario"]
    measured_at = datetime.fromisoformat(document["measured_at"])
    rounds = len(document["rounds"])
    head = (
        "",
        f"CPU s per {unit}",
        "Range",
        "without its start",
        f"{_plural(unit)}/s",
        "Peak RSS",
        "Busiest server",
    )
    rows = [
        (
            contender,
            f"**{_number(row['cpu_seconds_per_unit'])}**",
            _range(row["cpu_seconds_per_unit_range"]),
            _number(row["work_cpu_seconds_per_unit"]) if "work_cpu_seconds_per_unit" in row else "–",
            _number(row["units_per_second"]),
            f"{row['peak_rss_mib']:.0f} MiB",
            f"{row['busiest_server']:.0%}" if row["busiest_server"] else "–",
        )
        for contender, row in document["medians"].items()
    ]
    versions = document["versions"]
    setting = (
        f"{rounds} round{'s' if rounds > 1 else ''}, {measured_at:%Y-%m-%d}, commit {document['commit']}, "
        f"{document['machine']['processor']}, {document['machine']['system']}, Python {versions['python']}, "
        f"libcurl {versions['libcurl']}, "
        f"rclone {versions['rclone']} ([raw](../benchmarks/results/{name}.json))."
    )
    return f"### {name}\n{document['title']}. {document['text']}\n\n{setting}\n\n{table_of(head, rows)}"


def _plural(unit: str) -> str:
    return unit if unit[0].isdigit() or unit == "GiB" else f"{unit}s"


def _range(ends: Sequence[float]) -> str:
    return f"{_number(ends[0])}–{_number(ends[1])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _anchor(scenario: str) -> str:
    return scenario.lower()
