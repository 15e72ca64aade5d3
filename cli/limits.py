"""``ferry task limits``, and the options that say how much copies may take of their source."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.console import format_size, note, out, print_json
from cli.deployment import find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption, parse_size

if TYPE_CHECKING:
    from ferry.pacing.limits import Allowance, Limits, Weekday, Window
    from pydantic import ValidationError

LIMITS_PANEL: Final = "Limits"
MaxBandwidthOption = Annotated[
    str,
    typer.Option(
        "--max-bandwidth",
        metavar="SIZE",
        show_default=False,
        help="Copy at most this many bytes per second, everything that copies taken together, such as 50M; "
        "1M or more.",
        rich_help_panel=LIMITS_PANEL,
    ),
]
MaxRequestsOption = Annotated[
    int | None,
    typer.Option(
        "--max-requests",
        metavar="NUMBER",
        min=1,
        show_default=False,
        help="Begin at most this many copies per second, of objects or of parts of large ones; each is one "
        "GET to OSS.",
        rich_help_panel=LIMITS_PANEL,
    ),
]
LimitWindowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit-window",
        metavar="'[DAYS ]START-END BANDWIDTH[,REQUESTS]'",
        show_default=False,
        help="Other limits in these hours: 'mon-fri 08:00-18:00 5M,100' (bytes, then requests per second; "
        "days as mon, mon-fri or mon,wed, without any every day), or 'unlimited' for either. May be given "
        "many times; the first that fits counts.",
        rich_help_panel=LIMITS_PANEL,
    ),
]
LimitsTimezoneOption = Annotated[
    str,
    typer.Option(
        "--limits-timezone",
        metavar="ZONE",
        show_default="UTC",
        help="Time zone of --limit-window, such as Asia/Shanghai.",
        rich_help_panel=LIMITS_PANEL,
    ),
]
_UNLIMITED: Final = "unlimited"
_COMMA: Final = re.compile(r"\s*,\s*")


def read_limits(
    bandwidth: str, requests: int | None, windows: list[str] | None = None, timezone: str = ""
) -> "Limits | None":
    """Return what the options say, None when they say nothing; raises typer.BadParameter with a sentence."""
    from ferry.pacing.limits import Limits
    from pydantic import ValidationError

    if not bandwidth and requests is None and not windows:
        if timezone:
            msg = "--limits-timezone is about --limit-window; give one too."
            raise typer.BadParameter(msg)
        return None
    try:
        most = _bandwidth(bandwidth) if bandwidth else None
    except ValueError as error:
        msg = f"--max-bandwidth cannot be used: {error}."
        raise typer.BadParameter(msg) from None
    try:
        return Limits.model_validate(
            {
                "bandwidth": most,
                "requests": requests,
                "timetable": [read_window(window) for window in windows or []],
                "timezone": timezone or "UTC",
            }
        )
    except ValidationError as error:
        raise typer.BadParameter(" ".join(_sentences(error))) from None


def read_window(text: str) -> "Window":
    """Read such as ``mon-fri 08:00-18:00 5M,100``; raises typer.BadParameter with a sentence."""
    from ferry.pacing.limits import Window
    from pydantic import ValidationError

    try:
        *days, hours, most = _COMMA.sub(",", text.strip().lower()).split()
        start, end = hours.split("-")
        (listed,) = days or [""]
    except ValueError:
        msg = f"--limit-window must be such as 'mon-fri 08:00-18:00 5M,100', not {text!r}."
        raise typer.BadParameter(msg) from None
    bandwidth, _, requests = most.partition(",")
    try:
        return Window.model_validate(
            {
                "days": _days(listed),
                "start": start,
                "end": end,
                "bandwidth": _bandwidth(bandwidth),
                "requests": _requests(requests),
            }
        )
    except ValidationError as error:
        rules = [
            f"{'the ' if name == 'bandwidth' else ''}{name} {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
            for name in problem["loc"][:1]
        ]
        msg = f"--limit-window {text!r} cannot be used: {', and '.join(rules)}."
    except ValueError as error:
        msg = f"--limit-window {text!r} cannot be used: {error}."
    raise typer.BadParameter(msg)


def _days(listed: str) -> list["Weekday"]:
    """Read such as ``mon``, ``mon-fri`` or ``mon,wed``; the week goes round."""
    from ferry.pacing.limits import WEEKDAYS

    chosen: list[Weekday] = []
    for part in filter(None, listed.split(",")):
        first, _, last = part.partition("-")
        ends = [
            number for day in (first, last or first) for number, name in enumerate(WEEKDAYS) if name == day
        ]
        if len(ends) != 2:
            msg = f"{part!r} is no day; write mon, mon-fri or mon,wed"
            raise ValueError(msg)
        begin, length = ends[0], (ends[1] - ends[0]) % len(WEEKDAYS) + 1
        chosen += [WEEKDAYS[number % len(WEEKDAYS)] for number in range(begin, begin + length)]
    return chosen


def _bandwidth(text: str) -> int | None:
    if text == _UNLIMITED:
        return None
    try:
        return parse_size(text)
    except typer.BadParameter:
        msg = f"{text!r} is no bandwidth; write bytes per second such as 5M or 5242880"
        raise ValueError(msg) from None


def _requests(text: str) -> int | None:
    if not text or text == _UNLIMITED:
        return None
    if not text.isdecimal() or not int(text):
        msg = f"{text!r} is no number of requests per second; write one such as 100"
        raise ValueError(msg)
    return int(text)


def _sentences(error: "ValidationError") -> list[str]:
    sentences = []
    for problem in error.errors():
        rule = problem["msg"].removeprefix("Value error, ")
        match problem["loc"]:
            case ("bandwidth",):
                sentences.append(f"--max-bandwidth {rule}.")
            case ("timezone",):
                sentences.append(f"--limits-timezone {rule}, not {problem['input']!r}.")
            case ("timetable",):
                sentences.append("--limit-window can be given 50 times.")
            case _:
                sentences.append(
                    "These limit nothing; give --max-bandwidth, --max-requests or such a --limit-window."
                )
    return sentences


def describe_limits(chosen: "Limits | None") -> str:
    """Say what copies may take, one line per window."""
    if chosen is None:
        return "none"
    if not chosen.timetable:
        return _describe(chosen)
    return "\n".join(
        [
            *map(_describe_window, chosen.timetable),
            f"else: {_describe(chosen)}",
            f"(times of {chosen.timezone})",
        ]
    )


def _describe(allowance: "Allowance") -> str:
    parts = [
        f"{format_size(allowance.bandwidth)}/s" if allowance.bandwidth is not None else "",
        f"{allowance.requests:,} requests/s" if allowance.requests is not None else "",
    ]
    return ", ".join(filter(None, parts)) or _UNLIMITED


def _describe_window(window: "Window") -> str:
    days = f"{_describe_days(window.days)} " if window.days else ""
    return f"{days}{window.start}-{window.end}: {_describe(window)}"


def _describe_days(days: tuple["Weekday", ...]) -> str:
    from ferry.pacing.limits import WEEKDAYS

    numbers = [WEEKDAYS.index(day) for day in days]
    is_row = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{days[0]}-{days[-1]}" if is_row else ",".join(days)


def limits(  # noqa: PLR0913 - the options of a command
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the task.")],
    *,
    max_bandwidth: MaxBandwidthOption = "",
    max_requests: MaxRequestsOption = None,
    limit_window: LimitWindowOption = None,
    limits_timezone: LimitsTimezoneOption = "",
    none: Annotated[
        bool, typer.Option("--none", help="Take all limits away.", rich_help_panel=LIMITS_PANEL)
    ] = False,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what copies of a task may take, instead of all that was said before.

    A run that is under way, and real time, follow within about 10 seconds; copies that wait for their turn
    already keep it, which is a minute away at the most.
    """
    chosen = read_limits(max_bandwidth, max_requests, limit_window, limits_timezone)
    if none and chosen is not None:
        msg = "--none takes all limits away; give it without others."
        raise typer.BadParameter(msg)
    if not none and chosen is None:
        msg = "Give --max-bandwidth, --max-requests or --limit-window; --none takes all limits away."
        raise typer.BadParameter(msg)
    find_deployment(stack, aws_region, local=local).editor.limit(name, chosen)
    if as_json:
        print_json({"task_id": name, "limits": None if chosen is None else chosen.model_dump(mode="json")})
    else:
        said = describe_limits(chosen).replace("\n", "; ")
        note(out(), f"Limits of the task {name}: {said}. Copies follow within about 10 seconds.")
