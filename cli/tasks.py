"""``ferry task``: setting up what to replicate."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.alerts import (
    AlarmEmailOption,
    AlarmLagOption,
    AlarmWebhookOption,
    alert_fields,
    alerts,
    alerts_sentence,
    describe_alerts,
)
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
    filter_rows,
    filter_sentence,
    read_prefixes,
)
from cli.console import fact_table, list_table, note, out, print_json, show_key
from cli.deployment import find_deployment
from cli.limits import (
    LimitsTimezoneOption,
    LimitWindowOption,
    MaxBandwidthOption,
    MaxRequestsOption,
    describe_limits,
    limits,
    read_limits,
)
from cli.locations import Location, parse_oss, parse_s3
from cli.options import (
    DESTINATION_PANEL,
    SOURCE_PANEL,
    AwsRegionOption,
    BackupPrefixOption,
    CompareOption,
    DeleteOption,
    JsonOption,
    KeepPrefixOption,
    LocalOption,
    MaxDeleteOption,
    StackOption,
    StorageClassOption,
    read_deletes,
)
from cli.replica_options import (
    OSS_CLASSES,
    AclOption,
    EncryptionOption,
    KmsKeyOption,
    MetadataPolicyOption,
    OssRequestPayerOption,
    S3RequestPayerOption,
    StorageClassMapOption,
    replica_fields,
    settings_sentence,
)

if TYPE_CHECKING:
    from ferry.replica_settings import ReplicaSettings
    from ferry.tasks.models import Task, TaskSettings
    from pydantic import ValidationError

app = typer.Typer(
    name="task",
    help="Set up what to replicate.",
    no_args_is_help=True,
    epilog="Example: ferry task create photos --source oss://my-bucket/photos --oss-region cn-hangzhou "
    "--secret ferry/oss --destination s3://my-replica/photos --destination-region eu-central-1",
)

app.command(epilog="Example: ferry task alerts photos --alarm-email operations@example.com")(alerts)
app.command(
    epilog="Example: ferry task limits photos --max-bandwidth 50M --limit-window 'mon-fri 08:00-18:00 5M'"
)(limits)

TaskArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the task.")]

_ARCHIVED: Final = {"fail": "fail", "skip": "left out", "restore": "restored, then copied by a later run"}
_SHOWN_PREFIXES: Final = 20
_OPTIONS: Final = {
    ("task_id",): "NAME",
    ("description",): "--description",
    ("source", "region"): "--oss-region",
    ("source", "endpoint"): "--oss-endpoint",
    ("source", "secret"): "--secret",
    ("source", "bucket"): "--source",
    ("destination", "bucket"): "--destination",
    ("destination", "region"): "--destination-region",
}


@app.command(
    epilog="Example: ferry task create photos --source oss://my-bucket/photos --oss-region cn-hangzhou "
    "--secret ferry/oss --destination s3://my-replica/photos --destination-region eu-central-1"
)
def create(  # noqa: PLR0913 - the options of a command
    name: TaskArgument,
    *,
    source: Annotated[
        Location,
        typer.Option(
            parser=parse_oss,
            metavar="oss://BUCKET/PREFIX",
            help="Where the objects are.",
            rich_help_panel=SOURCE_PANEL,
        ),
    ],
    destination: Annotated[
        Location,
        typer.Option(
            parser=parse_s3,
            metavar="s3://BUCKET/PREFIX",
            help="Where their replicas go.",
            rich_help_panel=DESTINATION_PANEL,
        ),
    ],
    description: Annotated[
        str, typer.Option(metavar="TEXT", show_default=False, help="What the task is for, in one line.")
    ] = "",
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
    oss_region: Annotated[
        str,
        typer.Option(metavar="REGION", help="OSS region, such as cn-hangzhou.", rich_help_panel=SOURCE_PANEL),
    ] = "",
    oss_endpoint: Annotated[
        str,
        typer.Option(
            metavar="URL", help="By default the region's public endpoint.", rich_help_panel=SOURCE_PANEL
        ),
    ] = "",
    cname: Annotated[
        bool,
        typer.Option(
            "--cname", help="The endpoint is a domain bound to the bucket.", rich_help_panel=SOURCE_PANEL
        ),
    ] = False,
    secret: Annotated[
        str,
        typer.Option(
            metavar="NAME_OR_ARN",
            help="Secrets Manager secret with the OSS access key.",
            rich_help_panel=SOURCE_PANEL,
        ),
    ] = "",
    destination_region: Annotated[
        str,
        typer.Option(metavar="REGION", help="Region of the S3 bucket.", rich_help_panel=DESTINATION_PANEL),
    ] = "",
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
    max_bandwidth: MaxBandwidthOption = "",
    max_requests: MaxRequestsOption = None,
    limit_window: LimitWindowOption = None,
    limits_timezone: LimitsTimezoneOption = "",
    alarm_email: AlarmEmailOption = "",
    alarm_webhook: AlarmWebhookOption = "",
    alarm_lag: AlarmLagOption = None,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set up a task: from which OSS bucket to which S3 bucket.

    On a local stack the regions, the endpoint and the secret are those of the stack unless given. Deleting
    needs a stack deployed with the parameter MirrorDeletes=Allowed.
    """
    deployment = find_deployment(stack, aws_region, local=local)
    if (belongings := deployment.local) is not None:
        oss_region = oss_region or belongings.oss.region
        oss_endpoint = oss_endpoint or belongings.oss.endpoint
        secret = secret or belongings.secret_arn
        destination_region = destination_region or belongings.aws.region
    filters = FilterOptions(
        include, exclude, min_size, max_size, newer_than, older_than, storage_class_filter
    )
    settings = build_task_settings(
        {
            "task_id": name,
            "description": description,
            "source": {
                "bucket": source.bucket,
                "prefix": source.prefix,
                "prefixes": read_prefixes(prefix, prefixes_from),
                "region": oss_region,
                "endpoint": oss_endpoint or None,
                "is_cname": cname,
                "secret": secret,
                "request_payer": oss_request_payer,
            },
            "destination": {
                "bucket": destination.bucket,
                "prefix": destination.prefix,
                "region": destination_region,
                "request_payer": s3_request_payer,
                **replica_fields(
                    storage_class=storage_class,
                    storage_class_map=storage_class_map,
                    encryption=encryption,
                    kms_key=kms_key,
                    acl=acl,
                    metadata_policy=metadata_policy,
                ),
            },
            "keep_prefix": keep_prefix,
            "compare": compare,
            "deletes": read_deletes(delete, max_delete, backup_prefix),
            "filters": filters.fields(datetime.now(UTC)),
            "archived": archived,
            "limits": read_limits(max_bandwidth, max_requests, limit_window, limits_timezone),
            "alerts": alert_fields(alarm_email, alarm_webhook, alarm_lag),
        }
    )
    task = deployment.editor.create(settings)
    if as_json:
        print_json(task.model_dump(mode="json"))
    else:
        note(out(), f"Created the task {name}; run it with `ferry run start {name} --wait`.")


def build_task_settings(fields: dict[str, Any]) -> "TaskSettings":
    """Make a task's settings; raises typer.BadParameter with a sentence per option that is wrong."""
    from ferry.tasks.models import TaskSettings
    from pydantic import ValidationError

    try:
        return TaskSettings.model_validate(fields)
    except ValidationError as error:
        raise typer.BadParameter(" ".join(_sentences(error))) from None


def _sentences(error: "ValidationError") -> list[str]:
    from ferry.tasks.field_problems import field_problems

    sentences = []
    for raw, problem in zip(error.errors(), field_problems(error.errors()), strict=True):
        if (sentence := filter_sentence(raw) or settings_sentence(raw) or alerts_sentence(raw)) is not None:
            sentences.append(sentence)
        elif problem.place[:2] == ("source", "prefixes"):
            sentences.append(f"--prefix and --prefixes-from {problem.message}.")
        elif not problem.place:
            # About options together.
            sentences.append(problem.message.capitalize() + ".")
        else:
            option = _OPTIONS.get(problem.place, "--" + ".".join(problem.place).replace("_", "-"))
            said = (
                f"is missing: it {problem.message}"
                if problem.is_missing
                else f"{problem.message}, not {problem.given!r}"
            )
            sentences.append(f"{option} {said}.")
    return sentences


@app.command("list", epilog="Example: ferry task list --stack ferry")
def list_(
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the tasks."""
    tasks = list(find_deployment(stack, aws_region, local=local).tasks.list_tasks())
    if as_json:
        print_json([task.model_dump(mode="json") for task in tasks])
    elif not tasks:
        note(out(), "There are no tasks; set one up with `ferry task create`.")
    else:
        rows = [(task.task_id, _source(task), _destination(task), task.compare.value) for task in tasks]
        out().print(list_table(["Task", "Source", "Destination", "Compare"], rows, whole="Task"))


@app.command(epilog="Example: ferry task show photos --json")
def show(
    name: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show a task."""
    task = find_deployment(stack, aws_region, local=local).tasks.get_task(name)
    if as_json:
        print_json(task.model_dump(mode="json"))
        return
    source, destination = task.source, task.destination
    rows = [
        ("Task", task.task_id),
        *([("Description", task.description)] if task.description else []),
        ("Source", _source(task)),
        *([("Only under", _prefixes(task))] if source.prefixes else []),
        *filter_rows(task.filters),
        ("Archived objects", _ARCHIVED[task.archived]),
        ("OSS region", source.region),
        ("OSS endpoint", source.endpoint or "public"),
        ("Secret", source.secret),
        ("Destination", _destination(task)),
        ("Region", destination.region),
        ("Storage class", _storage_classes(destination)),
        ("Encryption", " ".join(filter(None, (destination.encryption.value, destination.kms_key)))),
        ("ACL", destination.acl.value),
        ("Large metadata", destination.metadata_policy.value),
        ("Requests paid", _paid(task)),
        ("Compare", task.compare.value),
        ("Source prefix", "kept" if task.keep_prefix else "taken off"),
        ("Deletes", _deletes(task)),
        ("Real time", "follows notifications" if task.real_time else "no"),
        ("Schedule", f"{task.schedule.expression} {task.schedule.timezone}" if task.schedule else "none"),
        ("Limits", describe_limits(task.limits)),
        ("Told", describe_alerts(task.alerts)),
        ("Created", f"{task.created_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    out().print(fact_table(rows))


@app.command(epilog="Example: ferry task delete photos")
def delete(
    name: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a task; its replicas and the history of its runs stay."""
    find_deployment(stack, aws_region, local=local).editor.delete(name)
    if as_json:
        print_json({"deleted": name})
    else:
        note(out(), f"Deleted the task {name}.")


def _deletes(task: "Task") -> str:
    deletes = task.deletes
    if deletes is None:
        return "none"
    kept = f", kept under {deletes.backup_prefix}" if deletes.backup_prefix else ""
    return f"replicas without a source, {deletes.max_delete} at the most{kept}"


def _prefixes(task: "Task") -> str:
    prefixes = task.source.prefixes
    more = [f"… and {len(prefixes) - _SHOWN_PREFIXES:,} more"] if len(prefixes) > _SHOWN_PREFIXES else []
    return "\n".join([*map(show_key, prefixes[:_SHOWN_PREFIXES]), *more])


def _source(task: "Task") -> str:
    return f"oss://{task.source.bucket}/{task.source.prefix}"


def _storage_classes(settings: "ReplicaSettings") -> str:
    chosen = settings.storage_class_map
    rules = [f"{name}={rule}" for name, field in OSS_CLASSES.items() if (rule := getattr(chosen, field))]
    return ", ".join([settings.storage_class, *rules])


def _paid(task: "Task") -> str:
    sides = {"OSS": task.source.request_payer, "S3": task.destination.request_payer}
    return " and ".join(side for side, pays in sides.items() if pays) or "by the buckets' owners"


def _destination(task: "Task") -> str:
    return f"s3://{task.destination.bucket}/{task.destination.prefix}"
