"""``ferry local oss`` and ``ferry-oss``: run the server until it is told to stop."""

import asyncio
import json
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from local.oss.kept_key import kept_key, kept_key_path
from local.oss.options import (
    AccessKeyOption,
    AccessLogOption,
    BandwidthOption,
    BucketOption,
    ClockSkewOption,
    CnameOption,
    ControlTokenOption,
    DataOption,
    FaultsOption,
    HostOption,
    JsonOption,
    NotificationRetryScaleOption,
    NotificationsOption,
    PortOption,
    QpsOption,
    RegionOption,
    RestoreDelayOption,
    TlsCertificateOption,
    TlsKeyOption,
)
from local.oss.starting import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.oss.control import Control
    from local.oss.server import Options

DEFAULT_PORT: Final = 9020
oss_epilog: Final = "Example: ferry local oss --data ./oss-data --bucket photos"


def oss(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    *,
    data: DataOption,
    host: HostOption = "127.0.0.1",
    port: PortOption = DEFAULT_PORT,
    region: RegionOption = "cn-hangzhou",
    access_key: AccessKeyOption = None,
    bucket: BucketOption = None,
    cname: CnameOption = None,
    access_log: AccessLogOption = None,
    restore_delay: RestoreDelayOption = 0.0,
    control_token: ControlTokenOption = "",
    faults: FaultsOption = None,
    qps: QpsOption = None,
    bandwidth: BandwidthOption = None,
    clock_skew_seconds: ClockSkewOption = 0.0,
    notifications: NotificationsOption = None,
    notification_retry_scale: NotificationRetryScaleOption = 1.0,
    tls_certificate: TlsCertificateOption = None,
    tls_key: TlsKeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the OSS REST API from a folder, until Ctrl-C or SIGTERM; requests under way are finished.

    Without an access key, one is made up and kept in the folder. Exits with 2 when it cannot start.
    """
    if tls_key is not None and tls_certificate is None:
        raise typer.BadParameter("--tls-key needs --tls-certificate.")
    # Here, so that `ferry --help` and a wrong option do not wait for the HTTP stack.
    from local.oss.events.starting import notification_options
    from local.oss.faults.starting import limits_of_every_account, read_rules
    from local.oss.server import Options

    try:
        options = Options(
            root=data,
            credentials=access_key or [kept_key(data)],
            region=region,
            host=host,
            port=port,
            cnames={one.host: one.bucket for one in cname or []},
            access_log=access_log,
            restore_delay_seconds=restore_delay,
            control_token=control_token,
            rules=read_rules(faults) if faults else (),
            limits=limits_of_every_account(qps, bandwidth),
            clock_offset_seconds=clock_skew_seconds,
            notifications=notification_options(notifications, retry_scale=notification_retry_scale),
            buckets=bucket or [],
            tls_certificate=tls_certificate,
            tls_key=tls_key,
        )
        in_json = as_json or not sys.stdout.isatty()
        announcement = _json_line if in_json else _first_words
        run_server(
            options,
            lambda endpoint, _control: _say(
                announcement(endpoint, options, None if access_key else kept_key_path(data))
            ),
        )
    except CannotStartError as error:
        typer.echo(f"{context.command_path}: {error}", err=True)
        raise typer.Exit(2) from None


def run_server(options: "Options", listening: "Callable[[str, Control], None]") -> None:
    """Serve in this process until SIGTERM or SIGINT.

    Args:
        options: How to run.
        listening: Called with the endpoint and the control endpoint's answers once connections are accepted.

    Raises:
        CannotStartError: Something the options name cannot be used.
    """
    import uvloop

    from local.oss.server import serve

    async def until_signalled() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(options, listening, stop)

    uvloop.run(until_signalled())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _json_line(endpoint: str, options: "Options", key_path: Path | None) -> str:
    """What programs read. A secret never gets into a log this way; a made-up one is in its file."""
    announced = {
        "endpoint": endpoint,
        "region": options.region,
        "access_key_id": options.credentials[0].access_key_id,
    }
    return json.dumps(announced | ({"access_key_file": str(key_path)} if key_path else {}))


def _first_words(endpoint: str, options: "Options", key_path: Path | None) -> str:
    """What people read; the secret is shown only when it was made up."""
    key = options.credentials[0]
    variables = {
        "OSS_ENDPOINT": endpoint,
        "OSS_REGION": options.region,
        "OSS_ACCESS_KEY_ID": key.access_key_id,
        "OSS_ACCESS_KEY_SECRET": key.secret if key_path else "…",
    }
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    kept = f"\n\nThe key was made up for this folder and is kept in {key_path}." if key_path else ""
    return (
        f"An OSS-compatible server listens on {endpoint} and keeps everything in {options.root}; "
        f"Ctrl-C stops it.\nTo use it in another shell, with ferry or any OSS SDK:\n\n{exports}{kept}"
    )


_program = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
_program.command(epilog="Example: ferry-oss --data ./oss-data --bucket photos")(oss)


def main(arguments: list[str] | None = None) -> None:
    """Run the command as a program of its own and exit: 0 stopped, 2 could not start."""
    _program(arguments, prog_name="ferry-oss")
