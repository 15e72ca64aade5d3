import zlib

from ferry.checksums import combine_crc64, crc32, crc64
from hypothesis import given
from hypothesis import strategies as st


def test_the_check_value_is_the_one_of_the_standard():
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_checksums_of_pieces_combine_to_that_of_the_whole(pieces):
    combined = combine_crc64((crc64(piece), len(piece)) for piece in pieces)

    assert combined == crc64(b"".join(pieces))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_checksum_continues_where_another_ended(first, second):
    assert crc64(second, crc64(first)) == crc64(first + second)


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_crc32_is_what_everybody_else_computes(first, second):
    assert crc32(second, crc32(first)) == zlib.crc32(first + second)
