"""Tasks API: answers the console, and every program with a token of the user pool."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.api.application import answer
from ferry.telemetry import logger, traced


@logger().inject_lambda_context
@traced
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a call that the gateway's authorizer has let through."""
    return answer(event, context, wiring.api_backend)
