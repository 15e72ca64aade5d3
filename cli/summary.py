"""How a copy or a run ended, as a table and as JSON."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rich.console import Console

from cli.console import format_seconds, format_size, note, show_key

SHOWN_FAILURES: Final = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the objects of a source.

    Attributes:
        objects: Objects considered: copied, current and failed ones.
        bytes: Bytes copied, in a dry run those that would be.
        copied: In a dry run those that would be.
        archived: Objects left out since they are archived, likewise.
        excluded: Objects that the filters leave out, not among the others.
        deleted: Replicas deleted because their source is gone, in a dry run those that would be.
        unverified: Of the copied ones, those whose source gave no checksum of their content.
        metadata_dropped: Of the copied ones, those whose user metadata did not fit.
    """

    objects: int
    bytes: int
    copied: int
    current: int
    deleted: int
    failed: int
    seconds: float
    unverified: int = 0
    metadata_dropped: int = 0
    excluded: int = 0
    archived: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the document that ``--json`` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}

    def rows(self, *, dry_run: bool) -> list[tuple[str, str]]:
        """Return the rows of the table that people see."""
        rate = f" ({format_size(self.bytes / self.seconds)}/s)" if self.seconds > 0 and not dry_run else ""
        noticed = [("Unverified", self.unverified), ("Without their metadata", self.metadata_dropped)]
        left_out = [("Excluded", self.excluded), ("Archived, left out", self.archived)]
        return [
            ("Objects", f"{self.objects:,}"),
            ("Would be copied" if dry_run else "Copied", f"{self.copied:,}"),
            *((f"  {name}", f"{count:,}") for name, count in noticed if count),
            ("Already current", f"{self.current:,}"),
            ("Would be deleted" if dry_run else "Deleted", f"{self.deleted:,}"),
            ("Failed", f"{self.failed:,}"),
            *((name, f"{count:,}") for name, count in left_out if count),
            ("Bytes to copy" if dry_run else "Bytes copied", f"{format_size(self.bytes)}{rate}"),
            ("Time", format_seconds(self.seconds)),
        ]


@dataclass(slots=True)
class FailureList:
    """Failures as they come; the first ones are kept to be shown, all are counted.

    Attributes:
        report: Told every failure, and every notice about an object that was copied, as names and texts.
    """

    report: Callable[..., None] = lambda **_: None
    count: int = 0
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, key: str, reason: str, message: str) -> None:
        """Note an object that could not be copied."""
        self.count += 1
        if len(self.kept) < SHOWN_FAILURES:
            self.kept.append((key, reason, message))
        self.report(key=key, reason=reason, message=message)

    def add_notice(self, key: str, notices: Iterable[str]) -> None:
        """Note something about an object that was copied; it goes to the report alone."""
        for notice in sorted(notices):
            self.report(key=key, notice=str(notice))

    def print(self, console: Console) -> None:
        """Print what was kept and how many more there are."""
        for key, reason, message in self.kept:
            note(console, f"failed: {show_key(key)}: {reason}: {message}", "red")
        if self.count > len(self.kept):
            note(console, f"… and {self.count - len(self.kept):,} more failed.", "red")
