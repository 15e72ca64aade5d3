"""The tasks API: what the console asks about tasks, runs and the deployment."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry.telemetry import logger, metrics, traced


@logger().inject_lambda_context
@traced
@metrics().log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Say who is signed in."""
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    groups = claims.get("cognito:groups", "").strip("[]").split()
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps({"email": claims.get("email"), "groups": groups}),
    }
