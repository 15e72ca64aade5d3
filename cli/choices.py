"""Options that say which objects of the source are meant."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from cli.console import show_key
from cli.options import parse_size

if TYPE_CHECKING:
    from ferry.tasks.filters import Filters
    from pydantic_core import ErrorDetails

CHOICE_PANEL: Final = "Which objects"
_MOST_BYTES: Final = 1024**2
"""Far more than a task can hold; a larger file is none of prefixes."""

PrefixOption = Annotated[
    list[str] | None,
    typer.Option(
        "--prefix",
        metavar="PREFIX",
        show_default=False,
        help="Only what lies under this prefix of keys, written out whole; may be given many times.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
PrefixesFromOption = Annotated[
    Path | None,
    typer.Option(
        "--prefixes-from",
        metavar="FILE",
        show_default=False,
        help="Read such prefixes from a file in UTF-8, one a line.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PATTERN",
        show_default=False,
        help="Only keys that this pattern matches, such as '*.jpg' or '/2026/**'; may be given many times. "
        "Patterns are rclone's, relative to the source prefix; 're:' begins a regular expression.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATTERN",
        show_default=False,
        help="No key that this pattern matches, whatever is included; may be given many times.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
MinSizeOption = Annotated[
    str,
    typer.Option(
        "--min-size",
        metavar="SIZE",
        show_default=False,
        help="Only objects of at least this size, such as 1KiB.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
MaxSizeOption = Annotated[
    str,
    typer.Option(
        "--max-size",
        metavar="SIZE",
        show_default=False,
        help="Only objects of at most this size.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
NewerThanOption = Annotated[
    str,
    typer.Option(
        "--newer-than",
        metavar="TIME|AGE",
        show_default=False,
        help="Only objects modified at this time or later: 2026-01-31, 2026-01-31T12:00:00+08:00 (UTC if not "
        "said), or 30d, 12h or 90m before now. A task keeps the time, not the age.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
OlderThanOption = Annotated[
    str,
    typer.Option(
        "--older-than",
        metavar="TIME|AGE",
        show_default=False,
        help="Only objects modified before this time.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
StorageClassFilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--storage-class-filter",
        metavar="OSS_CLASS",
        show_default=False,
        help="Only objects of this class on OSS: Standard, IA, Archive, ColdArchive or DeepColdArchive; may "
        "be given many times.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
ArchivedOption = Annotated[
    Literal["fail", "skip", "restore"],
    typer.Option(
        "--archived",
        help="An archived object that OSS does not let be read fails, or OSS is asked to restore it, so that "
        "a later run copies it. With skip all objects of the archive classes are left out.",
        rich_help_panel=CHOICE_PANEL,
    ),
]
_AGE: Final = re.compile(r"(\d{1,6})\s*([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_FILTER_OPTIONS: Final = {
    "include": "--include",
    "exclude": "--exclude",
    "storage_classes": "--storage-class-filter",
}


@dataclass(frozen=True)
class FilterOptions:
    """What the options about filters say, as they were typed."""

    include: list[str] | None
    exclude: list[str] | None
    min_size: str
    max_size: str
    newer_than: str
    older_than: str
    storage_classes: list[str] | None

    def fields(self, now: datetime) -> dict[str, Any] | None:
        """Return them as fields of Filters, None when there are none; raises typer.BadParameter."""
        given = {
            "include": self.include or None,
            "exclude": self.exclude or None,
            "min_size": parse_size(self.min_size) if self.min_size else None,
            "max_size": parse_size(self.max_size) if self.max_size else None,
            "modified_after": _moment("--newer-than", self.newer_than, now),
            "modified_before": _moment("--older-than", self.older_than, now),
            "storage_classes": self.storage_classes or None,
        }
        return {name: value for name, value in given.items() if value is not None} or None

    def read(self, now: datetime) -> "Filters":
        """Return them; raises typer.BadParameter with a sentence per option that is wrong."""
        from ferry.tasks.filters import Filters
        from pydantic import ValidationError

        try:
            return Filters.model_validate(self.fields(now) or {})
        except ValidationError as error:
            sentences = [filter_sentence(problem) or problem["msg"] for problem in error.errors()]
            raise typer.BadParameter(" ".join(sentences)) from None


def filter_sentence(problem: "ErrorDetails") -> str | None:
    """Say which option about filters is wrong; None when the problem is none of these options'."""
    said = problem["msg"].removeprefix("Value error, ")
    match [part for part in problem["loc"] if part != "filters"]:
        case ["storage_classes", *_]:
            return f"--storage-class-filter knows no OSS class {problem['input']!r}; one is ColdArchive."
        case [str(name)] if name in _FILTER_OPTIONS:
            return f"{_FILTER_OPTIONS[name]} {said}."
        case [] if "nothing is left to copy" in said:
            return f"The filters contradict each other: {said}."
    return None


def _moment(option: str, text: str, now: datetime) -> datetime | None:
    """Read a time, or an age before now."""
    if not text:
        return None
    if (age := _AGE.fullmatch(text)) is not None:
        try:
            return (now - timedelta(seconds=int(age[1]) * _SECONDS[age[2]])).replace(microsecond=0)
        except OverflowError:
            pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{option} must be a time such as 2026-01-31T12:00:00Z or an age such as 30d, not {text!r}."
        raise typer.BadParameter(msg) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def filter_rows(filters: "Filters | None") -> list[tuple[str, str]]:
    """Return the rows of a table that say which filters there are."""
    if filters is None:
        return []
    sizes = [("At least", filters.min_size), ("At most", filters.max_size)]
    times = [("Modified since", filters.modified_after), ("Modified before", filters.modified_before)]
    texts = [
        ("Included", "\n".join(map(show_key, filters.include))),
        ("Excluded", "\n".join(map(show_key, filters.exclude))),
        *((name, "" if size is None else f"{size:,} bytes") for name, size in sizes),
        *((name, "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC") for name, moment in times),
        ("OSS classes", ", ".join(filters.storage_classes)),
    ]
    return [(name, text) for name, text in texts if text]


def read_prefixes(typed: list[str] | None, path: Path | None) -> tuple[str, ...]:
    """Return the prefixes that both options name; raises typer.BadParameter with a sentence."""
    return tuple(typed or ()) + (() if path is None else _prefixes_in(path))


def choose_prefixes(prefix: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Return prefixes below a source's own as they are kept; raises typer.BadParameter with a sentence."""
    from ferry.tasks.prefixes import canonical_prefixes

    try:
        return canonical_prefixes(prefix, chosen)
    except ValueError as error:
        msg = f"--prefix and --prefixes-from {error}."
        raise typer.BadParameter(msg) from None


def _prefixes_in(path: Path) -> tuple[str, ...]:
    """Read a list of prefixes: a byte order mark and blank lines are left out, lines may end with CR LF."""
    try:
        with path.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        msg = f"--prefixes-from {path} cannot be read: {error.strerror}."
        raise typer.BadParameter(msg) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"--prefixes-from {path} is not in UTF-8; save it so."
        raise typer.BadParameter(msg) from None
    # No other characters end a line: keys may hold them.
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    prefixes = tuple(line for line in lines if line.strip())
    if not prefixes or len(content) > _MOST_BYTES:
        problem = "names no prefix" if not prefixes else "is larger than 1 MiB"
        msg = f"--prefixes-from {path} {problem}; write one prefix a line, such as photos/2026/."
        raise typer.BadParameter(msg)
    return prefixes
