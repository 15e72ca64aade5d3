"""The options that say how replicas are written, the same for ``copy`` and ``task create``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from cli.options import DESTINATION_PANEL, SOURCE_PANEL

if TYPE_CHECKING:
    from ferry.replica_settings import ReplicaSettings
    from pydantic_core import ErrorDetails

MetadataPolicy = Literal["fail", "drop"]
Encryption = Literal["bucket-default", "sse-s3", "sse-kms"]
Acl = Literal[
    "bucket-default",
    "source",
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
]
OSS_CLASSES: Final = {
    "Standard": "standard",
    "IA": "ia",
    "Archive": "archive",
    "ColdArchive": "cold_archive",
    "DeepColdArchive": "deep_cold_archive",
}
_FIELDS: Final = {name.lower(): field for name, field in OSS_CLASSES.items()}


@dataclass(frozen=True, slots=True)
class ClassRules:
    """S3 classes by the settings' name of the OSS class."""

    rules: Mapping[str, str]


def parse_classes(text: str | ClassRules) -> ClassRules:
    """Read ``IA=STANDARD_IA,Archive=GLACIER_IR``; raises typer.BadParameter."""
    if isinstance(text, ClassRules):
        return text
    rules = {}
    for rule in text.split(","):
        oss_class, _, s3_class = rule.strip().partition("=")
        if oss_class.lower() not in _FIELDS or not s3_class:
            msg = f"{rule!r} is no rule OSS_CLASS=S3_CLASS; the OSS classes are {', '.join(OSS_CLASSES)}."
            raise typer.BadParameter(msg)
        rules[_FIELDS[oss_class.lower()]] = s3_class.upper()
    return ClassRules(rules)


StorageClassMapOption = Annotated[
    ClassRules | None,
    typer.Option(
        "--storage-class-map",
        parser=parse_classes,
        metavar="RULES",
        show_default=False,
        help="Storage class by that on OSS, such as IA=STANDARD_IA,Archive=GLACIER_IR; the others get "
        "--storage-class.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
EncryptionOption = Annotated[
    Encryption,
    typer.Option(
        "--encryption",
        help="How S3 encrypts replicas: as the bucket does by default, with S3's keys, or with KMS and a "
        "bucket key.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
KmsKeyOption = Annotated[
    str,
    typer.Option(
        "--kms-key",
        metavar="KEY",
        show_default=False,
        help="KMS key for --encryption sse-kms: id, alias/NAME or ARN; by default the account's aws/s3.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
AclOption = Annotated[
    Acl,
    typer.Option(
        "--acl",
        metavar="ACL",
        help="ACL of replicas: bucket-default, source (each object's own on OSS, one more request each), "
        "or a canned ACL such as bucket-owner-full-control.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
MetadataPolicyOption = Annotated[
    MetadataPolicy,
    typer.Option(
        "--metadata-policy",
        help="An object whose user metadata does not fit into S3's 2 KB fails, or is copied without it and "
        "reported (drop).",
        rich_help_panel=DESTINATION_PANEL,
    ),
]
OssRequestPayerOption = Annotated[
    bool,
    typer.Option(
        "--oss-request-payer",
        help="Pay for the requests to a bucket that demands it of its readers.",
        rich_help_panel=SOURCE_PANEL,
    ),
]
S3RequestPayerOption = Annotated[
    bool,
    typer.Option(
        "--s3-request-payer",
        help="Pay for the requests to a bucket that demands it.",
        rich_help_panel=DESTINATION_PANEL,
    ),
]


def replica_fields(
    *,
    storage_class: str,
    storage_class_map: ClassRules | None,
    encryption: str,
    kms_key: str,
    acl: str,
    metadata_policy: str,
) -> dict[str, Any]:
    """Return what the options say as fields of ReplicaSettings."""
    return {
        "storage_class": storage_class,
        "storage_class_map": dict(storage_class_map.rules) if storage_class_map else {},
        "encryption": encryption,
        "kms_key": kms_key or None,
        "acl": acl,
        "metadata_policy": metadata_policy,
    }


def build_settings(fields: Mapping[str, Any]) -> "ReplicaSettings":
    """Make the settings; raises typer.BadParameter with a sentence per option that is wrong."""
    from ferry.replica_settings import ReplicaSettings
    from pydantic import ValidationError

    try:
        return ReplicaSettings.model_validate(fields)
    except ValidationError as error:
        sentences = [settings_sentence(problem) or problem["msg"] for problem in error.errors()]
        raise typer.BadParameter(" ".join(sentences)) from None


def settings_sentence(problem: "ErrorDetails") -> str | None:
    """Say which option is wrong, and what about it; None when the problem is none of these options'."""
    match [part for part in problem["loc"] if part != "destination"]:
        case ["storage_class_map", *_]:
            return f"--storage-class-map knows no S3 class {problem['input']!r}; one is STANDARD_IA."
        case ["kms_key"]:
            return f"--kms-key must be the id, alias/NAME or ARN of a KMS key, not {problem['input']!r}."
        case [] if "KMS" in problem["msg"]:
            # The one rule about two fields together.
            return "--kms-key needs --encryption sse-kms."
    return None
