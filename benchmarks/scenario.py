"""What a scenario is: contenders that do the same work, and the goals that compare them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from benchmarks.measuring import Measured

type Round = Mapping[str, Measured]
type Contender = Callable[[bool], Measured]
"""Does its work once, on next to nothing when asked to, and tells what that took."""


@dataclass(frozen=True)
class Goal:
    """A figure of one round and what it should be.

    Attributes:
        number: As in the list of goals, such as ``P1``.
        measure: What the figure is.
        limit: What it should be.
        is_best: How figure and limit should compare.
        figure: Takes it from the contenders of one round.
    """

    number: str
    measure: str
    is_best: Literal["≤", "≥", "="]
    limit: float
    figure: Callable[[Round], float]

    def is_met_by(self, value: float) -> bool:
        """Tell whether a figure is as it should be."""
        return {"≤": value <= self.limit, "≥": value >= self.limit, "=": value == self.limit}[self.is_best]


@dataclass(frozen=True)
class Scenario:
    """Contenders, run one after the other in every round, so that a busy minute hits all of them.

    Attributes:
        title: Heads its table.
        text: What is done, in a sentence or two.
        unit: What CPU seconds are given for.
        contenders: By what the table calls them.
        goals: What should come of it.
        rounds: How many, unless asked for another number.
    """

    title: str
    text: str
    unit: str
    contenders: Mapping[str, Contender]
    goals: tuple[Goal, ...] = ()
    rounds: int = 5


def cpu_ratio(ours: str, theirs: str) -> Callable[[Round], float]:
    """Return what compares the CPU time of one unit."""
    return lambda measured: measured[ours].cpu_per_unit / measured[theirs].cpu_per_unit


def memory_ratio(ours: str, theirs: str) -> Callable[[Round], float]:
    """Return what compares the peak memory."""
    return lambda measured: measured[ours].peak_rss_mib / measured[theirs].peak_rss_mib


def rate_ratio(ours: str, theirs: str) -> Callable[[Round], float]:
    """Return what compares the units per second."""
    return lambda measured: measured[ours].rate / measured[theirs].rate


def requests_per_object(contender: str, *kinds: str) -> Callable[[Round], float]:
    """Return what counts requests of these kinds; without kinds all that source and replica got."""

    def count(measured: Round) -> float:
        requests = measured[contender].requests
        chosen = kinds or [kind for kind in requests if not kind.startswith("services ")]
        return sum(requests.get(kind, 0) for kind in chosen) / measured[contender].objects

    return count
