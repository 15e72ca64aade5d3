import pytest
import typer

from cli.locations import Location, parse_oss, parse_s3
from cli.options import parse_size


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("oss://photos", "photos", ""),
        ("oss://photos/", "photos", ""),
        ("oss://photos/2026", "photos", "2026/"),
        ("oss://photos/2026/", "photos", "2026/"),
        ("oss://photos/中文/a b%20c", "photos", "中文/a b%20c/"),
    ],
)
def test_a_location_names_a_bucket_and_a_folder(text, bucket, prefix):
    assert parse_oss(text) == Location("oss", bucket, prefix)


def test_a_location_is_spelled_as_it_is_read():
    assert str(parse_s3("s3://replica/in")) == "s3://replica/in/"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s3://photos", "must look like oss://BUCKET/PREFIX"),
        ("photos", "must look like oss://BUCKET/PREFIX"),
        ("oss:photos", "must look like oss://BUCKET/PREFIX"),
        ("", "must look like oss://BUCKET/PREFIX"),
        ("oss://", "no bucket name"),
        ("oss://ab", "no bucket name"),
        ("oss://Photos", "no bucket name"),
        ("oss://-photos", "no bucket name"),
        ("oss://photos//a", "must not begin with '/'"),
        ("oss://photos/" + "k" * 1024, "longer than 1,023 bytes"),
    ],
)
def test_what_is_no_location_is_refused_with_the_reason(text, words):
    with pytest.raises(typer.BadParameter, match=words):
        parse_oss(text)


@pytest.mark.parametrize("prefix", ["..", "../a", "a/../b", "./a", "a/."])
def test_a_destination_that_clients_would_resolve_is_refused(prefix):
    with pytest.raises(typer.BadParameter, match="between slashes"):
        parse_s3(f"s3://replica/{prefix}")

    assert parse_oss(f"oss://photos/{prefix}").prefix == f"{prefix}/"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024", 1024),
        (1024, 1024),
        ("5k", 5 * 1024),
        ("5 MiB", 5 * 1024**2),
        ("5MB", 5 * 1024**2),
        ("1GiB", 1024**3),
        ("7 b", 7),
    ],
)
def test_sizes_have_units_of_1024(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "-1", "1.5M", "5 parsecs"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(typer.BadParameter, match="is no size"):
        parse_size(text)
