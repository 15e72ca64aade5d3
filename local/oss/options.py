"""The options of ``ferry local oss`` and ``ferry-oss``, the same command under two names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from local.oss.credentials import Credential, parse_credential
from local.oss.errors import OssError
from local.oss.names import check_bucket_name

TLS_PANEL = "TLS"
FAULTS_PANEL = "Faults and limits (docs/oss-server-faults.md)"
EVENTS_PANEL = "Event notifications (docs/oss-server-events.md)"


def _refusing[T](parse: Callable[[str], T]) -> Callable[[str], T]:
    """Turn a parser's ``ValueError`` into a refusal that quotes what it says; click quotes only the value."""

    def parse_or_refuse(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.") from None

    return parse_or_refuse


@dataclass(frozen=True)
class Cname:
    """A host name that stands for one bucket."""

    host: str
    bucket: str


def parse_cname(text: str) -> Cname:
    """Read ``HOST=BUCKET``.

    Raises:
        ValueError: The text has another form.
    """
    host, _, bucket = text.partition("=")
    if not host or not bucket:
        raise ValueError("a CNAME is written HOST=BUCKET")
    return Cname(host.lower(), bucket)


def parse_bucket(text: str) -> str:
    """Read a bucket name.

    Raises:
        ValueError: OSS does not allow the name.
    """
    try:
        check_bucket_name(text)
    except OssError:
        rules = "3 to 63 lower-case letters, digits and hyphens, no hyphen at either end"
        raise ValueError(f"{text!r} is no bucket name; it has {rules}") from None
    return text


DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder for buckets and objects; made when missing.")
]
HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port to listen on; 0 takes a free one.")
]
RegionOption = Annotated[
    str, typer.Option("--region", metavar="REGION", help="Region that V4 signatures must name.")
]
AccessKeyOption = Annotated[
    list[Credential] | None,
    typer.Option(
        "--access-key",
        parser=_refusing(parse_credential),
        envvar="FERRY_OSS_ACCESS_KEYS",
        metavar="ID:SECRET[:LIMITS]",
        show_default=False,
        help="An access key; may be repeated. Limits are deny=ACTION,… allow=ACTION,… read-only token=TOKEN "
        "account=ID, joined by ;. Without any key, one is made up and kept in the folder. The variable, with "
        "spaces between keys, keeps them out of the process list.",
    ),
]
BucketOption = Annotated[
    list[str] | None,
    typer.Option(
        "--bucket",
        parser=_refusing(parse_bucket),
        metavar="NAME",
        show_default=False,
        help="Make this bucket at the start, unless it is there; may be repeated.",
    ),
]
CnameOption = Annotated[
    list[Cname] | None,
    typer.Option(
        "--cname",
        parser=_refusing(parse_cname),
        metavar="HOST=BUCKET",
        show_default=False,
        help="A host name bound to one bucket; may be repeated.",
    ),
]
AccessLogOption = Annotated[
    Path | None,
    typer.Option(
        "--access-log", metavar="FILE", help="Append one line per request to this file, without signatures."
    ),
]
RestoreDelayOption = Annotated[
    float,
    typer.Option(
        "--restore-delay", min=0, metavar="SECONDS", help="Time until a restored object can be read."
    ),
]
ControlTokenOption = Annotated[
    str,
    typer.Option(
        "--control-token",
        envvar="FERRY_OSS_CONTROL_TOKEN",
        metavar="TOKEN",
        show_default=False,
        help="Opens /_control/ to whoever sends this token; without one it does not exist.",
        rich_help_panel=FAULTS_PANEL,
    ),
]
FaultsOption = Annotated[
    Path | None,
    typer.Option(
        "--faults",
        metavar="FILE",
        show_default=False,
        help="JSON with the fault rules to begin with.",
        rich_help_panel=FAULTS_PANEL,
    ),
]
QpsOption = Annotated[
    float | None,
    typer.Option(
        "--qps",
        min=0.001,
        metavar="N",
        show_default=False,
        help="Requests per second of each account; more are refused.",
        rich_help_panel=FAULTS_PANEL,
    ),
]
BandwidthOption = Annotated[
    float | None,
    typer.Option(
        "--bandwidth",
        min=1,
        metavar="BYTES",
        show_default=False,
        help="Bytes per second of each account, in either direction.",
        rich_help_panel=FAULTS_PANEL,
    ),
]
ClockSkewOption = Annotated[
    float,
    typer.Option(
        "--clock-skew-seconds",
        metavar="N",
        help="How far the server's clock is ahead; negative when it is behind.",
        rich_help_panel=FAULTS_PANEL,
    ),
]
NotificationsOption = Annotated[
    Path | None,
    typer.Option(
        "--notifications",
        metavar="FILE",
        show_default=False,
        help="JSON with notification rules; without it those of the last run hold.",
        rich_help_panel=EVENTS_PANEL,
    ),
]
NotificationRetryScaleOption = Annotated[
    float,
    typer.Option(
        "--notification-retry-scale",
        min=0,
        metavar="FACTOR",
        help="Factor on the pauses between tries; 0 tries again at once.",
        rich_help_panel=EVENTS_PANEL,
    ),
]
TlsCertificateOption = Annotated[
    Path | None,
    typer.Option(
        "--tls-certificate",
        metavar="FILE",
        help="Serve https with this certificate (chain) in PEM.",
        rich_help_panel=TLS_PANEL,
    ),
]
TlsKeyOption = Annotated[
    Path | None,
    typer.Option(
        "--tls-key",
        metavar="FILE",
        help="Its private key in PEM, unless it is in the same file.",
        rich_help_panel=TLS_PANEL,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", help="Announce the server as one JSON line, as is done anyway when no terminal reads it."
    ),
]
