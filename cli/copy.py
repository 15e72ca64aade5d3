"""``ferry copy``: replicate in this process, needing nothing of AWS but S3."""

import asyncio
import json
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from ferry.errors import ConfigurationError
from rich.console import RenderableType

from cli.choices import (
    ArchivedOption,
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
from cli.console import err, fact_table, note, out, print_json
from cli.limits import MaxBandwidthOption, MaxRequestsOption, read_limits
from cli.locations import Location
from cli.options import (
    AwsProfileOption,
    BackupPrefixOption,
    CompareOption,
    DeleteOption,
    DestinationArgument,
    JsonOption,
    KeepPrefixOption,
    LocalStackOption,
    MaxDeleteOption,
    OssAccessKeyIdOption,
    OssAccessKeySecretOption,
    OssCnameOption,
    OssEndpointOption,
    OssRegionOption,
    OssSessionTokenOption,
    ReportOption,
    S3EndpointOption,
    S3RegionOption,
    SourceArgument,
    StorageClassOption,
    parse_size,
    read_deletes,
)
from cli.progress import Meter, Snapshot, live
from cli.replica_options import (
    AclOption,
    EncryptionOption,
    KmsKeyOption,
    MetadataPolicyOption,
    OssRequestPayerOption,
    S3RequestPayerOption,
    StorageClassMapOption,
    build_settings,
    replica_fields,
)
from cli.sessions import aws_session
from cli.summary import FailureList, Summary

if TYPE_CHECKING:
    from ferry.archives import Archived
    from ferry.outcome import Outcome
    from ferry.pacing.governor import Governor
    from ferry.pacing.limits import Allowance
    from ferry.replica_settings import ReplicaSettings
    from ferry.replicate import Replication, Tally
    from ferry.stores.http import HttpTransport
    from ferry.tasks.deletes import Deletes
    from ferry.tasks.filters import Filters

MIB: Final = 1024**2
copy_epilog: Final = (
    "Example: OSS_ACCESS_KEY_ID=… OSS_ACCESS_KEY_SECRET=… "
    "ferry copy --oss-region cn-hangzhou oss://my-bucket/photos s3://my-replica/photos"
)


@dataclass(frozen=True)
class CopyOptions:
    """How to copy, beside from where to where."""

    settings: "ReplicaSettings"
    compare: str = "auto"
    keep_prefix: bool = False
    dry_run: bool = False
    large_object_threshold: int = 128 * MIB
    in_flight: int = 64
    deletes: "Deletes | None" = None
    prefixes: tuple[str, ...] = ()
    filters: "Filters | None" = None
    archived: "Archived" = "fail"
    allowance: "Allowance | None" = None


def copy(  # noqa: PLR0913 - the options of a command
    source: SourceArgument,
    destination: DestinationArgument,
    *,
    prefix: PrefixOption = None,
    prefixes_from: PrefixesFromOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    min_size: MinSizeOption = "",
    max_size: MaxSizeOption = "",
    newer_than: NewerThanOption = "",
    older_than: OlderThanOption = "",
    storage_class_filter: StorageClassFilterOption = None,
    archived: ArchivedOption = "fail",
    oss_endpoint: OssEndpointOption = "",
    oss_region: OssRegionOption = "",
    oss_access_key_id: OssAccessKeyIdOption = "",
    oss_access_key_secret: OssAccessKeySecretOption = "",
    oss_session_token: OssSessionTokenOption = "",
    cname: OssCnameOption = False,
    aws_endpoint_url_s3: S3EndpointOption = "",
    aws_region: S3RegionOption = "",
    aws_profile: AwsProfileOption = "",
    storage_class: StorageClassOption = "STANDARD",
    storage_class_map: StorageClassMapOption = None,
    encryption: EncryptionOption = "bucket-default",
    kms_key: KmsKeyOption = "",
    acl: AclOption = "bucket-default",
    metadata_policy: MetadataPolicyOption = "fail",
    oss_request_payer: OssRequestPayerOption = False,
    s3_request_payer: S3RequestPayerOption = False,
    compare: CompareOption = "auto",
    keep_prefix: KeepPrefixOption = False,
    delete: DeleteOption = False,
    max_delete: MaxDeleteOption = "",
    backup_prefix: BackupPrefixOption = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be copied and deleted; change nothing.")
    ] = False,
    large_object_threshold: Annotated[
        int,
        typer.Option(
            parser=parse_size, metavar="SIZE", help="Objects of at least this size are copied in parts."
        ),
    ] = 128 * MIB,
    max_bandwidth: MaxBandwidthOption = "",
    max_requests: MaxRequestsOption = None,
    in_flight: Annotated[int, typer.Option(min=1, max=1024, help="Objects copied at once.")] = 64,
    report: ReportOption = None,
    local: LocalStackOption = False,
    as_json: JsonOption = False,
) -> None:
    """Copy what is new or changed from an OSS bucket to an S3 bucket.

    The contents of the source prefix land under the destination prefix. The OSS access key comes from
    OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN or the options of these names, the AWS one
    from the usual AWS variables and profiles.

    Exits with 0 when all is well, 1 when some objects failed or deletes were refused, 2 when nothing could be
    done.
    """
    if not 5 * MIB <= large_object_threshold <= 5 * 1024 * MIB:
        msg = "--large-object-threshold must be between 5MiB and 5GiB."
        raise typer.BadParameter(msg)
    if local:
        oss, s3 = on_local_stack()
    else:
        key = (oss_access_key_id, oss_access_key_secret, oss_session_token)
        oss = OssAccess(oss_endpoint, oss_region, cname, *key)
        s3 = S3Access(aws_endpoint_url_s3, aws_region, aws_profile)
    oss, s3 = replace(oss, pays_requests=oss_request_payer), replace(s3, pays_requests=s3_request_payer)
    settings = build_settings(
        replica_fields(
            storage_class=storage_class,
            storage_class_map=storage_class_map,
            encryption=encryption,
            kms_key=kms_key,
            acl=acl,
            metadata_policy=metadata_policy,
        )
    )
    deletes = read_deletes(delete, max_delete, backup_prefix)
    filters = FilterOptions(
        include, exclude, min_size, max_size, newer_than, older_than, storage_class_filter
    )
    options = CopyOptions(
        settings,
        compare,
        keep_prefix,
        dry_run,
        large_object_threshold,
        in_flight,
        deletes,
        choose_prefixes(source.prefix, read_prefixes(prefix, prefixes_from)),
        filters.read(datetime.now(UTC)),
        archived,
        read_limits(max_bandwidth, max_requests),
    )
    began = time.monotonic()
    with _failures(report) as failures:
        tally = _run(_Copy(source, destination, oss, s3, options, failures))
    summary = summarise(tally, time.monotonic() - began)
    failures.print(err())
    if tally.deletes_refused:
        note(err(), tally.deletes_refused, "red")
    if as_json:
        print_json(summary.to_json())
    else:
        title = f"{source} → {destination}" + (" (dry run: nothing was written)" if dry_run else "")
        note(out(), title, "bold")
        out().print(fact_table(summary.rows(dry_run=dry_run)))
    if summary.failed or tally.deletes_refused:
        raise typer.Exit(1)


def summarise(tally: "Tally", seconds: float) -> Summary:
    """Return what a replication came to."""
    return Summary(
        objects=tally.objects,
        bytes=tally.size,
        copied=tally.copied,
        current=tally.current,
        deleted=tally.deleted,
        failed=tally.failed,
        seconds=seconds,
        unverified=tally.unverified,
        metadata_dropped=tally.metadata_dropped,
        excluded=tally.excluded,
        archived=tally.archived,
    )


def snapshot(tally: "Tally", label: str) -> Snapshot:
    """Return where a replication is."""
    return Snapshot(
        label=label,
        objects=tally.closed,
        total_objects=tally.planned + (0 if tally.deletes_refused else tally.extra),
        size=tally.moved_size,
        total_size=tally.planned_size,
        is_total_final=tally.is_listed,
        looked_at=tally.found,
        failed=tally.failed,
    )


@dataclass(frozen=True)
class _Copy:
    source: Location
    destination: Location
    oss: OssAccess
    s3: S3Access
    options: CopyOptions
    failures: FailureList

    def replication(self, http: "HttpTransport") -> "Replication":
        """Build what copies; see ``copy`` for what is what."""
        from ferry.keys import KeyMapping
        from ferry.multipart.upload import LargeObjectCopier
        from ferry.replica_policy import ReplicaPolicy
        from ferry.replicate import Replication
        from ferry.tasks.filters import NO_FILTERS
        from ferry.tasks.models import CompareMode
        from ferry.transfer.engine import TransferEngine, TransferLimits

        session = aws_session(self.s3.region, self.s3.profile)
        source = open_source(self.source, self.oss, http)
        client = s3_client(session, self.destination, self.s3)
        replica = open_replica(self.destination, self.s3, client, session, http)
        prefix = self.source.prefix
        strip = "" if self.options.keep_prefix else prefix
        filters = self.options.filters or NO_FILTERS
        chosen = (self.options.prefixes, filters.patterns)
        mapping = KeyMapping(prefix, strip, self.destination.prefix, *chosen)
        deletes = self.options.deletes
        try:
            if deletes is not None:
                deletes.check_apart(mapping.replica_listing_prefix)
        except ValueError as error:
            msg = f"--backup-prefix cannot be used: {error}."
            raise ConfigurationError(msg, reason="InvalidBackupPrefix") from None
        run_id = f"copy-{datetime.now(UTC):%Y%m%dt%H%M%Sz}-{secrets.token_hex(4)}"
        policy = ReplicaPolicy(run_id, self.options.settings)
        archived = self.options.archived
        # One for both, so that small and large objects share what they may take.
        governor = _governor(self.options.allowance)
        copier = LargeObjectCopier(source, replica, mapping, policy, archived=archived, governor=governor)
        limits = TransferLimits(in_flight=self.options.in_flight)
        return Replication(
            TransferEngine(source, replica, mapping, policy, limits, archived=archived, governor=governor),
            copier,
            mode=CompareMode(self.options.compare),
            large_object_threshold=self.options.large_object_threshold,
            dry_run=self.options.dry_run,
            deletes=deletes,
            filters=filters,
            on_report=self._report,
        )

    def _report(self, outcome: "Outcome") -> None:
        from ferry.outcome import Result

        if outcome.result is Result.FAILED:
            self.failures.add(outcome.key, outcome.reason, outcome.message)
        else:
            self.failures.add_notice(outcome.key, outcome.notices)


def _governor(allowance: "Allowance | None") -> "Governor":
    from ferry.pacing.current_limits import FixedLimits
    from ferry.pacing.governor import Governor
    from ferry.pacing.share import LocalBookings, Share

    return Governor(None if allowance is None else Share(LocalBookings(), FixedLimits(allowance)))


def _run(work: _Copy) -> "Tally":
    """Copy with a live display; an interruption ends the process once nothing is left unfinished."""
    begun: list[Replication] = []

    async def replicate() -> "Tally":
        from ferry.stores.http import HttpTransport

        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        http = HttpTransport()
        try:
            replication = work.replication(http)
            begun.append(replication)
            meter = Meter(time.monotonic)
            label = "Counting" if work.options.dry_run else "Copying"

            def render() -> RenderableType:
                return meter.render(snapshot(replication.tally, label))

            with live(err(), render):
                return await replication.run()
        finally:
            await http.aclose()

    try:
        return asyncio.run(replicate())
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        copied = sum(replication.tally.copied for replication in begun)
        msg = f"Interrupted after {copied:,} objects; nothing half-written is left. Start it again to go on."
        note(err(), msg)
        raise typer.Exit(130 if isinstance(error, KeyboardInterrupt) else 143) from None


@contextmanager
def _failures(report: Path | None) -> Iterator[FailureList]:
    """Collect failures, and write them to a file if one is wanted."""
    if report is None:
        yield FailureList()
        return
    try:
        lines = report.open("w", encoding="utf-8")
    except OSError as error:
        msg = f"The report {report} cannot be written: {error.strerror}."
        raise ConfigurationError(msg, reason="InvalidReport") from error

    def write(**entry: str) -> None:
        lines.write(json.dumps(entry) + "\n")

    with lines:
        yield FailureList(write)
