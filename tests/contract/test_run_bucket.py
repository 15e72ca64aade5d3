"""Documents of the run bucket that are written as they are made, on moto's S3."""

import pytest
from ferry.errors import TransientError
from ferry.stores.run_bucket import RunBucket

from tests.support.aws import client_to, unique_name

MIB = 1024**2


@pytest.fixture
def bucket(moto):
    with client_to(moto, "s3") as client:
        name = unique_name("runs")
        client.create_bucket(Bucket=name)
        yield RunBucket(client, name)


def uploads(bucket):
    return bucket._client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])


@pytest.mark.parametrize("sizes", [[], [0], [3, 0, 4], [MIB] * 8, [MIB] * 20 + [1], [20 * MIB + 7]])
def test_a_document_is_stored_whole_whatever_its_pieces(bucket, sizes):
    pieces = [bytes([number % 251]) * size for number, size in enumerate(sizes)]

    bucket.write("reports/r.csv", iter(pieces), "text/csv")

    stored = bucket._client.get_object(Bucket=bucket.name, Key="reports/r.csv")
    assert stored["Body"].read() == b"".join(pieces)
    assert stored["ContentType"] == "text/csv"
    assert uploads(bucket) == []


def test_a_document_is_replaced_by_the_next_of_its_name(bucket):
    bucket.write("reports/r.csv", iter([b"before"]), "text/csv")
    bucket.write("reports/r.csv", iter([b"after"]), "text/csv")

    assert bucket.read("reports/r.csv") == b"after"


def test_a_document_whose_pieces_end_in_an_error_is_not_stored(bucket):
    def pieces():
        yield b"x" * 9 * MIB
        raise TransientError("The table is busy.")

    with pytest.raises(TransientError, match="The table is busy"):
        bucket.write("reports/r.csv", pieces(), "text/csv")

    assert bucket.read("reports/r.csv") is None
    assert uploads(bucket) == []


def test_a_bucket_that_refuses_is_said_to(bucket):
    elsewhere = RunBucket(bucket._client, unique_name("nowhere"))

    with pytest.raises(TransientError, match=r"reports/r\.csv could not be written to the run bucket"):
        elsewhere.write("reports/r.csv", iter([b"x"]), "text/csv")
