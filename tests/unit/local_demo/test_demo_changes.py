from local.demo.changes import OVERWRITTEN, plan_changes
from local.demo.seed import PREFIX, SeedObject

OBJECTS = [
    *(SeedObject(f"{PREFIX}{n:03}.txt", f"content {n}".encode, tags={"team": "ferry"}) for n in range(60)),
    SeedObject(f"{PREFIX}empty.txt", bytes),
    SeedObject(f"{PREFIX}packed.txt", b"packed".lower, {"Content-Encoding": "gzip"}),
]


def test_overwritten_objects_get_other_bytes():
    before = {found.key: found for found in OBJECTS}

    changes = plan_changes(OBJECTS)

    assert len({found.key for found in changes.overwritten}) == OVERWRITTEN
    assert all(found.content() != before[found.key].content() for found in changes.overwritten)


def test_one_overwritten_object_keeps_its_size():
    before = {found.key: len(found.content()) for found in OBJECTS}

    same_size = [
        found for found in plan_changes(OBJECTS).overwritten if len(found.content()) == before[found.key]
    ]

    assert len(same_size) == 1


def test_added_objects_are_new_and_reach_beyond_all_others():
    changes = plan_changes(OBJECTS)

    added = {found.key for found in changes.added}
    assert len(added) == 15
    assert not added & {found.key for found in OBJECTS}
    assert min(added) < min(found.key for found in OBJECTS)
    assert max(added) > max(found.key for found in OBJECTS)
    assert len(changes.keys()) == OVERWRITTEN + 15
