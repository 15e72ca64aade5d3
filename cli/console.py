"""What the commands print: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def out() -> Console:
    """Return the console of results."""
    return Console(highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Return the console of progress, notes and errors."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(document: Mapping[str, Any] | list[Any]) -> None:
    """Write one JSON document and a line end to stdout, in ASCII so that any terminal takes it."""
    sys.stdout.write(json.dumps(document, default=str) + "\n")


def note(console: Console, text: str, style: str = "") -> None:
    """Print a line as it is, without wrapping it."""
    console.print(Text(text, style=style), soft_wrap=True)


def show_key(key: str) -> str:
    """Spell a key so that it stays on its line and cannot steer the terminal."""
    return key if key.isprintable() and key.strip() == key else repr(key)


def format_size(size: float) -> str:
    """Spell bytes for people: ``512 B``, ``1.5 MiB``."""
    for unit in _UNITS:
        if abs(size) < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:,.0f} B" if unit == "B" else f"{size:,.1f} {unit}"


def format_seconds(seconds: float) -> str:
    """Spell a duration for people: ``0.4 s``, ``2:05``, ``1:00:05``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def fact_table(rows: Iterable[tuple[str, str]]) -> Table:
    """Return a table of names and values."""
    table = Table(show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    return table


def list_table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, whole: str = "") -> Table:
    """Return a table with one row per thing; the column ``whole`` is never folded."""
    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == whole)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
