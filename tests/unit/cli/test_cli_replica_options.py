"""The options that say how replicas are written."""

from typing import get_args

import pytest
import typer
from ferry import replica_settings
from ferry.replica_settings import Acl, Encryption, MetadataPolicy, ReplicaSettings, StorageClassMap

from cli import replica_options
from cli.options import StorageClass
from cli.replica_options import OSS_CLASSES, build_settings, parse_classes, replica_fields
from cli.tasks import build_task_settings

DEFAULTS = {
    "storage_class": "STANDARD",
    "storage_class_map": None,
    "encryption": "bucket-default",
    "kms_key": "",
    "acl": "bucket-default",
    "metadata_policy": "fail",
}


def test_options_left_alone_are_the_settings_defaults():
    assert build_settings(replica_fields(**DEFAULTS)) == ReplicaSettings()


@pytest.mark.parametrize(
    ("offered", "known"),
    [
        (get_args(replica_options.Acl), set(Acl)),
        (get_args(replica_options.Encryption), set(Encryption)),
        (get_args(replica_options.MetadataPolicy), set(MetadataPolicy)),
        (get_args(StorageClass), set(get_args(replica_settings.StorageClass))),
        (OSS_CLASSES.values(), set(StorageClassMap.model_fields)),
    ],
    ids=["acl", "encryption", "metadata policy", "storage class", "class of OSS"],
)
def test_every_choice_is_offered_and_no_other(offered, known):
    assert set(offered) == known


def test_class_rules_are_read_in_any_case():
    rules = parse_classes("IA=STANDARD_IA, archive=glacier_ir,DeepColdArchive=DEEP_ARCHIVE")

    settings = build_settings(replica_fields(**{**DEFAULTS, "storage_class_map": rules}))

    assert settings.storage_class_of("Archive") == "GLACIER_IR"
    assert settings.storage_class_of("DeepColdArchive") == "DEEP_ARCHIVE"
    assert parse_classes(rules) is rules


@pytest.mark.parametrize("text", ["", "IA", "IA=", "Frozen=GLACIER", "IA=A,"])
def test_class_rules_that_name_no_class_of_oss_are_refused(text):
    with pytest.raises(typer.BadParameter, match="the OSS classes are Standard, IA, Archive"):
        parse_classes(text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kms_key": "alias/a"}, "--kms-key needs --encryption sse-kms."),
        ({"kms_key": "a key", "encryption": "sse-kms"}, "--kms-key must be the id, alias/NAME or ARN"),
        ({"storage_class_map": parse_classes("IA=COLD")}, "--storage-class-map knows no S3 class 'COLD'"),
    ],
)
def test_what_contradicts_is_said_in_the_options_words(changes, sentence):
    fields = replica_fields(**{**DEFAULTS, **changes})
    task = {
        "task_id": "photos",
        "source": {"bucket": "photos", "region": "cn-hangzhou", "secret": "oss"},
        "destination": {"bucket": "replica", "region": "us-east-1", **fields},
        "created_at": "2026-01-31T12:00:00Z",
    }

    for build, given in ((build_settings, fields), (build_task_settings, task)):
        with pytest.raises(typer.BadParameter) as caught:
            build(given)
        assert sentence in str(caught.value)
