"""What the demonstration shows while it works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

_MOVED_COLUMN = 68
_WIDTH = 78
_UNITS = ("B", "KiB", "MiB", "GiB")


@dataclass
class Step:
    """A step that was taken.

    Attributes:
        name: What was done.
        section: The heading it came under.
        seconds: How long it took.
        objects: Objects it moved or read, 0 for a step without any.
        size: Bytes of those.
    """

    name: str
    section: str
    seconds: float = 0.0
    objects: int = 0
    size: int = 0


class Display:
    """Headings, steps with their durations, progress bars; remembers the steps for the summary."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.steps: list[Step] = []
        self._section = ""

    def new_step(self, name: str) -> Step:
        """Begin a step that shows itself; ``took`` ends it."""
        return Step(name, self._section)

    def heading(self, text: str, explanation: str = "") -> None:
        """Begin a section."""
        self._section = text.lstrip("0123456789 ")
        self.console.print()
        self.console.print(Text(text, style="bold cyan"))
        if explanation:
            self.note(explanation)

    def note(self, text: str, style: str = "dim") -> None:
        """Print a sentence that belongs to the section."""
        self.console.print(Padding(Text(text, style=style), (0, 0, 0, 2)))

    def path(self, text: str, path: Path) -> None:
        """Print a sentence that ends with a path, in a form that can be copied."""
        self.console.print(Text(f"  {text} {path}", style="dim"), soft_wrap=True)

    def command(self, text: str) -> None:
        """Print a command line in a form that can be copied."""
        self.console.print(Text(f"  $ {text}", style="bold"), soft_wrap=True)

    def outcome(self, holds: bool, text: str) -> None:
        """Print whether something is as it should be."""
        mark, style = ("✓", "green") if holds else ("✗", "bold red")
        self.console.print(Text.assemble(("  " + mark, style), f" {text}"), soft_wrap=True)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show that a step is under way, and then how long it took."""
        step = self.new_step(name)
        began = time.monotonic()
        with self.console.status(f"{name} …"):
            yield step
        step.seconds = time.monotonic() - began
        self.took(step)

    @contextmanager
    def sequence(self) -> Iterator[Callable[[str], None]]:
        """Show steps that follow each other; told the name of each as it begins."""
        with ExitStack() as under_way:

            def begin(name: str) -> None:
                under_way.close()
                under_way.enter_context(self.step(name))

            yield begin

    @contextmanager
    def counted(
        self, name: str, *, objects: int | None = None, size: int | None = None
    ) -> Iterator[tuple[Step, Callable[[int, int], None]]]:
        """Show a step that moves objects; told how many objects and bytes more are done.

        Args:
            name: What is done.
            objects: How many there will be, if that is what the bar shows.
            size: How many bytes there will be, if it shows that.
        """
        step = self.new_step(name)
        began = time.monotonic()
        bar = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[moved]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        with bar:
            shown = bar.add_task(name, total=objects if size is None else size, moved="")

            def done(more_objects: int, more_bytes: int) -> None:
                step.objects += more_objects
                step.size += more_bytes
                bar.update(
                    shown, advance=more_objects if size is None else more_bytes, moved=format_moved(step)
                )

            yield step, done
        step.seconds = time.monotonic() - began
        self.took(step)

    def took(self, step: Step) -> None:
        """Show how a step ended, and remember it."""
        self.steps.append(step)
        line = Text.assemble(("  ✓ ", "green"), step.name)
        moved = format_moved(step)
        line.append(moved.rjust(_MOVED_COLUMN - line.cell_len), style="dim")
        line.append(f"{step.seconds:.1f} s".rjust(max(2, _WIDTH - line.cell_len)), style="dim")
        self.console.print(line, soft_wrap=True)


def format_size(size: float) -> str:
    """Spell bytes for people: ``512 B``, ``1.5 MiB``."""
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:,.0f} B" if unit == "B" else f"{size:,.1f} {unit}"


def format_moved(step: Step) -> str:
    """Spell what a step moved; empty if that is nothing."""
    if not step.size and not step.objects:
        return ""
    if step.objects <= 1:
        return format_size(step.size)
    return f"{step.objects:,} objects, {format_size(step.size)}"
