"""Lets ministack deliver e-mails, into the stack's mailbox instead of the internet.

Each repair names what AWS does. Seen in ministack 1.5.33; ``tests/workflow/test_workflow_emulated_portal.py``
and ``tests/e2e/test_portal.py`` show what they do.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ministack.services import ses, ses_v2, sns

from local import mailbox

_SNS_SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>"


def repair(folder: Path) -> None:
    """Apply the repairs to the loaded ministack.

    Args:
        folder: The mailbox.
    """
    _deliver_mails(folder)
    _deliver_notifications(folder)


def _deliver_mails(folder: Path) -> None:
    """SES, and Cognito by it, send e-mails; ministack needs an SMTP server for that."""

    def relay(_sender: str, _recipients: list[str], source: str) -> None:
        mailbox.deliver(folder, mailbox.parse(source))

    ses._smtp_relay = ses_v2._smtp_relay = relay


def _deliver_notifications(folder: Path) -> None:
    """SNS sends what is published on a topic to its e-mail subscribers; ministack only logs it.

    On AWS a subscriber has to confirm first.
    """
    original = sns._fanout

    def fanout(
        topic_arn: str,
        message_id: str,
        message: str,
        subject: str,
        structure: str = "",
        attributes: dict[str, Any] | None = None,
        **rest: Any,
    ) -> None:
        original(topic_arn, message_id, message, subject, structure, attributes, **rest)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {}
        for subscription in topic.get("subscriptions", []):
            text = sns._resolve_message_for_protocol(message, structure, "email")
            wanted = sns._matches_filter_policy(subscription, attributes or {}, text)
            if subscription.get("protocol") == "email" and subscription.get("confirmed") and wanted:
                mail = EmailMessage()
                mail["From"] = _SNS_SENDER
                mail["To"] = subscription["endpoint"]
                mail["Subject"] = subject or "AWS Notification Message"
                mail.set_content(text)
                mailbox.deliver(folder, mail)

    sns._fanout = fanout
