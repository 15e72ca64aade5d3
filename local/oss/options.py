"""How to run the server: its options and the command line that sets them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from local.oss.credentials import Credential, parse_credential
from local.oss.events.dispatch import Clock as DeliveryClock
from local.oss.events.notifications import NotificationOptions
from local.oss.events.rules import RuleSet
from local.oss.faults.limits import AccountLimits, Limits
from local.oss.faults.rules import Rule, Rules


@dataclass(frozen=True)
class Options:
    """How to run a server.

    Attributes:
        root: Folder for everything the server keeps.
        credentials: Access keys.
        region: Region id that V4 signatures must name.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        cnames: Host names bound to one bucket.
        access_log: Gets one line per request, or None.
        control_token: Opens the control endpoint to who knows it; nobody can reach it when empty.
        rules: Fault rules to begin with.
        limits: Limits per account to begin with.
        clock_offset_seconds: How far the clock is ahead.
        notifications: Who is told about changes, and how.
        restore_delay_seconds: How long it takes until a restored object can be read.
    """

    root: Path
    credentials: Sequence[Credential]
    region: str = "cn-hangzhou"
    host: str = "127.0.0.1"
    port: int = 0
    cnames: dict[str, str] = field(default_factory=dict)
    access_log: Path | None = None
    control_token: str = ""
    rules: Sequence[Rule] = ()
    limits: Limits = field(default_factory=Limits)
    clock_offset_seconds: float = 0.0
    notifications: NotificationOptions = field(default_factory=NotificationOptions)
    restore_delay_seconds: float = 0


def parse_options(argv: Sequence[str] | None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.oss", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for buckets and objects")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one")
    parser.add_argument("--region", default="cn-hangzhou", help="region id that V4 signatures must name")
    parser.add_argument(
        "--access-key",
        type=parse_credential,
        action="append",
        required=True,
        metavar="ID:SECRET[:LIMITS]",
        help="an access key; limits are deny=ACTION,..  allow=ACTION,..  read-only  token=TOKEN, joined by ;",
    )
    parser.add_argument(
        "--cname",
        type=_cname,
        action="append",
        default=[],
        metavar="HOST=BUCKET",
        help="a host of one bucket",
    )
    parser.add_argument("--access-log", type=Path, help="write one line per request here")
    parser.add_argument(
        "--restore-delay",
        type=float,
        default=0,
        metavar="SECONDS",
        help="how long it takes until a restored object can be read",
    )
    _add_fault_options(parser)
    _add_notification_options(parser)
    chosen = parser.parse_args(argv)
    return Options(
        root=chosen.data,
        credentials=chosen.access_key,
        region=chosen.region,
        host=chosen.host,
        port=chosen.port,
        cnames=dict(chosen.cname),
        access_log=chosen.access_log,
        control_token=chosen.control_token,
        rules=chosen.faults,
        limits=_limits(chosen.qps, chosen.bandwidth),
        clock_offset_seconds=chosen.clock_skew_seconds,
        notifications=NotificationOptions(
            chosen.notifications, DeliveryClock(scale=chosen.notification_retry_scale)
        ),
        restore_delay_seconds=chosen.restore_delay,
    )


def _add_fault_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("faults and limits", "described in docs/oss-server-faults.md")
    group.add_argument("--control-token", default="", metavar="TOKEN", help="opens /_control/ to this token")
    group.add_argument("--faults", type=_rules, default=(), metavar="FILE", help="JSON with fault rules")
    group.add_argument("--qps", type=float, metavar="N", help="requests per second of each account")
    group.add_argument(
        "--bandwidth",
        type=float,
        metavar="BYTES",
        help="bytes per second of each account, in either direction",
    )
    group.add_argument(
        "--clock-skew-seconds", type=float, default=0.0, metavar="N", help="how far the clock is ahead"
    )


def _add_notification_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("event notifications", "described in docs/oss-server-events.md")
    group.add_argument(
        "--notifications",
        type=_notification_rules,
        metavar="FILE",
        help="JSON with notification rules; without it those of the last run hold",
    )
    group.add_argument(
        "--notification-retry-scale",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="factor on the pauses between tries; 0 tries again at once",
    )


def _notification_rules(text: str) -> RuleSet:
    try:
        return RuleSet.model_validate_json(Path(text).read_bytes())
    except (OSError, ValidationError) as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


def _rules(text: str) -> Sequence[Rule]:
    try:
        return Rules.model_validate_json(Path(text).read_bytes()).rules
    except (OSError, ValidationError) as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


def _limits(qps: float | None, bandwidth: float | None) -> Limits:
    each = AccountLimits(
        requests_per_second=qps,
        download_bytes_per_second=bandwidth,
        upload_bytes_per_second=bandwidth,
    )
    return Limits(every_account=each)


def _cname(text: str) -> tuple[str, str]:
    host, _, bucket = text.partition("=")
    if not host or not bucket:
        raise ValueError("a CNAME is written HOST=BUCKET")
    return host.lower(), bucket
