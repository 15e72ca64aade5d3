"""Steers a server's faults, limits and clock: one in this process, or any other by its control token.

```python
faults = FaultControl.at("http://127.0.0.1:9000", token="secret")
with faults.injected(Rule(fault=Error(code="InternalError"), operations=("GetObject",), times=1)) as injected:
    ...
assert injected.applied == 1
```
"""

import contextlib
from collections.abc import Iterator

from local.oss.control import PREFIX
from local.oss.control_client import ControlClient
from local.oss.faults.endpoint import ClockSetting
from local.oss.faults.limits import Limits
from local.oss.faults.rules import Rule, RuleReport, RuleReports, Rules


class Injected:
    """Counts of rules while they are in force, and afterwards."""

    def __init__(self, faults: "FaultControl", names: frozenset[str]) -> None:
        self._faults = faults
        self._names = names
        self._last: tuple[RuleReport, ...] | None = None

    @property
    def reports(self) -> tuple[RuleReport, ...]:
        """What became of each rule, in order."""
        if self._last is not None:
            return self._last
        return tuple(report for report in self._faults.reports() if report.rule.name in self._names)

    def remove(self) -> None:
        """Remove the rules and keep their last counts."""
        self._last = tuple(self._faults.remove(report.rule.name) for report in self.reports)

    @property
    def applied(self) -> int:
        """How many faults really happened."""
        return sum(report.applied for report in self.reports)

    @property
    def matched(self) -> int:
        """How many requests the rules were for."""
        return sum(report.matched for report in self.reports)


class FaultControl(ControlClient):
    """A server's faults, limits and clock."""

    def set(self, *rules: Rule) -> tuple[RuleReport, ...]:
        """Replace all rules, and let go on what the old ones hold."""
        return self._faults("PUT", rules)

    def add(self, *rules: Rule) -> tuple[RuleReport, ...]:
        """Add rules behind those there are; returns all."""
        return self._faults("POST", rules)

    def reports(self) -> tuple[RuleReport, ...]:
        """What became of each rule, in order."""
        return RuleReports.model_validate_json(self._ask("GET", f"{PREFIX}faults", b"")).rules

    def remove(self, name: str) -> RuleReport:
        """Forget one rule and return its last counts."""
        answer = self._ask("DELETE", f"{PREFIX}faults/{name}", b"")
        return RuleReports.model_validate_json(answer).rules[0]

    def clear(self) -> tuple[RuleReport, ...]:
        """Forget all rules and return their last counts."""
        return RuleReports.model_validate_json(self._ask("DELETE", f"{PREFIX}faults", b"")).rules

    def release(self) -> None:
        """Let everything go on that is stalled or delayed now."""
        self._ask("POST", f"{PREFIX}release", b"")

    def wait(self, name: str, *, times: int = 1, seconds: float = 10.0) -> RuleReport:
        """Wait until a rule's fault has happened so often, such as until a download really stalls.

        Raises:
            ControlError: It did not within ``seconds``.
        """
        answer = self._ask("GET", f"{PREFIX}applied/{name}?times={times}&seconds={seconds}", b"")
        return RuleReport.model_validate_json(answer)

    @contextlib.contextmanager
    def injected(self, *rules: Rule) -> Iterator[Injected]:
        """Rules for the length of a block; on leaving they are removed and what they hold goes on."""
        added = self.add(*rules)[-len(rules) :] if rules else ()
        injected = Injected(self, frozenset(report.rule.name for report in added))
        try:
            yield injected
        finally:
            injected.remove()

    def limits(self) -> Limits:
        """The limits in force."""
        return Limits.model_validate_json(self._ask("GET", f"{PREFIX}limits", b""))

    def set_limits(self, limits: Limits) -> None:
        """Replace the limits; ``Limits()`` sets none."""
        self._ask("PUT", f"{PREFIX}limits", limits.model_dump_json().encode())

    def clock_offset(self) -> float:
        """Seconds the server's clock is ahead."""
        answer = self._ask("GET", f"{PREFIX}clock", b"")
        return ClockSetting.model_validate_json(answer).offset_seconds

    def set_clock_offset(self, seconds: float) -> None:
        """Put the server's clock ahead, or behind with a negative number."""
        setting = ClockSetting(offset_seconds=seconds)
        self._ask("PUT", f"{PREFIX}clock", setting.model_dump_json().encode())

    def _faults(self, method: str, rules: tuple[Rule, ...]) -> tuple[RuleReport, ...]:
        document = Rules(rules=rules).model_dump_json().encode()
        return RuleReports.model_validate_json(self._ask(method, f"{PREFIX}faults", document)).rules
