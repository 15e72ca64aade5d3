"""The live display: how far, how fast, how long to go."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.console import format_size

_WINDOW_SECONDS: Final = 10.0
_REFRESH_PER_SECOND: Final = 4
_BAR_WIDTH: Final = 40


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a copy is at one moment.

    Attributes:
        label: What is happening, in a word or two.
        objects: Objects that have ended.
        total_objects: Objects known to need copying so far.
        size: Bytes moved.
        total_size: Bytes known to need copying so far.
        is_total_final: Whether more objects may still be found.
        looked_at: Source objects compared so far.
        failed: Of the objects that have ended, those that failed.
    """

    label: str
    objects: int = 0
    total_objects: int = 0
    size: int = 0
    total_size: int = 0
    is_total_final: bool = False
    looked_at: int = 0
    failed: int = 0


class Meter:
    """Turns snapshots into lines, knowing the speed of the last seconds.

    Args:
        clock: Returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int, int]] = deque()
        self._first: tuple[float, int, int] | None = None

    def render(self, snapshot: Snapshot) -> RenderableType:
        """Return the two lines that stand for a snapshot taken now."""
        now = self._clock()
        self._first = self._first or (now, snapshot.size, snapshot.objects)
        self._samples.append((now, snapshot.size, snapshot.objects))
        while now - self._samples[0][0] > _WINDOW_SECONDS and len(self._samples) > 2:
            self._samples.popleft()
        size_rate, object_rate = _rates(self._samples[0], now, snapshot)
        # A large object counts when it is done, so a pause of some seconds says nothing about the time left.
        usual_size_rate, usual_object_rate = _rates(self._first, now, snapshot)
        share = _share(snapshot)
        head = Text.assemble((f"{snapshot.label:<10}", "bold"))
        bar = ProgressBar(total=1.0, completed=share, width=_BAR_WIDTH)
        line = Table.grid()
        line.add_row(head, bar, Text(f" {share:4.0%}"))
        more = "" if snapshot.is_total_final else "+"
        facts = [
            f"{snapshot.looked_at:,} looked at",
            f"{snapshot.objects:,} of {snapshot.total_objects:,}{more} objects",
            f"{format_size(snapshot.size)} of {format_size(snapshot.total_size)}",
            f"{format_size(size_rate)}/s",
            _left(snapshot, max(size_rate, usual_size_rate), max(object_rate, usual_object_rate)),
        ]
        if snapshot.failed:
            facts.append(f"{snapshot.failed:,} failed")
        return Group(line, Text(" · ".join(facts), style="dim"))


def _rates(sample: tuple[float, int, int], now: float, snapshot: Snapshot) -> tuple[float, float]:
    """Return bytes and objects per second since a sample."""
    began, size_then, objects_then = sample
    seconds = now - began
    if not seconds:
        return 0.0, 0.0
    return max(0.0, (snapshot.size - size_then) / seconds), max(
        0.0, (snapshot.objects - objects_then) / seconds
    )


def _share(snapshot: Snapshot) -> float:
    if snapshot.total_size:
        return min(1.0, snapshot.size / snapshot.total_size)
    if snapshot.total_objects:
        return min(1.0, snapshot.objects / snapshot.total_objects)
    return 1.0 if snapshot.is_total_final else 0.0


def _left(snapshot: Snapshot, size_rate: float, object_rate: float) -> str:
    """Spell the time left: by bytes or by objects, whichever takes longer."""
    if not snapshot.is_total_final:
        return "still listing"
    size = snapshot.total_size - snapshot.size
    objects = snapshot.total_objects - snapshot.objects
    if objects <= 0:
        return "done"
    times = [
        left / rate for left, rate in ((size, size_rate), (objects, object_rate)) if left > 0 and rate > 0
    ]
    if not times:
        return "finishing" if size <= 0 else "–:–– left"
    seconds = round(max(times))
    hours, rest = divmod(seconds, 3600)
    clock = f"{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{clock} left" if hours else f"{clock} left"


@contextmanager
def live(console: Console, render: Callable[[], RenderableType]) -> Iterator[None]:
    """Show what ``render`` returns, over and over, for the length of the block, if on a terminal."""
    if not console.is_terminal:
        yield
        return
    with Live(
        get_renderable=render,
        console=console,
        refresh_per_second=_REFRESH_PER_SECOND,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ):
        yield
