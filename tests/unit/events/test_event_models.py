from datetime import UTC, datetime, timedelta, timezone

import pytest
from ferry.events.models import FOLLOWED_EVENTS, Action, ObjectEvent, action_of
from ferry.jobs import ChangedObject

TABLE = {
    Action.COPY: [
        "ObjectCreated:PutObject",
        "ObjectCreated:PostObject",
        "ObjectCreated:CopyObject",
        "ObjectCreated:AppendObject",
        "ObjectCreated:PutSymlink",
        "ObjectCreated:CompleteMultipartUpload",
    ],
    Action.LOOK: [
        "ObjectRemoved:DeleteObject",
        "ObjectRemoved:DeleteObjects",
        "ObjectModified:UpdateObjectMeta",
        "ObjectModified:ChangeStorageClass",
        "ObjectReplication:ObjectCreated",
        "ObjectReplication:ObjectModified",
        "ObjectReplication:ObjectRemoved",
        "ObjectRestore:FinishRestore",
        "ObjectCreated:SomethingOfTomorrow",
        "ObjectRemoved:SomethingOfTomorrow",
    ],
    Action.IGNORE: [
        "ObjectCreated:InitiateMultipartUpload",
        "ObjectCreated:UploadPart",
        "ObjectCreated:UploadPartCopy",
        "ObjectRemoved:AbortMultipartUpload",
        "ObjectDownloaded:GetObject",
    ],
    Action.UNKNOWN: [
        "BucketCreated:PutBucket",
        "ObjectCreated",
        "ObjectCreated:",
        "",
        "objectcreated:putobject",
    ],
}


@pytest.mark.parametrize("prefix", ["", "oss:"])
@pytest.mark.parametrize(
    ("name", "action"), [(name, action) for action, names in TABLE.items() for name in names]
)
def test_an_event_asks_for_one_thing(prefix, name, action):
    assert action_of(prefix + name) is action


def test_senders_are_told_of_every_event_that_is_acted_on_and_of_no_wildcard():
    assert {action_of(name) for name in FOLLOWED_EVENTS} == {Action.COPY, Action.LOOK}
    assert not [name for name in FOLLOWED_EVENTS if "*" in name]


def test_an_event_becomes_a_change_with_its_time_in_milliseconds():
    time = datetime(2026, 1, 31, 20, 0, 0, 5000, tzinfo=timezone(timedelta(hours=8)))

    change = ObjectEvent("ObjectCreated:AppendObject", "photos", "k", time).to_change()

    assert change == ChangedObject(
        key="k", changed_ms=int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp() * 1000) + 5, appended=True
    )
    assert ObjectEvent("ObjectCreated:PutObject", "photos", "k").to_change() == ChangedObject(key="k")
