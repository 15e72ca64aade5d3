"""What the control endpoint does for event notifications."""

from local.oss.control import Control, ControlError, Question
from local.oss.events.notifications import Notifications
from local.oss.events.reports import DeadLetters, RuleReports
from local.oss.events.rules import RuleSet

MAX_FLUSH_SECONDS = 300.0


def add_to(control: Control, notifications: Notifications) -> None:
    """Add everything about event notifications to a control endpoint."""
    answers = _Answers(notifications)
    control.add("GET", "notifications", answers.report)
    control.add("PUT", "notifications", answers.replace)
    control.add("DELETE", "notifications", answers.remove)
    control.add("POST", "notifications", answers.act)
    control.add("GET", "dead-letters", answers.dead_letters)


class _Answers:
    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    async def report(self, _question: Question) -> RuleReports:
        return RuleReports(rules=self._notifications.reports())

    async def replace(self, question: Question) -> RuleReports:
        self._notifications.set_rules(RuleSet.model_validate_json(question.body))
        return await self.report(question)

    async def remove(self, question: Question) -> RuleReports:
        """Forget one rule, or all, with what is on its way for them; their last counts are answered."""
        reports = self._notifications.reports()
        removed = tuple(report for report in reports if question.name in {"", report.rule.id})
        if question.name and not removed:
            raise ControlError(404, f"there is no rule {question.name!r}")
        kept = tuple(report.rule for report in reports if report not in removed)
        self._notifications.set_rules(RuleSet(rules=kept))
        return RuleReports(rules=removed)

    async def act(self, question: Question) -> RuleReports:
        """``flush``, waiting up to ``seconds``, or ``release``, of one ``rule`` or all."""
        match question.name:
            case "flush":
                seconds = min(float(question.query.get("seconds", "30")), MAX_FLUSH_SECONDS)
                if not await self._notifications.flush(seconds):
                    raise ControlError(408, f"messages are still on their way after {seconds:g} seconds")
            case "release":
                self._notifications.release(question.query.get("rule"))
            case _:
                raise ControlError(404, "notifications can be told to flush or to release")
        return await self.report(question)

    async def dead_letters(self, _question: Question) -> DeadLetters:
        return DeadLetters(letters=self._notifications.dead_letters())
