import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.oss.errors import OssError
from local.oss.ranges import ByteRange, resolve_range

SIZES = st.integers(0, 50)


@given(SIZES, st.integers(0, 60), st.integers(0, 60))
def test_the_legacy_rule_serves_a_range_inside_the_object_or_everything(size, first, last):
    selected = resolve_range(f"bytes={first}-{last}", size, standard=False)

    if first <= last < size:
        assert selected == ByteRange(first, last - first + 1)
    else:
        assert selected is None


@given(SIZES, st.integers(0, 60), st.integers(0, 60))
def test_the_standard_rule_clamps_the_end_and_refuses_a_start_behind_it(size, first, length):
    header = f"bytes={first}-{first + length}"

    if first >= size:
        with pytest.raises(OssError, match="InvalidRange"):
            resolve_range(header, size, standard=True)
    else:
        selected = resolve_range(header, size, standard=True)
        body = bytes(size)
        assert selected is not None
        assert (selected.offset, selected.size) == (first, len(body[first : first + length + 1]))


@given(SIZES, st.integers(0, 60))
def test_a_suffix_selects_the_last_bytes(size, suffix):
    legacy = resolve_range(f"bytes=-{suffix}", size, standard=False)

    assert legacy == (ByteRange(size - suffix, suffix) if 0 < suffix <= size else None)
    if suffix and size:
        assert resolve_range(f"bytes=-{suffix}", size, standard=True) == ByteRange(
            max(size - suffix, 0), min(suffix, size)
        )
    else:
        with pytest.raises(OssError, match="InvalidRange"):
            resolve_range(f"bytes=-{suffix}", size, standard=True)


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "rows=0-1", "bytes=a-b"]
)
@pytest.mark.parametrize("standard", [True, False])
def test_a_range_that_is_none_or_malformed_selects_everything(header, standard):
    assert resolve_range(header, 10, standard=standard) is None


def test_the_content_range_names_first_last_and_size():
    assert ByteRange(2, 3).content_range(10) == "bytes 2-4/10"
