from hypothesis import given
from hypothesis import strategies as st

from benchmarks.object_server.aws_chunked import AwsChunked
from benchmarks.object_server.content import MIB, crc64, crc64_of, md5_of, piece
from benchmarks.object_server.keys import key_of, number_of, page_of
from benchmarks.object_server.limits import ByteRate, RequestLimit
from tests.support.clock import FakeClock


@given(st.integers(0, 3 * MIB))
def test_checksums_by_size_are_those_of_the_content(size):
    content = b"".join(piece(offset, size - offset) for offset in range(0, size, MIB))

    assert len(content) == size
    assert crc64_of(size) == crc64(content)


@given(st.lists(st.integers(1, 50), min_size=1), st.binary(min_size=1, max_size=200))
def test_chunked_content_is_read_however_it_is_cut(cuts, content):
    framed = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n" % (len(content), content)
    taken: list[bytes] = []
    frames = AwsChunked(taken.append)

    offset = 0
    while offset < len(framed):
        for size in cuts:
            frames.add(framed[offset : offset + size])
            offset += size

    assert b"".join(taken) == content
    assert frames.trailer[b"x-amz-checksum-crc32"] == b"AAAA"


@given(st.integers(0, 2500), st.integers(1, 1000))
def test_pages_list_every_key_once(count, size):
    listed: list[str] = []
    query = {"prefix": "data/", "max-keys": str(size)}
    is_truncated = True
    while is_truncated:
        page = page_of(count, query)
        listed += [key_of(number) for number in page.numbers]
        is_truncated = page.is_truncated
        query["continuation-token"] = listed[-1] if listed else ""

    assert listed == [key_of(number) for number in range(count)]


def test_only_keys_that_are_listed_exist():
    assert number_of(key_of(4), 5) == 4
    assert number_of(key_of(5), 5) is None
    assert number_of("data/other", 5) is None


def test_a_folder_is_listed_instead_of_its_keys():
    page = page_of(5, {"delimiter": "/"})

    assert (page.folders, len(page.numbers)) == (("data/",), 0)


def test_requests_above_the_rate_are_refused():
    clock = FakeClock()
    limit = RequestLimit(100, clock)

    taken = 0
    for _ in range(1000):
        taken += limit.takes()
        clock.sleep(0.001)

    assert 100 <= taken <= 111


def test_bytes_leave_at_the_rate():
    clock = FakeClock()
    rate = ByteRate(1000, clock)

    assert [rate.wait_for(500) for _ in range(3)] == [0.0, 0.5, 1.0]


def test_the_md5_is_that_of_the_content():
    assert md5_of(0) == "d41d8cd98f00b204e9800998ecf8427e"
