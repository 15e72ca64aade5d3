"""``ferry verify``: are both sides alike?"""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from ferry.keys import KeyMapping
from rich.console import RenderableType
from rich.text import Text

from cli.choices import (
    ExcludeOption,
    FilterOptions,
    IncludeOption,
    MaxSizeOption,
    MinSizeOption,
    NewerThanOption,
    OlderThanOption,
    PrefixesFromOption,
    PrefixOption,
    StorageClassFilterOption,
    choose_prefixes,
    read_prefixes,
)
from cli.connections import OssAccess, S3Access, on_local_stack, open_replica, open_source, s3_client
from cli.console import err, fact_table, format_seconds, note, out, print_json, show_key
from cli.locations import Location
from cli.options import (
    AwsProfileOption,
    DestinationArgument,
    JsonOption,
    KeepPrefixOption,
    LocalStackOption,
    OssAccessKeyIdOption,
    OssAccessKeySecretOption,
    OssCnameOption,
    OssEndpointOption,
    OssRegionOption,
    OssSessionTokenOption,
    S3EndpointOption,
    S3RegionOption,
    SourceArgument,
)
from cli.progress import live
from cli.replica_options import OssRequestPayerOption, S3RequestPayerOption
from cli.sessions import aws_session

if TYPE_CHECKING:
    from ferry.tasks.filters import Filters

    from cli.verification import Verdict

verify_epilog: Final = (
    "Example: ferry verify --content --oss-region cn-hangzhou oss://my-bucket/photos s3://my-replica/photos"
)


def verify(  # noqa: PLR0913 - the options of a command
    source: SourceArgument,
    destination: DestinationArgument,
    *,
    content: Annotated[
        bool, typer.Option("--content", help="Read every object on both sides and compare SHA-256.")
    ] = False,
    prefix: PrefixOption = None,
    prefixes_from: PrefixesFromOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    min_size: MinSizeOption = "",
    max_size: MaxSizeOption = "",
    newer_than: NewerThanOption = "",
    older_than: OlderThanOption = "",
    storage_class_filter: StorageClassFilterOption = None,
    oss_endpoint: OssEndpointOption = "",
    oss_region: OssRegionOption = "",
    oss_access_key_id: OssAccessKeyIdOption = "",
    oss_access_key_secret: OssAccessKeySecretOption = "",
    oss_session_token: OssSessionTokenOption = "",
    cname: OssCnameOption = False,
    aws_endpoint_url_s3: S3EndpointOption = "",
    aws_region: S3RegionOption = "",
    aws_profile: AwsProfileOption = "",
    keep_prefix: KeepPrefixOption = False,
    oss_request_payer: OssRequestPayerOption = False,
    s3_request_payer: S3RequestPayerOption = False,
    local: LocalStackOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare an OSS bucket with its replica, object by object.

    Compares size, source version, content headers, user metadata and tags, and with --content every byte.
    Changes nothing. Takes the same keys as copy.

    Exits with 0 when both sides are alike, 1 when they differ, 2 when nothing could be done.
    """
    if local:
        oss, s3 = on_local_stack()
    else:
        key = (oss_access_key_id, oss_access_key_secret, oss_session_token)
        oss = OssAccess(oss_endpoint, oss_region, cname, *key)
        s3 = S3Access(aws_endpoint_url_s3, aws_region, aws_profile)
    oss, s3 = replace(oss, pays_requests=oss_request_payer), replace(s3, pays_requests=s3_request_payer)
    began = time.monotonic()
    prefixes = choose_prefixes(source.prefix, read_prefixes(prefix, prefixes_from))
    strip = "" if keep_prefix else source.prefix
    chosen = FilterOptions(include, exclude, min_size, max_size, newer_than, older_than, storage_class_filter)
    filters = chosen.read(datetime.now(UTC))
    mapping = KeyMapping(source.prefix, strip, destination.prefix, prefixes, filters.patterns)
    verdict = _run(source, destination, (oss, s3), mapping, filters, content=content)
    _print(verdict, f"{source} ↔ {destination}", time.monotonic() - began, as_json=as_json)
    if not verdict.agrees:
        raise typer.Exit(1)


def _run(
    source: Location,
    destination: Location,
    access: tuple[OssAccess, S3Access],
    mapping: KeyMapping,
    filters: "Filters",
    *,
    content: bool,
) -> "Verdict":
    from ferry.stores.http import HttpTransport

    from cli.verification import Verifier

    oss, s3 = access

    async def check() -> "Verdict":
        http = HttpTransport()
        try:
            session = aws_session(s3.region, s3.profile)
            client = s3_client(session, destination, s3)
            verifier = Verifier(
                open_source(source, oss, http),
                open_replica(destination, s3, client, session, http),
                client,
                mapping,
                filters,
                content=content,
                pays_requests=s3.pays_requests,
            )

            def render() -> RenderableType:
                verdict = verifier.verdict
                differing = verdict.checked - verdict.same
                return Text(f"Verifying  {verdict.checked:,} checked · {differing:,} differ", style="bold")

            with live(err(), render):
                return await verifier.run()
        finally:
            await http.aclose()

    try:
        return asyncio.run(check())
    except KeyboardInterrupt:
        note(err(), "Interrupted.")
        raise typer.Exit(130) from None


def _print(verdict: "Verdict", title: str, seconds: float, *, as_json: bool) -> None:
    for kind, key, what in verdict.shown:
        note(err(), f"{kind}: {show_key(key)}: {what}", "red")
    if (more := verdict.checked - verdict.same - len(verdict.shown)) > 0:
        note(err(), f"… and {more:,} more.", "red")
    if as_json:
        print_json(verdict.to_json())
        return
    note(out(), title, "bold")
    rows = [(name.capitalize(), f"{count:,}") for name, count in verdict.to_json().items()]
    out().print(fact_table([*rows, ("Time", format_seconds(seconds))]))
