"""The mailbox of a one-machine stack: every e-mail that AWS would send ends up here as a message of its own.

The folder and its messages can be read by their owner only, since they hold temporary passwords and codes.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from secrets import token_hex

FOLDER = "mail"


@dataclass(frozen=True)
class Mail:
    """An e-mail as its reader sees it.

    Attributes:
        path: Where it is kept.
        date: When it was sent.
        sender: Its From.
        recipients: Its To.
        subject: Its subject.
        text: Its text, without the tags where it is HTML.
    """

    path: Path
    date: datetime
    sender: str
    recipients: str
    subject: str
    text: str


def deliver(folder: Path, message: EmailMessage) -> Path:
    """Keep an e-mail in a mailbox, which is made if need be.

    Returns:
        Where it is kept; names in ascending order are in the order of delivery.
    """
    now = datetime.now(UTC)
    if "Date" not in message:
        message["Date"] = format_datetime(now)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S.%f}-{token_hex(3)}.eml"
    fresh = path.with_suffix(".part")
    fresh.touch(mode=0o600)
    fresh.write_bytes(bytes(message))
    return fresh.rename(path)


def parse(source: str) -> EmailMessage:
    """An e-mail from its text as it goes over the wire."""
    return message_from_string(source, policy=policy.default)


def mails(folder: Path, recipient: str = "") -> list[Mail]:
    """The e-mails in a mailbox, the oldest first.

    Args:
        folder: The mailbox; need not exist.
        recipient: Only those to this address; empty for all.
    """
    found = [_read(path) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in found if recipient in mail.recipients]


def temporary_password(folder: Path, recipient: str) -> str | None:
    """The temporary password in the newest invitation to an address, or None when there is none."""
    for mail in reversed(mails(folder, recipient)):
        if found := re.search(r"^Temporary password: (\S+)$", mail.text, re.MULTILINE):
            return found[1]
    return None


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    if body and body.get_content_subtype() == "html":
        text = _without_tags(text)
    sent = message["Date"].datetime if message["Date"] else datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Mail(path, sent, str(message["From"]), str(message["To"]), str(message["Subject"]), text.strip())


def _without_tags(text: str) -> str:
    flowing = re.sub(r"\s+", " ", text)
    broken = re.sub(r"\s*<br\s*/?>\s*|\s*</p>\s*", "\n", flowing)
    return html.unescape(re.sub(r"<[^<>]+>", "", broken))
