"""Intake: takes notifications of the source from the endpoint, and puts jobs on the event queue."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.errors import FerryError, TransientError
from ferry.events.formats import UndecodableError
from ferry.events.intake import TooLargeError, UnauthenticatedError
from ferry.events.requests import read_request
from ferry.events.signature import UntrustedError
from ferry.telemetry import count, logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

REFUSALS = {
    UnauthenticatedError: (401, "NotificationsRefused"),
    UntrustedError: (403, "NotificationsRefused"),
    TooLargeError: (413, "NotificationsTooLarge"),
    UndecodableError: (400, "NotificationsUndecodable"),
    TransientError: (503, "NotificationsPostponed"),
}


def answer(status: int, **document: object) -> dict[str, Any]:
    """Answer a sender; whoever was refused learns nothing but the status."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(document),
    }


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer 202 once every job is on the queue."""
    try:
        request = read_request(event, wiring.settings().events_url)
        taken = wiring.intake().take(request, datetime.now(UTC))
    except tuple(REFUSALS) as error:
        status, metric = next(REFUSALS[kind] for kind in REFUSALS if isinstance(error, kind))
        count(metric)
        note_refusal(status, error)
        return answer(status)
    count("EventsAccepted", taken.accepted)
    count("EventsIgnored", taken.ignored)
    count("EventsUnknown", taken.unknown)
    count("EventsElsewhere", taken.elsewhere)
    return answer(202, accepted=taken.accepted, jobs=len(taken.jobs))


def note_refusal(status: int, error: FerryError) -> None:
    """Log why a notification was not taken; nothing that it holds is in the message."""
    logger().warning("a notification was answered %d: %s (%s)", status, error, error.reason)
