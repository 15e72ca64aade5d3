"""``ferry copy`` as a process of its own, between real servers of both kinds."""

import gzip
import json
import os
from pathlib import Path

from tests.support.two_sides import TwoSides

LARGE = 5 * 1024**2
NAMES = [
    "plain.txt",
    "with space.txt",
    "plus+sign & ampersand.txt",
    "100%.txt",
    "%2F already encoded.txt",
    'quote\' and "double".txt',
    "中文/文件.txt",
    "emoji 🚢/🛳️.bin",
    "back\\slash?query#fragment.txt",
    "dots/../and/./slashes//end.txt",
]


def counts(answer) -> tuple[int, ...]:
    """What the summary says of objects, copied, current and failed ones; shows stderr when a test fails."""
    assert answer.stdout, answer.stderr
    return tuple(answer.json[name] for name in ("objects", "copied", "current", "failed"))


def test_objects_of_every_kind_arrive_as_they_are(sides: TwoSides):
    content = {name: name.encode() * 3 for name in NAMES}
    content |= {"empty": b"", "folder/": b"", "large.bin": os.urandom(17 * 1024**2 + 123)}
    for key, body in content.items():
        sides.source.put_object(key, body)
    zipped = gzip.compress(b"text " * 1000)
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Language": "zh-CN",
        "Content-Disposition": "attachment; filename=report.txt",
        "Cache-Control": "max-age=60",
        "x-oss-meta-owner": "船长 Müller".encode(),
        "x-oss-meta-plain": "yes",
        "x-oss-tagging": "team=ferry&cost%20centre=a%2Bb",
    }
    sides.source.put_object("report.txt", zipped, headers=headers)

    copied = sides.copy("--large-object-threshold", "5MiB", destination="in")
    verified = sides.verify("--content", destination="in")

    expected = {f"in/{key}": body for key, body in {**content, "report.txt": zipped}.items()}
    assert copied.code == 0, copied.stderr
    assert copied.json.keys() == {
        *("objects", "bytes", "copied", "current", "deleted", "failed", "seconds"),
        *("unverified", "metadata_dropped", "excluded", "archived"),
    }
    assert counts(copied) == (len(expected), len(expected), 0, 0)
    assert copied.json["bytes"] == sum(map(len, expected.values()))
    assert sides.replicas() == expected
    assert verified.json == {"missing": 0, "extra": 0, "different": 0, "same": len(expected)}, verified.stderr
    assert verified.code == 0
    head = sides.s3.head_object(Bucket=sides.bucket, Key="in/report.txt")
    assert (head["ContentEncoding"], head["ContentLanguage"], head["CacheControl"]) == (
        "gzip",
        "zh-CN",
        "max-age=60",
    )
    assert sides.uploads() == []


def test_a_second_copy_copies_only_what_changed(sides: TwoSides):
    for number in range(20):
        sides.source.put_object(f"object-{number}", b"content")
    sides.source.put_object("large", os.urandom(LARGE))

    first = sides.copy("--large-object-threshold", "5MiB")
    second = sides.copy("--large-object-threshold", "5MiB")
    sides.source.put_object("object-3", b"CONTENT")
    sides.source.put_object("object-4", b"another length")
    sides.source.put_object("added", b"new")
    sides.source.put_object("large", changed := os.urandom(LARGE))
    third = sides.copy("--large-object-threshold", "5MiB")

    assert counts(first) == (21, 21, 0, 0)
    assert counts(second) == (21, 0, 21, 0)
    assert second.json["bytes"] == 0
    assert counts(third) == (22, 4, 18, 0)
    replicas = sides.replicas()
    assert (replicas["object-3"], replicas["added"], replicas["large"]) == (b"CONTENT", b"new", changed)


def test_a_dry_run_counts_and_writes_nothing(sides: TwoSides):
    sides.source.put_object("a", b"12345")
    sides.source.put_object("b", b"678")

    answer = sides.copy("--dry-run")
    table = sides.ferry("copy", f"oss://{sides.source.bucket_name}", f"s3://{sides.bucket}", "--dry-run")

    assert (answer.code, counts(answer), answer.json["bytes"]) == (0, (2, 2, 0, 0), 8)
    assert "Would be copied" in table.stdout
    assert sides.replicas() == {}


def test_the_contents_of_the_prefix_land_under_the_destination_prefix(sides: TwoSides):
    for key in ("photos/", "photos/2026/a.jpg", "photos-old/b.jpg", "c.jpg"):
        sides.source.put_object(key, b"jpeg" if key.endswith("g") else b"")

    moved = sides.copy(source="photos", destination="to/here")
    kept = sides.copy("--keep-prefix", source="photos/", destination="kept/")
    to_root = sides.copy(source="photos/")

    assert [answer.code for answer in (moved, kept, to_root)] == [0, 0, 0], to_root.stderr
    assert set(sides.replicas()) == {
        "to/here/",
        "to/here/2026/a.jpg",
        "kept/photos/",
        "kept/photos/2026/a.jpg",
        "2026/a.jpg",
    }


def test_objects_that_cannot_be_copied_fail_alone_and_are_named(sides: TwoSides, tmp_path: Path):
    overlong = "k" * 1020
    for key in ("fine", overlong, "also fine"):
        sides.source.put_object(key, b"content")
    report = tmp_path / "failures.jsonl"

    answer = sides.copy("--report", str(report), destination="prefix")

    assert answer.code == 1
    assert counts(answer) == (3, 2, 0, 1)
    assert f"failed: {overlong}: KeyTooLong: " in answer.stderr
    assert set(sides.replicas()) == {"prefix/fine", "prefix/also fine"}
    (line,) = report.read_text().splitlines()
    assert json.loads(line)["key"] == overlong


def test_an_object_named_like_a_parent_folder_is_refused(sides: TwoSides):
    sides.source.put_object("folder/..", b"content")
    sides.source.put_object("folder/fine", b"content")

    answer = sides.copy(source="folder")

    assert answer.code == 1
    assert counts(answer) == (2, 1, 0, 1)
    assert "failed: folder/..: DotKey: " in answer.stderr


def test_an_empty_source_is_fine(sides: TwoSides):
    answer = sides.copy(source="nothing/here")

    assert (answer.code, counts(answer), answer.stderr) == (0, (0, 0, 0, 0), "")


def test_options_take_the_place_of_every_variable(sides: TwoSides, tmp_path: Path):
    sides.source.put_object("a", b"12345")
    profiles = tmp_path / "credentials"
    profiles.write_text("[shipping]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    options = {
        "OSS_ENDPOINT": sides.oss.endpoint,
        "OSS_REGION": sides.oss.region,
        "OSS_ACCESS_KEY_ID": sides.oss.access_key_id,
        "OSS_ACCESS_KEY_SECRET": sides.oss.access_key_secret,
        "AWS_ENDPOINT_URL_S3": sides.aws.endpoint,
        "AWS_REGION": sides.aws.region,
        "AWS_PROFILE": "shipping",
    }
    words = [
        word for name, value in options.items() for word in (f"--{name.lower().replace('_', '-')}", value)
    ]
    without: dict[str, str | None] = {
        **dict.fromkeys([*options, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        "AWS_SHARED_CREDENTIALS_FILE": str(profiles),
    }
    places = f"oss://{sides.source.bucket_name}", f"s3://{sides.bucket}"

    copied = sides.ferry("copy", *places, *words, "--json", **without)
    verified = sides.ferry("verify", *places, *words, "--json", **without)

    assert copied.code == 0, copied.stderr
    assert sides.replicas() == {"a": b"12345"}
    assert (verified.code, verified.json["same"]) == (0, 1), verified.stderr


def test_an_option_goes_before_its_variable(sides: TwoSides):
    answer = sides.copy("--oss-session-token", "nobodys")

    assert answer.code == 2
    assert "nobodys" not in answer.stderr
    assert sides.copy("--region", sides.oss.region, OSS_REGION="cn-elsewhere").code == 0


def test_the_table_says_what_was_copied(sides: TwoSides):
    sides.source.put_object("a", b"12345")

    answer = sides.ferry("copy", f"oss://{sides.source.bucket_name}", f"s3://{sides.bucket}")

    assert answer.code == 0
    assert f"oss://{sides.source.bucket_name}/ → s3://{sides.bucket}/" in answer.stdout
    rows = [line.strip("│ ").split("│") for line in answer.stdout.splitlines() if "│" in line]
    facts = {name.strip(): value.strip() for name, value in rows}
    assert (facts["Copied"], facts["Failed"]) == ("1", "0")
    assert facts["Bytes copied"].startswith("5 B")
