import pytest
from ferry.metadata import (
    MAX_METADATA_BYTES,
    MetadataTooLargeError,
    decode_value,
    encode_metadata,
    encode_value,
)
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.strategies import ANY_TEXT


@given(ANY_TEXT)
@example("=?UTF-8?B?YQ==?=")
@example(" padded ")
@example("two\r\nlines")
@example("")
def test_any_value_survives_the_way_to_s3_and_back(value):
    encoded = encode_value(value)

    assert decode_value(encoded) == value


@given(ANY_TEXT)
def test_what_s3_is_given_is_plain_ascii_that_no_client_trims(value):
    encoded = encode_value(value)

    assert encoded.isascii()
    assert encoded.isprintable()
    assert encoded == encoded.strip()


@pytest.mark.parametrize("value", ["", "a", "two words", "a=?b", "100% ~ok~"])
def test_plain_ascii_stays_as_it_is(value):
    assert encode_value(value) == value


@pytest.mark.parametrize(
    "text", ["=?UTF-8?B?A?=", "=?UTF-8?B?/w==?=", "=?UTF-8?Q?a?=", "=?", "=?UTF-8?B?YQ==?= b", "naïve"]
)
def test_text_that_we_did_not_encode_is_left_alone(text):
    assert decode_value(text) == text


@given(st.dictionaries(st.text("abc-", min_size=1, max_size=20), ANY_TEXT, max_size=20))
def test_metadata_is_encoded_whole_or_refused(metadata):
    try:
        encoded = encode_metadata(metadata)
    except MetadataTooLargeError:
        size = sum(len(name) + len(encode_value(value)) for name, value in metadata.items())
        assert size > MAX_METADATA_BYTES
        return

    assert {name: decode_value(value) for name, value in encoded.items()} == metadata
    assert sum(len(name) + len(value) for name, value in encoded.items()) <= MAX_METADATA_BYTES


def test_metadata_may_need_exactly_what_s3_holds():
    assert encode_metadata({"n" * 48: "v" * 2000}) == {"n" * 48: "v" * 2000}

    with pytest.raises(MetadataTooLargeError, match="2049 bytes"):
        encode_metadata({"n" * 49: "v" * 2000})
