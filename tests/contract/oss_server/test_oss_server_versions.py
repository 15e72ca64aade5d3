import oss2
import pytest
from oss2.exceptions import ServerError
from oss2.models import BatchDeleteObjectVersion, BatchDeleteObjectVersionList, BucketVersioningConfig


def switch(bucket, status):
    config = BucketVersioningConfig()
    config.status = status
    return bucket.put_bucket_versioning(config)


@pytest.fixture
def versioned(bucket):
    switch(bucket, "Enabled")
    return bucket


def test_versioning_is_off_until_it_is_switched(bucket):
    before = bucket.get_bucket_versioning().status
    put_before = bucket.put_object("k", b"1").versionid
    for status in ("Disabled", ""):
        with pytest.raises(oss2.exceptions.MalformedXml):
            switch(bucket, status)
    switch(bucket, "Enabled")
    switch(bucket, "Suspended")

    assert (before, put_before) == (None, None)
    assert bucket.get_bucket_versioning().status == "Suspended"
    assert bucket.get_bucket_info().versioning_status == "Suspended"
    assert bucket.head_object("k").versionid == "null"


def test_every_version_can_be_read_until_it_is_deleted(versioned):
    first = versioned.put_object("k", b"one").versionid
    second = versioned.put_object("k", b"two").versionid

    for version, body in ((first, b"one"), (second, b"two")):
        got = versioned.get_object("k", params={"versionId": version})
        assert (got.read(), got.versionid) == (body, version)
        assert versioned.head_object("k", params={"versionId": version}).content_length == 3
        assert versioned.get_object_meta("k", params={"versionId": version}).versionid == version
    assert versioned.get_object("k").versionid == second
    removed = versioned.delete_object("k", params={"versionId": second})
    assert (removed.versionid, removed.delete_marker) == (second, None)
    assert versioned.get_object("k").read() == b"one"


def test_a_delete_leaves_a_marker_that_hides_the_object(versioned):
    version = versioned.put_object("k", b"one").versionid

    deleted = versioned.delete_object("k")

    assert deleted.delete_marker
    for read in (versioned.get_object, versioned.head_object, versioned.get_object_meta):
        with pytest.raises(oss2.exceptions.NotFound) as caught:
            read("k")
        assert caught.value.code == "NoSuchKey"
        assert caught.value.headers["x-oss-delete-marker"] == "true"
        assert caught.value.headers["x-oss-version-id"] == deleted.versionid
        with pytest.raises(ServerError) as marker:
            read("k", params={"versionId": deleted.versionid})
        assert (marker.value.status, marker.value.code) == (405, "MethodNotAllowed")
    assert versioned.get_object("k", params={"versionId": version}).read() == b"one"
    assert versioned.list_objects().object_list == []
    again = versioned.delete_object("k", params={"versionId": deleted.versionid})
    assert (again.versionid, again.delete_marker) == (deleted.versionid, True)
    assert versioned.get_object("k").read() == b"one"


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        ("", 400, "InvalidArgument"),
        ("nonsense", 400, "InvalidArgument"),
        ("null", 404, "NoSuchVersion"),
        ("CAEQBRiAgIDVmYrr1RYiIGE5ZmUxMjViZDIwYjQwY2I5ODA1YWIxNmIyNDNjYjk4", 404, "NoSuchVersion"),
    ],
)
def test_a_version_that_is_not_there_is_told_from_one_that_cannot_be(versioned, version, status, code):
    versioned.put_object("k", b"one")

    with pytest.raises(ServerError) as caught:
        versioned.get_object("k", params={"versionId": version})

    assert (caught.value.status, caught.value.code) == (status, code)


def test_while_suspended_there_is_one_null_version(bucket):
    bucket.put_object("k", b"before")
    switch(bucket, "Enabled")
    kept = bucket.put_object("k", b"kept").versionid
    switch(bucket, "Suspended")

    suspended = bucket.put_object("k", b"null again")

    assert suspended.versionid == "null"
    listed = bucket.list_object_versions().versions
    assert [(row.versionid, row.is_latest, row.size) for row in listed] == [
        ("null", True, 10),
        (kept, False, 4),
    ]
    assert bucket.delete_object("k").versionid == "null"
    rows = bucket.list_object_versions()
    assert [row.versionid for row in rows.delete_marker] == ["null"]
    assert [row.versionid for row in rows.versions] == [kept]


def test_versions_are_listed_by_key_and_then_new_before_old(versioned):
    ids = [versioned.put_object(key, b"x").versionid for key in ("b", "a", "b", "d/1", "d/2")]
    marker = versioned.delete_object("a").versionid

    rows = versioned.list_object_versions(delimiter="/")

    assert [(row.key, row.versionid, row.is_latest) for row in rows.versions] == [
        ("a", ids[1], False),
        ("b", ids[2], True),
        ("b", ids[0], False),
    ]
    assert [(row.key, row.versionid, row.is_latest) for row in rows.delete_marker] == [("a", marker, True)]
    assert rows.common_prefix == ["d/"]
    page = versioned.list_object_versions(max_keys=2)
    assert (page.next_key_marker, page.next_versionid_marker) == ("a", ids[1])
    page = versioned.list_object_versions(max_keys=2, key_marker="a", versionid_marker=ids[1])
    assert [row.versionid for row in page.versions] == [ids[2], ids[0]]
    with pytest.raises(oss2.exceptions.InvalidArgument):
        versioned.list_object_versions(versionid_marker="1025" * 300)


def test_many_versions_are_deleted_at_once(versioned):
    first = versioned.put_object("日本/k", b"1").versionid
    second = versioned.put_object("日本/k", b"2").versionid
    marked = versioned.batch_delete_objects(["日本/k", "never"]).delete_versions
    assert [(row.key, row.delete_marker) for row in marked] == [("日本/k", True), ("never", True)]
    with pytest.raises(oss2.exceptions.ServerError) as not_empty:
        versioned.delete_bucket()
    assert not_empty.value.code == "BucketNotEmpty"

    wanted = BatchDeleteObjectVersionList()
    for key, version in (
        ("日本/k", first),
        ("日本/k", second),
        ("日本/k", marked[0].delete_marker_versionid),
        ("never", marked[1].delete_marker_versionid),
    ):
        wanted.append(BatchDeleteObjectVersion(key, version))
    gone = versioned.delete_object_versions(wanted).delete_versions

    assert [(row.versionid, row.delete_marker) for row in gone] == [
        (first, False),
        (second, False),
        (marked[0].delete_marker_versionid, True),
        (marked[1].delete_marker_versionid, True),
    ]
    versioned.delete_bucket()
    illegal = BatchDeleteObjectVersionList()
    illegal.append(BatchDeleteObjectVersion("k", "234"))
    versioned.create_bucket()
    with pytest.raises(oss2.exceptions.InvalidArgument):
        versioned.delete_object_versions(illegal)


def test_tags_acls_links_and_copies_name_versions(versioned):
    first = versioned.put_object("k", b"one", headers={"x-oss-tagging": "n=1"}).versionid
    second = versioned.put_object("k", b"two", headers={"x-oss-tagging": "n=2"}).versionid
    link = versioned.put_symlink("k", "link").versionid

    for version, number in ((first, "1"), (second, "2")):
        tags = versioned.get_object_tagging("k", params={"versionId": version})
        assert (tags.tag_set.tagging_rule, tags.versionid) == ({"n": number}, version)
    versioned.put_object_acl("k", "public-read", params={"versionId": first})
    assert versioned.get_object_acl("k", params={"versionId": first}).acl == "public-read"
    assert versioned.get_object_acl("k").acl == "default"
    shared = {"versionId": link}
    assert versioned.get_symlink("link", params=shared).target_key == "k"
    assert versioned.get_object("link").read() == b"two"
    assert versioned.delete_object("link", params=shared).versionid == link
    copied = versioned.copy_object(versioned.bucket_name, "k", "copy", params={"versionId": first})
    assert copied.headers["x-oss-copy-source-version-id"] == first
    assert versioned.get_object("copy", params={"versionId": copied.versionid}).read() == b"one"
    versioned.delete_object_tagging("k", params={"versionId": first})
    assert versioned.get_object_tagging("k", params={"versionId": first}).tag_set.tagging_rule == {}


def test_appends_extend_the_null_version_and_nothing_else(versioned):
    versioned.append_object("log", 0, b"one")
    longer = versioned.append_object("log", 3, b"two")
    versioned.delete_object("log")

    assert longer.headers["x-oss-version-id"] == "null"
    assert versioned.get_object("log", params={"versionId": "null"}).read() == b"onetwo"
    for key in ("log", "k"):
        versioned.put_object("k", b"normal")
        with pytest.raises(oss2.exceptions.ObjectNotAppendable):
            versioned.append_object(key, 0, b"three")
