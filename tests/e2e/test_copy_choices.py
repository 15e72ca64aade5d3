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


def test_an_empty_list_copies_nothing_and_says_so(sides: TwoSides, tmp_path: Path):
    fill(sides, *KEYS)
    listed = tmp_path / "prefixes.txt"
    listed.write_bytes(b"\r\n")

    answer = sides.copy("--prefixes-from", str(listed), source="in/", destination="out/")

    assert (answer.code, sides.replicas()) == (2, {})
    assert "names no prefix" in answer.stderr
