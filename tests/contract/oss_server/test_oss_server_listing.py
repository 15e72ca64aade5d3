import oss2
import pytest

# In UTF-8 byte order; UTF-16 order would put the emoji before the full-width letter.
ORDERED = ["A", "a", "a!", "a/", "a/1", "a/2", "a0", "b//c", "b/c", "é", "ａ", "😀"]


@pytest.fixture
def filled(signed_bucket):
    for key in reversed(ORDERED):
        signed_bucket.put_object(key, key.encode())
    return signed_bucket


@pytest.mark.parametrize("page_size", [1, 2, 5, 1000])
def test_both_listings_give_all_keys_in_utf8_byte_order(filled, page_size):
    assert [row.key for row in oss2.ObjectIteratorV2(filled, max_keys=page_size)] == ORDERED
    assert [row.key for row in oss2.ObjectIterator(filled, max_keys=page_size)] == ORDERED


@pytest.mark.parametrize("page_size", [1, 2, 1000])
def test_a_delimiter_groups_keys_once_whatever_the_page_size(filled, page_size):
    expected = ["A", "a", "a!", "a/", "a0", "b/", "é", "ａ", "😀"]

    v1 = [row.key for row in oss2.ObjectIterator(filled, delimiter="/", max_keys=page_size)]
    v2 = [row.key for row in oss2.ObjectIteratorV2(filled, delimiter="/", max_keys=page_size)]

    assert v1 == v2 == expected


def test_a_listing_starts_after_a_key_and_keeps_to_its_prefix(filled):
    v1 = filled.list_objects(prefix="a", marker="a/1")
    v2 = filled.list_objects_v2(prefix="a", start_after="a/1")

    assert [row.key for row in v1.object_list] == ["a/2", "a0"]
    assert [row.key for row in v2.object_list] == ["a/2", "a0"]
    assert not v1.is_truncated
    assert not v2.is_truncated


def test_rows_say_what_a_head_request_says(filled):
    (row,) = filled.list_objects_v2(prefix="a/1").object_list

    head = filled.head_object("a/1")

    assert (row.etag, row.size, row.type) == (head.etag, head.content_length, head.object_type)
    assert (row.storage_class, row.last_modified) == ("Standard", head.last_modified)


def test_v2_names_the_owner_only_when_asked(filled):
    assert filled.list_objects_v2(max_keys=1).object_list[0].owner is None
    assert filled.list_objects_v2(max_keys=1, fetch_owner=True).object_list[0].owner.id
    assert filled.list_objects(max_keys=1).object_list[0].owner.id


def test_the_page_size_defaults_to_100(bucket):
    for number in range(101):
        bucket.put_object(f"{number:03}", b"")

    page = bucket.list_objects_v2(max_keys="")

    assert len(page.object_list) == 100
    assert page.is_truncated


@pytest.mark.parametrize("page_size", [0, 1001, "x"])
def test_a_page_size_outside_1_to_1000_is_refused(bucket, page_size):
    with pytest.raises(oss2.exceptions.InvalidArgument):
        bucket.list_objects_v2(max_keys=page_size)


def test_a_bucket_can_be_found_described_and_deleted(server, service, signed_bucket):
    names = [row.name for row in oss2.BucketIterator(service)]

    assert signed_bucket.bucket_name in names
    assert signed_bucket.get_bucket_info().name == signed_bucket.bucket_name
    assert signed_bucket.get_bucket_location().location == f"oss-{server.region}"
    signed_bucket.put_object("k", b"x")
    with pytest.raises(oss2.exceptions.BucketNotEmpty):
        signed_bucket.delete_bucket()
    signed_bucket.delete_object("k")
    signed_bucket.delete_bucket()
    with pytest.raises(oss2.exceptions.NoSuchBucket):
        signed_bucket.list_objects()
