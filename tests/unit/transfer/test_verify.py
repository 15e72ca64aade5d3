"""Content is checked by the best checksum that its source gives, and by no other."""

import hashlib
import itertools

import pytest
from ferry.checksums import crc64
from ferry.errors import DamagedContentError
from ferry.transfer import verify
from ferry.transfer.verify import ContentCheck, can_verify
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import described

CONTENT = b"what the source holds"
CRC64 = crc64(CONTENT)
MD5 = hashlib.md5(CONTENT).hexdigest()
CHECKSUMS = [(CRC64, MD5), (CRC64, None), (None, MD5), (None, None)]


def check(source, *chunks):
    checking = ContentCheck(source)
    for chunk in chunks:
        checking.add(chunk)
    checking.finish()


@pytest.mark.parametrize(("crc", "md5"), CHECKSUMS)
@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=4))
def test_the_content_itself_passes_however_it_is_cut(crc, md5, cuts):
    edges = [0, *sorted(cuts), len(CONTENT)]
    chunks = [CONTENT[start:end] for start, end in itertools.pairwise(edges)]

    check(described(size=len(CONTENT), crc64=crc, md5=md5), *chunks)


@pytest.mark.parametrize(("crc", "md5"), CHECKSUMS)
@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"!"])
def test_another_length_never_passes(crc, md5, content):
    with pytest.raises(DamagedContentError) as caught:
        check(described(size=len(CONTENT), crc64=crc, md5=md5), content)

    assert caught.value.reason == "Truncated"


@pytest.mark.parametrize(("crc", "md5"), CHECKSUMS[:3])
@pytest.mark.parametrize("place", [0, len(CONTENT) // 2, len(CONTENT) - 1])
def test_another_byte_does_not_pass_where_there_is_a_checksum(crc, md5, place):
    damaged = CONTENT[:place] + b"\xff" + CONTENT[place + 1 :]
    source = described(size=len(CONTENT), crc64=crc, md5=md5)

    with pytest.raises(DamagedContentError) as caught:
        check(source, damaged)

    assert caught.value.reason == "ChecksumMismatch"
    assert can_verify(source)


def test_without_a_checksum_only_the_length_is_known():
    assert not can_verify(described())


@pytest.mark.parametrize(("crc", "md5", "expected"), [(CRC64, MD5, 0), (None, None, 0), (None, MD5, 1)])
def test_md5_is_computed_only_where_nothing_better_is_given(monkeypatch, crc, md5, expected):
    made = []
    original = hashlib.md5
    monkeypatch.setattr(verify.hashlib, "md5", lambda **options: made.append(1) or original(**options))

    check(described(size=len(CONTENT), crc64=crc, md5=md5), CONTENT)

    assert len(made) == expected
