"""Steers a server's event notifications: one in this process, or any other by its control token.

```python
notifications = NotificationControl.at("http://127.0.0.1:9000", token="secret")
notifications.set(Rule(id="intake", bucket="photos", events=("ObjectCreated:*",), target=target))
...
assert notifications.flush()["intake"].delivered == 1
```
"""

from urllib.parse import quote

from local.oss.control import PREFIX
from local.oss.control_client import ControlClient
from local.oss.events.endpoint import MAX_FLUSH_SECONDS
from local.oss.events.reports import Counts, DeadLetter, DeadLetters, RuleReports
from local.oss.events.rules import Rule, RuleSet

_PATH = f"{PREFIX}notifications"


class NotificationControl(ControlClient):
    """A server's notification rules and what became of their messages."""

    def set(self, *rules: Rule) -> None:
        """Replace all rules; messages of rules that keep their id go where the new rule says."""
        self._ask("PUT", _PATH, RuleSet(rules=rules).model_dump_json().encode())

    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order they were set."""
        return tuple(report.rule for report in self._reports("GET", _PATH).rules)

    def remove(self, rule_id: str) -> None:
        """Forget one rule and what is on its way for it."""
        self._ask("DELETE", f"{_PATH}/{rule_id}", b"")

    def clear(self) -> None:
        """Forget all rules and everything that is on its way."""
        self._ask("DELETE", _PATH, b"")

    def counts(self) -> dict[str, Counts]:
        """What became of each rule's messages, by rule id."""
        return _counts(self._reports("GET", _PATH))

    def flush(self, *, seconds: float = MAX_FLUSH_SECONDS) -> dict[str, Counts]:
        """Wait until nothing is on its way but what is held, and return the counts.

        Raises:
            ControlError: It took longer than ``seconds``.
        """
        return _counts(self._reports("POST", f"{_PATH}/flush?seconds={seconds}"))

    def release(self, rule_id: str | None = None) -> None:
        """Send now what one rule, or every rule, holds, delays or gathers."""
        query = f"?rule={quote(rule_id)}" if rule_id is not None else ""
        self._ask("POST", f"{_PATH}/release{query}", b"")

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Messages that were given up, oldest first."""
        return DeadLetters.model_validate_json(self._ask("GET", f"{PREFIX}dead-letters", b"")).letters

    def _reports(self, method: str, target: str) -> RuleReports:
        return RuleReports.model_validate_json(self._ask(method, target, b""))


def _counts(reports: RuleReports) -> dict[str, Counts]:
    return {report.rule.id: report.counts for report in reports.rules}
