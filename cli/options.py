"""Options that several commands share."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.locations import Location, parse_oss, parse_s3

if TYPE_CHECKING:
    from ferry.tasks.deletes import Deletes

Compare = Literal["auto", "size", "checksum", "always"]
StorageClass = Literal[
    "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"
]

_SIZE = re.compile(r"(\d+)\s*([kmgt]?)(i?b)?", re.IGNORECASE)


def parse_size(text: str | int) -> int:
    """Read bytes such as ``134217728``, ``128M`` or ``128MiB``, the units being powers of 1,024."""
    match = _SIZE.fullmatch(str(text).strip())
    if match is None:
        msg = f"{text!r} is no size; write it like 134217728 or 128MiB."
        raise typer.BadParameter(msg)
    return int(match[1]) << 10 * " kmgt".index(match[2].lower() or " ")


SOURCE_PANEL = "Source"
DESTINATION_PANEL = "Destination"
DELETES_PANEL = "Deletes"

SourceArgument = Annotated[
    Location,
    typer.Argument(metavar="oss://BUCKET/PREFIX", parser=parse_oss, help="Where the objects are."),
]
DestinationArgument = Annotated[
    Location,
    typer.Argument(metavar="s3://BUCKET/PREFIX", parser=parse_s3, help="Where their replicas are."),
]
OssEndpointOption = Annotated[
    str,
    typer.Option(
        "--oss-endpoint",
        "--endpoint",
        envvar="OSS_ENDPOINT",
        metavar="URL",
        show_default=False,
        help="OSS endpoint without the bucket; by default the region's public one.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
OssRegionOption = Annotated[
    str,
    typer.Option(
        "--oss-region",
        "--region",
        envvar="OSS_REGION",
        metavar="REGION",
        show_default=False,
        help="OSS region, such as cn-hangzhou.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
OssAccessKeyIdOption = Annotated[
    str,
    typer.Option(
        "--oss-access-key-id",
        envvar="OSS_ACCESS_KEY_ID",
        metavar="ID",
        show_default=False,
        help="Id of the OSS access key.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
OssAccessKeySecretOption = Annotated[
    str,
    typer.Option(
        "--oss-access-key-secret",
        envvar="OSS_ACCESS_KEY_SECRET",
        metavar="SECRET",
        show_default=False,
        help="Its secret; the environment variable keeps it out of the process list.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
OssSessionTokenOption = Annotated[
    str,
    typer.Option(
        "--oss-session-token",
        envvar="OSS_SESSION_TOKEN",
        metavar="TOKEN",
        show_default=False,
        help="Token of a temporary OSS access key; likewise.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
OssCnameOption = Annotated[
    bool,
    typer.Option(
        "--cname", help="The endpoint is a domain bound to the bucket.", rich_help_panel=SOURCE_PANEL
    ),
]
S3EndpointOption = Annotated[
    str,
    typer.Option(
        "--aws-endpoint-url-s3",
        "--s3-endpoint",
        envvar="AWS_ENDPOINT_URL_S3",
        metavar="URL",
        show_default=False,
        help="S3 endpoint, if it is not Amazon's own.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
S3RegionOption = Annotated[
    str,
    typer.Option(
        "--aws-region",
        "--s3-region",
        envvar=["AWS_REGION", "AWS_DEFAULT_REGION"],
        metavar="REGION",
        show_default=False,
        help="Region of the bucket; by default the AWS profile's, else S3 is asked.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
# Without its variable: a profile that is named outright takes the place of the keys in the environment,
# and AWS_PROFILE does not.
AwsProfileOption = Annotated[
    str,
    typer.Option(
        "--aws-profile",
        metavar="NAME",
        show_default=False,
        help="AWS profile to use, also instead of keys in the environment; by default AWS_PROFILE.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
KeepPrefixOption = Annotated[
    bool,
    typer.Option("--keep-prefix", help="Put the source prefix behind the destination's."),
]
CompareOption = Annotated[
    Compare,
    typer.Option(
        "--compare",
        help="How to recognise a current replica: by size, time and etag (auto), by size alone, "
        "by what it records about its source (checksum), or never (always).",
    ),
]
DeleteOption = Annotated[
    bool,
    typer.Option(
        "--delete",
        help="Delete replicas under the destination prefix that have no source, once everything was listed.",
        rich_help_panel=DELETES_PANEL,
    ),
]
MaxDeleteOption = Annotated[
    str,
    typer.Option(
        "--max-delete",
        metavar="COUNT|PERCENT",
        show_default="10%",
        help="The most to delete, as 1000 or as 10% of the replicas; if more are found, none is deleted.",
        rich_help_panel=DELETES_PANEL,
    ),
]
BackupPrefixOption = Annotated[
    str,
    typer.Option(
        "--backup-prefix",
        metavar="PREFIX/",
        show_default=False,
        help="Copy replicas to this prefix of their bucket, under the run's id, before they are deleted.",
        rich_help_panel=DELETES_PANEL,
    ),
]
StorageClassOption = Annotated[
    StorageClass,
    typer.Option(
        "--storage-class",
        metavar="CLASS",
        help="S3 storage class of new replicas: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, "
        "GLACIER_IR, GLACIER or DEEP_ARCHIVE.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
LocalOption = Annotated[
    bool,
    typer.Option(
        "--local",
        help="Use the stack that `ferry local up` started here; FERRY_LOCAL=DIR means the one in DIR.",
    ),
]
LocalStackOption = Annotated[
    bool,
    typer.Option("--local", help="Between the two servers of the stack that `ferry local up` started here."),
]
StackOption = Annotated[
    str,
    typer.Option(
        "--stack", envvar="FERRY_STACK", metavar="NAME", help="Name of the deployed CloudFormation stack."
    ),
]
AwsRegionOption = Annotated[
    str,
    typer.Option(
        "--aws-region",
        envvar=["AWS_REGION", "AWS_DEFAULT_REGION"],
        metavar="REGION",
        help="Region of the deployed stack; by default the AWS profile's.",
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option(
        "--report",
        dir_okay=False,
        writable=True,
        metavar="FILE",
        help="Write every failed object to this file, one JSON object per line.",
    ),
]


def read_deletes(delete: bool, max_delete: str, backup_prefix: str) -> "Deletes | None":
    """Read the three options about deletes; raises typer.BadParameter with a sentence."""
    from ferry.tasks.deletes import DEFAULT_MAX_DELETE, Deletes
    from pydantic import ValidationError

    if not delete:
        if max_delete or backup_prefix:
            msg = "--max-delete and --backup-prefix say how to delete; give --delete too."
            raise typer.BadParameter(msg)
        return None
    try:
        return Deletes.parse(max_delete or DEFAULT_MAX_DELETE, backup_prefix)
    except ValidationError as error:
        (problem, *_) = error.errors()
        option = "--" + str(problem["loc"][0]).replace("_", "-")
        rule = problem["msg"].removeprefix("Value error, ")
        msg = f"{option} {rule}, not {problem['input']!r}."
        raise typer.BadParameter(msg) from None
