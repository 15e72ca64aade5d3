"""``ferry copy`` and ``ferry verify`` of chosen objects, as processes of their own between real servers."""

from pathlib import Path

from tests.support.two_sides import TwoSides

KEYS = ("in/2024/a", "in/2025/a", "in/2025/b", "in/2026/a", "in/20", "other")


def fill(sides: TwoSides, *keys: str) -> None:
    for key in keys:
        sides.source.put_object(key, key.encode())


def test_only_what_lies_under_the_prefixes_is_copied_mirrored_and_verified(sides: TwoSides, tmp_path: Path):
    fill(sides, *KEYS)
    for name in ("out/2025/gone", "out/2024/gone", "out/gone", "elsewhere"):
        sides.s3.put_object(Bucket=sides.bucket, Key=name, Body=b"")
    listed = tmp_path / "prefixes.txt"
    listed.write_bytes(b"\xef\xbb\xbfin/2025/\r\n\r\nin/2025/a\r\n")
    chosen = ("--prefix", "in/2026/", "--prefixes-from", str(listed))

    copied = sides.copy("--delete", "--max-delete", "1", *chosen, source="in/", destination="out/")
    verified = sides.verify(*chosen, source="in/", destination="out/")

    assert (copied.code, copied.json["copied"], copied.json["deleted"]) == (0, 3, 1), copied.stderr
    assert set(sides.replicas()) == {
        *("out/2025/a", "out/2025/b", "out/2026/a"),
        *("out/2024/gone", "out/gone", "elsewhere"),
    }
    assert (verified.code, verified.json["same"], verified.json["extra"]) == (0, 3, 0), verified.stderr


def test_what_the_filters_leave_out_is_counted_and_left_alone(sides: TwoSides):
    fill(sides, "in/a.jpg", "in/x/b.jpg", "in/tmp/c.jpg", "in/d.txt")
    sides.source.put_object("in/large.jpg", b"x" * 2048)
    sides.source.put_object("in/cold.jpg", b"x", headers={"x-oss-storage-class": "IA"})
    sides.source.put_symlink("in/large.jpg", "in/to large.jpg")
    sides.source.put_symlink("in/a.jpg", "in/to small.jpg")
    for name in ("out/tmp/old.jpg", "out/old.txt", "out/large.jpg", "out/old.jpg"):
        sides.s3.put_object(Bucket=sides.bucket, Key=name, Body=b"R")
    filters = ("--include", "*.jpg", "--exclude", "/tmp/", "--max-size", "1KiB", "--newer-than", "1h")
    chosen = (*filters, "--storage-class-filter", "Standard")

    answers = [
        sides.copy("--delete", "--max-delete", "1", *chosen, *more, source="in/", destination="out/")
        for more in (["--dry-run"], [])
    ]
    verified = sides.verify(*chosen, source="in/", destination="out/")

    for answer in answers:
        document = answer.json
        assert (answer.code, document["objects"], document["excluded"]) == (0, 3, 5), answer.stderr
        assert (document["copied"], document["deleted"]) == (3, 1)
    assert set(sides.replicas()) == {
        *("out/a.jpg", "out/x/b.jpg", "out/to small.jpg"),
        *("out/tmp/old.jpg", "out/old.txt", "out/large.jpg"),
    }
    assert sides.replicas()["out/large.jpg"] == b"R"
    assert (verified.code, verified.json["same"], verified.json["missing"]) == (0, 3, 0), verified.stderr


def test_a_filter_that_cannot_be_is_refused_by_option(sides: TwoSides):
    refused = {
        ("--include", "["): "--include must be a pattern that can be matched",
        ("--min-size", "2", "--max-size", "1"): "The filters contradict each other",
        ("--newer-than", "yesterday"): "--newer-than must be a time",
        ("--storage-class-filter", "GLACIER"): "--storage-class-filter knows no OSS class 'GLACIER'",
    }
    for options, words in refused.items():
        answer = sides.copy(*options)

        assert answer.code == 2
        assert words in " ".join(answer.stderr.replace("│", " ").split())


def test_archived_objects_fail_are_left_out_or_are_restored_and_copied_later(sides: TwoSides):
    fill(sides, "in/a")
    for name, size in (("cold", 10), ("large", 6 * 1024**2)):
        sides.source.put_object(f"in/{name}", b"x" * size, headers={"x-oss-storage-class": "ColdArchive"})

    def copy(archived: str):
        options = ("--archived", archived, "--large-object-threshold", "5MiB")
        return sides.copy(*options, source="in/", destination="out/")

    failing, skipping, restoring, restored = map(copy, ("fail", "skip", "restore", "restore"))

    counts = [
        tuple(answer.json[name] for name in ("objects", "copied", "failed", "archived"))
        for answer in (failing, skipping, restoring, restored)
    ]
    assert counts == [(3, 1, 2, 0), (1, 0, 0, 2), (3, 0, 2, 0), (3, 2, 0, 0)]
    assert [answer.code for answer in (failing, skipping, restoring, restored)] == [1, 0, 1, 0]
    assert failing.stderr.count(": Archived: ") == 2
    assert restoring.stderr.count(": RestoreStarted: ") == 2
    assert set(sides.replicas()) == {"out/a", "out/cold", "out/large"}
    assert sides.uploads() == []


def test_an_empty_list_copies_nothing_and_says_so(sides: TwoSides, tmp_path: Path):
    fill(sides, *KEYS)
    listed = tmp_path / "prefixes.txt"
    listed.write_bytes(b"\r\n")

    answer = sides.copy("--prefixes-from", str(listed), source="in/", destination="out/")

    assert (answer.code, sides.replicas()) == (2, {})
    assert "names no prefix" in answer.stderr
