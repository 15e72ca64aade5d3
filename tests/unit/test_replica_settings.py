import pytest
from ferry.replica_settings import ReplicaSettings
from pydantic import ValidationError

from tests.support.builders import task


@pytest.mark.parametrize(
    ("oss_class", "expected"),
    [
        ("Standard", "INTELLIGENT_TIERING"),
        ("STANDARD", "INTELLIGENT_TIERING"),
        ("IA", "STANDARD_IA"),
        ("Archive", "INTELLIGENT_TIERING"),
        ("ColdArchive", "GLACIER"),
        ("DeepColdArchive", "INTELLIGENT_TIERING"),
        ("Unheard", "INTELLIGENT_TIERING"),
        ("", "INTELLIGENT_TIERING"),
    ],
)
def test_a_class_of_oss_gets_the_class_its_rule_names_or_else_the_general_one(oss_class, expected):
    settings = ReplicaSettings(
        storage_class="INTELLIGENT_TIERING",
        storage_class_map={"ia": "STANDARD_IA", "cold_archive": "GLACIER"},
    )

    assert settings.storage_class_of(oss_class) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"kms_key": "alias/replicas"},
        {"kms_key": "alias/replicas", "encryption": "sse-s3"},
        {"kms_key": "not a key", "encryption": "sse-kms"},
        {"kms_key": "", "encryption": "sse-kms"},
        {"storage_class": "OUTPOSTS"},
        {"storage_class_map": {"ia": "COLD"}},
        {"storage_class_map": {"frozen": "GLACIER"}},
        {"acl": "log-delivery-write"},
        {"metadata_policy": "truncate"},
    ],
)
def test_settings_that_contradict_s3_or_each_other_are_refused(fields):
    with pytest.raises(ValidationError):
        ReplicaSettings(**fields)
    with pytest.raises(ValidationError):
        task(destination=fields)


def test_a_task_keeps_its_settings_and_can_be_looked_up_by_them():
    chosen = task(
        source={"request_payer": True},
        destination={
            "storage_class_map": {"ia": "STANDARD_IA"},
            "encryption": "sse-kms",
            "kms_key": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "acl": "source",
            "metadata_policy": "drop",
            "request_payer": True,
        },
    )

    again = type(chosen).model_validate_json(chosen.model_dump_json())

    assert again == chosen
    assert hash(again) == hash(chosen)


@pytest.mark.parametrize("prefix", ["../", "a/../b/", "./", "a/./", ".."])
def test_a_destination_prefix_that_clients_would_resolve_is_refused(prefix):
    with pytest.raises(ValidationError, match=r"must not have '\.'"):
        task(destination={"prefix": prefix})


@pytest.mark.parametrize("prefix", [".hidden/", "a..b/", "...//", "a/b."])
def test_a_destination_prefix_may_have_dots_in_its_names(prefix):
    assert task(destination={"prefix": prefix}).mapping.to_replica("k") == f"{prefix}k"
