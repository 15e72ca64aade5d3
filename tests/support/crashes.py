"""Killing a function at any call it makes, before or after the call has had its effect."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.scans import Killed


@dataclass
class Reaper:
    """Counts the moments before and after every call of one process, and kills it at one of them.

    Attributes:
        dies_at: The number of that moment, from 0; None for never.
        passed: Names of the moments so far.
        last: The name of the moment of death, None while alive.
    """

    dies_at: int | None = None
    passed: list[str] = field(default_factory=list)
    last: str | None = None

    def moment(self, name: str) -> None:
        """Pass a moment, or die. What is dead does nothing more, whatever cleans up behind it."""
        if self.last is not None:
            raise Killed
        if len(self.passed) == self.dies_at:
            self.last = name
            raise Killed
        self.passed.append(name)


class Mortal:
    """Stands before an object; every call of it is two moments of a reaper."""

    def __init__(self, label: str, behind: Any, reaper: Reaper) -> None:
        self._label = label
        self._behind = behind
        self._reaper = reaper

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._behind, name)
        if not callable(member) or inspect.isclass(member):
            return member
        before, after = (f"{when} {self._label}.{name}" for when in ("before", "after"))
        if name == "open" and hasattr(self._behind, "tags"):
            return self._opening(member, before, after)
        if inspect.iscoroutinefunction(member):
            return self._awaiting(member, before, after)

        def call(*arguments: Any, **options: Any) -> Any:
            self._reaper.moment(before)
            result = member(*arguments, **options)
            if inspect.isgenerator(result):
                return self._walking(result, after)
            self._reaper.moment(after)
            return result

        return call

    def _walking(self, rows: Iterator[Any], after: str) -> Iterator[Any]:
        yield from rows
        self._reaper.moment(after)

    def _awaiting(self, member: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
        async def call(*arguments: Any, **options: Any) -> Any:
            self._reaper.moment(before)
            result = await member(*arguments, **options)
            self._reaper.moment(after)
            return result

        return call

    def _opening(self, member: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
        @asynccontextmanager
        async def call(*arguments: Any, **options: Any) -> AsyncIterator[Any]:
            self._reaper.moment(before)
            async with member(*arguments, **options) as body:
                self._reaper.moment(after)
                yield body

        return call


@contextmanager
def mortal_client(client: Any, reaper: Reaper) -> Iterator[None]:
    """Make every request of a boto3 client two moments of a reaper, as long as the block lasts."""
    service = client.meta.service_model.service_name

    def before(model: Any, **_: Any) -> None:
        reaper.moment(f"before {service}.{model.name}")

    def after(model: Any, **_: Any) -> None:
        reaper.moment(f"after {service}.{model.name}")

    client.meta.events.register(f"before-call.{service}", before)
    client.meta.events.register(f"after-call.{service}", after)
    try:
        yield
    finally:
        client.meta.events.unregister(f"before-call.{service}", before)
        client.meta.events.unregister(f"after-call.{service}", after)


def died(process: Callable[[], object], reaper: Reaper) -> bool:
    """Run a process; tell whether the reaper ended it."""
    try:
        process()
    except BaseException:
        if reaper.last is None:
            raise
        return True
    return False


@dataclass
class Matrix:
    """What a step survived.

    Attributes:
        rows: Step, how it was brought back, and the moments it was killed at.
    """

    rows: list[tuple[str, str, int]] = field(default_factory=list)

    def kill_everywhere(self, step: str, revival: str, scenario: Callable[[Reaper], None]) -> None:
        """Play a scenario, killed at its first moment, then its second, until it is not killed any more."""
        moment = 0
        while True:
            reaper = Reaper(moment)
            try:
                scenario(reaper)
            except AssertionError as error:
                error.add_note(f"{step}, killed {reaper.last}, {revival}")
                raise
            if reaper.last is None:
                break
            moment += 1
        assert moment > 0
        self.rows.append((step, revival, moment))

    def __str__(self) -> str:
        lines = [f"{step:<24} {revival:<46} {moments:>8}" for step, revival, moments in self.rows]
        total = sum(moments for _, _, moments in self.rows)
        return "\n".join([f"{'killed':<24} {'then':<46} {'survived':>8}", *lines, f"{'':<71} {total:>8}"])
