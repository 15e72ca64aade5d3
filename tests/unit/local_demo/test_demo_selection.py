import pytest

from local.demo.seed import AWKWARD_NAMES, LARGE_KEY, PREFIX, large_parts, plan_seed
from local.demo.selection import Kind, TooFewFilesError, packages_folder, select_files

KINDS = (Kind("texts", (".txt",), 4, 100, 60), Kind("others", (), 2, 1000, 1000))


def _fill(folder, sizes):
    for name, size in sizes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)


def test_files_are_chosen_within_the_limits_of_their_kind(tmp_path):
    _fill(
        tmp_path, {f"a/{n:02}.txt": 40 for n in range(20)} | {"b.bin": 5, "too large.txt": 61, "empty.txt": 0}
    )

    chosen = select_files(tmp_path, least=1, kinds=KINDS)

    assert [found.name for found in chosen] == ["a/00.txt", "a/05.txt", "b.bin"]
    assert [found.kind for found in chosen] == ["texts", "texts", "others"]


def test_the_same_folder_gives_the_same_choice(tmp_path):
    _fill(tmp_path, {f"{n % 3}/{n}.txt": n + 1 for n in range(30)})

    assert select_files(tmp_path, least=1, kinds=KINDS) == select_files(tmp_path, least=1, kinds=KINDS)


def test_too_few_files_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(TooFewFilesError, match="needs 2000; run `make setup`"):
        select_files(tmp_path)


def test_this_environment_holds_two_thousand_real_files_of_every_kind():
    chosen = select_files(packages_folder())

    assert len(chosen) >= 2000
    assert {"JSON", "Python", "compiled modules", "images", "time zones"} <= {found.kind for found in chosen}
    assert sum(found.path.stat().st_size for found in chosen) < 64 << 20


def test_the_seed_shows_everything_an_object_can_have():
    objects = plan_seed(select_files(packages_folder()))

    keys = [found.key for found in objects]
    assert len(set(keys)) == len(keys)
    assert all(key.startswith(PREFIX) and len(key.encode()) <= 1023 for key in [*keys, LARGE_KEY])
    assert {f"{PREFIX}awkward/{name}" for name in AWKWARD_NAMES} <= set(keys)
    for header in ("Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"):
        assert sum(header in found.headers for found in objects) > 50
    assert any(found.tags for found in objects)
    assert any(not value.isascii() for found in objects for value in found.metadata.values())
    assert any(found.key.endswith("/") and not found.content() for found in objects)


def test_what_is_marked_as_gzip_is_gzip():
    marked = [
        found for found in plan_seed(select_files(packages_folder())) if "Content-Encoding" in found.headers
    ]

    assert marked
    assert all(found.content()[:2] == b"\x1f\x8b" for found in marked)


def test_a_large_object_is_made_of_the_same_parts_every_time():
    parts = list(large_parts(2500, part_size=1000))

    assert [len(part) for part in parts] == [1000, 1000, 500]
    assert parts == list(large_parts(2500, part_size=1000))
    assert len(set(parts)) == 3
