"""What hypothesis makes: keys of every kind, and the layouts that buckets have."""

from hypothesis import strategies as st

ANY_TEXT = st.text()
"""Any Unicode without lone surrogates, which no cloud takes."""

KEYS = st.text(min_size=1, max_size=30)

AWKWARD_KEYS = st.text(
    alphabet=st.sampled_from(
        ["a", "b", "/", " ", "+", "%", "0", "é", "中", "😀", "\ufffe", "\uffff", "\U0010ffff"]
    ),
    min_size=1,
    max_size=8,
)

LAYOUTS = st.lists(st.one_of(AWKWARD_KEYS, KEYS), unique=True, max_size=60)
"""The keys of a bucket, in no order: flat, deep, with ``//``, with the last character there is."""

MAX_KEYS = st.text(
    alphabet=st.sampled_from(["a", "中", "😀", "\uffff", '"', "\\", "\x01", "/"]), min_size=1, max_size=1023
).map(lambda text: text.encode()[:1023].decode(errors="ignore") or "k")
"""Keys up to the 1,023 bytes that OSS allows."""
