"""What the control endpoint does for faults, limits and the clock."""

import asyncio

from local.oss.clock import Clock
from local.oss.control import Control, ControlError, Question
from local.oss.faults.decisions import Entry
from local.oss.faults.injector import Injector
from local.oss.faults.kinds import Model
from local.oss.faults.limits import Limits
from local.oss.faults.rules import RuleReport, RuleReports, Rules

MAX_WAIT_SECONDS = 300.0


class ClockSetting(Model):
    """How far the server's clock is ahead, in seconds; negative when it is behind."""

    offset_seconds: float


def add_to(control: Control, injector: Injector, clock: Clock) -> None:
    """Add everything about faults, limits and the clock to a control endpoint."""
    faults = _FaultAnswers(injector)
    control.add("GET", "faults", faults.report)
    control.add("PUT", "faults", faults.replace)
    control.add("POST", "faults", faults.add)
    control.add("DELETE", "faults", faults.remove)
    control.add("POST", "release", faults.release)
    control.add("GET", "applied", faults.wait)

    async def limits(_question: Question) -> Limits:
        return injector.limiter.limits

    async def set_limits(question: Question) -> Limits:
        injector.limiter.limits = Limits.model_validate_json(question.body)
        return injector.limiter.limits

    async def tell(_question: Question) -> ClockSetting:
        return ClockSetting(offset_seconds=clock.offset_seconds)

    async def set_clock(question: Question) -> ClockSetting:
        clock.offset_seconds = ClockSetting.model_validate_json(question.body).offset_seconds
        return ClockSetting(offset_seconds=clock.offset_seconds)

    control.add("GET", "limits", limits)
    control.add("PUT", "limits", set_limits)
    control.add("GET", "clock", tell)
    control.add("PUT", "clock", set_clock)


class _FaultAnswers:
    def __init__(self, injector: Injector) -> None:
        self._injector = injector

    async def report(self, _question: Question) -> RuleReports:
        return RuleReports(rules=self._injector.book.reports())

    async def replace(self, question: Question) -> RuleReports:
        self._injector.book.replace(Rules.model_validate_json(question.body).rules)
        self._injector.release()
        return await self.report(question)

    async def add(self, question: Question) -> RuleReports:
        self._injector.book.add(Rules.model_validate_json(question.body).rules)
        return await self.report(question)

    async def remove(self, question: Question) -> RuleReports:
        """Forget one rule, or all; what their faults hold goes on, and their last counts are answered."""
        book = self._injector.book
        removed = (self._entry(question).report(),) if question.name else book.reports()
        for report in removed:
            book.remove(report.rule.name)
        self._injector.release()
        return RuleReports(rules=removed)

    async def release(self, _question: Question) -> None:
        self._injector.release()

    async def wait(self, question: Question) -> RuleReport:
        """Answer once a rule's fault has happened ``times`` times, or refuse after ``seconds``."""
        entry = self._entry(question)
        times = int(question.query.get("times", "1"))
        seconds = min(float(question.query.get("seconds", "10")), MAX_WAIT_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                await self._injector.until_applied(entry, times)
        except TimeoutError:
            message = f"{entry.rule.name} was applied {entry.applied} of {times} times in {seconds:g} seconds"
            raise ControlError(408, message) from None
        return entry.report()

    def _entry(self, question: Question) -> Entry:
        entry = self._injector.book.entry(question.name)
        if entry is None:
            raise ControlError(404, f"there is no rule named {question.name!r}")
        return entry
