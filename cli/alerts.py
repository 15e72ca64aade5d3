"""``ferry task alerts``, and the options that say who is told about a task."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import note, out, print_json
from cli.deployment import find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption

if TYPE_CHECKING:
    from ferry.tasks.alerts import Alerts
    from pydantic_core import ErrorDetails

ALERTS_PANEL = "Alerts"
AlarmEmailOption = Annotated[
    str,
    typer.Option(
        "--alarm-email",
        metavar="ADDRESS",
        show_default=False,
        help="Is told how every run ends, that one stands still, and that replicas fall behind; AWS asks the "
        "address to confirm first.",
        rich_help_panel=ALERTS_PANEL,
    ),
]
AlarmWebhookOption = Annotated[
    str,
    typer.Option(
        "--alarm-webhook",
        metavar="URL",
        show_default=False,
        help="Gets the same by POST: an https URL of Slack, Teams, DingTalk, Feishu, WeCom or your own.",
        rich_help_panel=ALERTS_PANEL,
    ),
]
AlarmLagOption = Annotated[
    int | None,
    typer.Option(
        "--alarm-lag",
        metavar="SECONDS",
        show_default=False,
        help="How far replicas may be behind notified changes without a message, 60 or more.",
        rich_help_panel=ALERTS_PANEL,
    ),
]
_OPTIONS = {"email": "--alarm-email", "webhook": "--alarm-webhook", "lag_seconds": "--alarm-lag"}


def alert_fields(email: str, webhook: str, lag_seconds: int | None) -> dict[str, Any] | None:
    """Return what the options say as fields of Alerts; None when they say nothing."""
    if not email and not webhook and lag_seconds is None:
        return None
    return {"email": email or None, "webhook": webhook or None, "lag_seconds": lag_seconds}


def alerts_sentence(problem: "ErrorDetails") -> str | None:
    """Say which option is wrong, and what about it; None when the problem is none of these options'."""
    rule = problem["msg"].removeprefix("Value error, ")
    match problem["loc"]:
        case ["alerts"] | ("alerts",):
            return "--alarm-lag needs --alarm-email or --alarm-webhook, so that somebody can be told."
        case ("alerts", str(name)):
            if name == "lag_seconds":
                return f"--alarm-lag must be between 60 and 604800 seconds, not {problem['input']!r}."
            # The URL is a secret, and is not said again.
            given = "" if name == "webhook" else f", not {problem['input']!r}"
            return f"{_OPTIONS[name]} {rule}{given}."
    return None


def describe_alerts(alerts: "Alerts | None") -> str:
    """Say who is told, without the secret part of a webhook."""
    if alerts is None:
        return "nobody but who gets the deployment's alarms"
    told = [alerts.email or "", f"a webhook at {alerts.webhook_host}" if alerts.webhook else ""]
    limit = f", lag over {alerts.lag_seconds} s too" if alerts.lag_seconds else ""
    return " and ".join(filter(None, told)) + limit


def alerts(  # noqa: PLR0913 - the options of a command
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the task.")],
    *,
    alarm_email: AlarmEmailOption = "",
    alarm_webhook: AlarmWebhookOption = "",
    alarm_lag: AlarmLagOption = None,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say who is told about a task, instead of whoever was before; without options nobody is.

    Subscriptions that you added to the task's topic yourself end when the address changes.
    """
    from ferry.tasks.alerts import Alerts
    from pydantic import TypeAdapter, ValidationError

    fields = alert_fields(alarm_email, alarm_webhook, alarm_lag)
    try:
        chosen = TypeAdapter(dict[str, Alerts | None]).validate_python({"alerts": fields})["alerts"]
    except ValidationError as error:
        raise typer.BadParameter(
            " ".join(alerts_sentence(problem) or problem["msg"] for problem in error.errors())
        ) from None
    find_deployment(stack, aws_region, local=local).editor.tell(name, chosen)
    if as_json:
        print_json({"task_id": name, "alerts": fields})
    else:
        note(out(), f"Told about the task {name}: {describe_alerts(chosen)}.")
