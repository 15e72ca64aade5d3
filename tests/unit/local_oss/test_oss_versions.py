import sqlite3
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from local.oss.content import EMPTY
from local.oss.errors import OssError
from local.oss.records import Attributes, Bucket, Kind, ObjectRecord, Versioning
from local.oss.storage import Storage
from local.oss.version_ids import checked_version_id, new_version_id, sequence_of
from local.oss.version_listing import VersionQuery, list_versions_page

KEYS = st.sampled_from([b"a", b"b/1", b"b/2", b"b/", "é".encode()])


@pytest.fixture
def storage(tmp_path):
    opened = Storage(tmp_path, lambda: 0)
    opened.index.put_bucket(Bucket("bucket", "1", 0, versioning=Versioning.ENABLED))
    yield opened
    opened.close()


@dataclass
class Version:
    version_id: str
    etag: str
    is_marker: bool = False


@dataclass
class Model:
    """Versions of each key, new before old."""

    versioning: Versioning = Versioning.OFF
    keys: dict[bytes, list[Version]] = field(default_factory=dict)

    def put(self, key, version):
        stack = self.keys.setdefault(key, [])
        if version.version_id == "null":
            stack[:] = [old for old in stack if old.version_id != "null"]
        stack.insert(0, version)

    def drop(self, key, version_id):
        self.keys[key] = [old for old in self.keys.get(key, []) if old.version_id != version_id]

    def rows(self):
        return [(key, version) for key in sorted(self.keys) for version in self.keys[key]]

    def current(self):
        tops = [(key, stack[0]) for key, stack in sorted(self.keys.items()) if stack]
        return [(key, top.etag) for key, top in tops if not top.is_marker]


class VersionedBucket(RuleBasedStateMachine):
    """A bucket behaves like a stack of versions for each key, whatever happens to it."""

    def __init__(self, storage, root):
        super().__init__()
        self.now_ms = 1_700_000_000_000
        self.storage = storage
        self.root = root
        self.storage.now_ms = lambda: self.now_ms
        self.storage.index.put_bucket(Bucket("bucket", "1", 0))
        self.model = Model()
        self.count = 0

    def teardown(self):
        names = {
            self.storage.object("bucket", key, version.version_id).content.name
            for key, version in self.model.rows()
            if not version.is_marker
        }
        assert {path.name for path in self.root.glob("content/*/*")} == names
        for key, version in self.model.rows():
            self.storage.delete("bucket", key, version.version_id)

    @rule(status=st.sampled_from([Versioning.ENABLED, Versioning.SUSPENDED]))
    def switch(self, status):
        self.model.versioning = status
        self.storage.index.put_bucket(Bucket("bucket", "1", 0, versioning=status))

    @rule(milliseconds=st.integers(-5, 5))
    def pass_time(self, milliseconds):
        self.now_ms += milliseconds

    @rule(key=KEYS)
    def put(self, key):
        self.count += 1
        writer = self.storage.contents.writer()
        writer.write(b"%d" % self.count)
        content = writer.finish()
        record = ObjectRecord(key, Kind.NORMAL, str(self.count), content, Attributes(), self.now_ms)

        stored = self.storage.commit("bucket", record).record

        assert (stored.version_id == "null") == (self.model.versioning is not Versioning.ENABLED)
        self.model.put(key, Version(stored.version_id, record.etag))

    @rule(key=KEYS)
    def delete(self, key):
        deleted = self.storage.delete("bucket", key)

        assert (deleted.marker is None) == (self.model.versioning is Versioning.OFF)
        if deleted.marker:
            self.model.put(key, Version(deleted.marker.version_id, "", is_marker=True))
        else:
            self.model.drop(key, "null")

    @rule(key=KEYS, number=st.integers(0, 3))
    def delete_a_version(self, key, number):
        versions = self.model.keys.get(key, [])
        version_id = versions[number].version_id if number < len(versions) else "null"

        self.storage.delete("bucket", key, version_id)

        self.model.drop(key, version_id)

    @invariant()
    def current_objects_are_those_on_top(self):
        rows = self.storage.index.object_rows("bucket", b"")

        assert [(row.key, row.etag) for row in rows] == self.model.current()

    @invariant()
    def every_version_can_be_read(self):
        for key, version in self.model.rows():
            if version.is_marker:
                with pytest.raises(OssError, match="MethodNotAllowed"):
                    self.storage.object("bucket", key, version.version_id)
            else:
                record = self.storage.object("bucket", key, version.version_id)
                assert self.storage.contents.path(record.content.name).read_text() == version.etag

    @rule(max_keys=st.integers(1, 3), prefix=st.sampled_from([b"", b"b/"]))
    def list_in_pages(self, max_keys, prefix):
        listed, markers = [], (b"", "")
        while markers is not None:
            query = VersionQuery("bucket", prefix, b"", *markers, max_keys)
            page = list_versions_page(self.storage, query)
            listed += [(row.key, row.version_id, (row.key, row.sequence) in page.newest) for row in page.rows]
            markers = page.next_markers

        assert listed == [
            (key, version.version_id, version is self.model.keys[key][0])
            for key, version in self.model.rows()
            if key.startswith(prefix)
        ]


def test_a_bucket_is_a_stack_of_versions_for_each_key_and_leaves_no_content_behind(storage, tmp_path):
    run_state_machine_as_test(
        lambda: VersionedBucket(storage, tmp_path),
        settings=settings(max_examples=40, stateful_step_count=30, deadline=None),
    )


@given(st.integers(1, (1 << 62) - 1))
def test_a_version_id_tells_its_place(sequence):
    version_id = new_version_id(sequence)

    assert sequence_of(version_id) == sequence
    assert checked_version_id(version_id) == version_id
    assert new_version_id(sequence) != version_id


@given(st.text(max_size=80))
def test_anything_else_is_no_version_id(text):
    assert sequence_of(text) is None


def _put(storage, key):
    record = ObjectRecord(key, Kind.NORMAL, "E", EMPTY, Attributes(), 0)
    return storage.commit("bucket", record).record.version_id


def test_a_page_goes_on_after_a_version_that_was_deleted_meanwhile(storage):
    third, second, first = reversed([_put(storage, b"k") for _ in range(3)])
    page = list_versions_page(storage, VersionQuery("bucket", max_keys=2))
    assert [row.version_id for row in page.rows] == [third, second]

    storage.delete("bucket", b"k", second)
    storage.delete("bucket", b"k", third)
    rest = list_versions_page(storage, VersionQuery("bucket", b"", b"", *page.next_markers, 2))

    assert [row.version_id for row in rest.rows] == [first]


def test_groups_count_like_versions(storage):
    for key in (b"a", b"a", b"d/1", b"d/2", b"e"):
        _put(storage, key)

    listed, markers = [], (b"", "")
    while markers is not None:
        page = list_versions_page(storage, VersionQuery("bucket", b"", b"/", *markers, 1))
        listed.append([row.key for row in page.rows] + page.groups)
        markers = page.next_markers

    assert listed == [[b"a"], [b"a"], [b"d/"], [b"e"]]


def test_a_folder_of_another_format_is_refused(tmp_path):
    database = sqlite3.connect(tmp_path / "index.sqlite3")
    database.execute("CREATE TABLE objects (key)")
    database.close()

    with pytest.raises(RuntimeError, match="has format 0"):
        Storage(tmp_path, lambda: 0)
