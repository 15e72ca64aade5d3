"""When a delivery that failed is tried again.

Source: SMQ documentation, "NotifyStrategy"; EventBridge has the same two policies. Function Compute says how
often it invokes a function again, not when; its pauses here double from one second.
"""

from collections.abc import Callable

from local.oss.events.targets import EventBridgeTarget, FunctionTarget, NotifyStrategy, SmqTarget

BACKOFF_RETRIES = 3
BACKOFF_SECONDS = (10.0, 20.0)
DECAY_RETRIES = 176
DECAY_LONGEST_SECONDS = 512


def pause_seconds(
    target: SmqTarget | EventBridgeTarget | FunctionTarget,
    *,
    failures: int,
    age_seconds: float,
    between: Callable[[float, float], float],
) -> float | None:
    """How long to wait before the next try, or None to give up.

    Args:
        target: Where the message goes.
        failures: Tries that failed so far, at least 1.
        age_seconds: Seconds since the message was made.
        between: Draws a number between two others.
    """
    if isinstance(target, FunctionTarget):
        pause = float(2 ** (failures - 1))
        too_old = age_seconds + pause > target.max_async_event_age_seconds
        return None if too_old or failures > target.max_async_retry_attempts else pause
    if target.notify_strategy is NotifyStrategy.BACKOFF_RETRY:
        return between(*BACKOFF_SECONDS) if failures <= BACKOFF_RETRIES else None
    if failures > DECAY_RETRIES:
        return None
    return float(min(2 ** (failures - 1), DECAY_LONGEST_SECONDS))
