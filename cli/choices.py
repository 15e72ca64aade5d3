"""Options that say which objects of the source are meant."""

from pathlib import Path
from typing import Annotated, Final

import typer

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
