import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.oss.errors import OssError
from local.oss.faults.bodies import corrupted, interrupted, paced, place, replaced, shortened
from local.oss.faults.headers import changed_headers, falsified
from local.oss.faults.kinds import Headers
from local.oss.faults.limits import AccountLimits, Limiter, Limits
from local.oss.pacing import Pace

chunk_lists = st.lists(st.binary(min_size=1, max_size=9), max_size=6)


async def stream(chunks):
    for chunk in chunks:
        yield chunk


def collect(chunks) -> bytes:
    async def joined():
        return b"".join([chunk async for chunk in chunks])

    return asyncio.run(joined())


@given(st.none() | st.integers(-60, 60), st.integers(1, 50))
def test_a_place_is_within_the_body(wanted, size):
    found = place(wanted, size)

    assert 0 <= found < size
    if wanted is not None and -size <= wanted < size:
        assert found == wanted % size


def test_a_place_in_a_body_of_unknown_length_is_taken_at_its_word():
    assert [place(wanted, None) for wanted in (None, 0, 7, -2)] == [0, 0, 7, 0]


@given(chunk_lists, st.integers(0, 60))
def test_something_happens_once_behind_so_many_bytes_or_at_the_end(chunks, after):
    passed, seen = bytearray(), []

    async def happen():
        seen.append(len(passed))

    async def run():
        async for chunk in interrupted(stream(chunks), after, happen):
            passed.extend(chunk)

    asyncio.run(run())

    whole = b"".join(chunks)
    assert (bytes(passed), seen) == (whole, [min(after, len(whole))])


@given(chunk_lists.filter(any), st.data())
def test_exactly_one_byte_is_corrupted(chunks, data):
    whole = b"".join(chunks)
    at = data.draw(st.integers(0, len(whole) - 1))

    changed = collect(corrupted(stream(chunks), at))

    assert [i for i, (one, other) in enumerate(zip(whole, changed, strict=True)) if one != other] == [at]


@given(chunk_lists, st.integers(0, 60))
def test_a_shortened_body_is_a_prefix_and_the_rest_is_read(chunks, size):
    source = stream(chunks)

    assert collect(shortened(source, size)) == b"".join(chunks)[:size]
    assert collect(source) == b""


@given(chunk_lists, st.integers(0, 60))
def test_a_replaced_body_changes_over_once(chunks, after):
    whole = b"".join(chunks)
    other = bytes(range(len(whole)))

    torn = collect(replaced(stream(chunks), after, lambda offset, size: other[offset : offset + size]))

    assert torn == whole[:after] + other[after:]


def test_a_paced_body_is_cut_into_slices_and_tells_what_passed():
    waits, passed = [], []

    async def sleep(seconds):
        waits.append(seconds)

    pace = Pace(100, clock=lambda: 0.0, sleep=sleep)

    assert collect(paced(stream([bytes(25)]), pace, passed.append)) == bytes(25)
    assert passed == [10, 10, 5]
    assert waits == pytest.approx([0.1, 0.2, 0.25])


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_a_falsified_value_is_another_one(value):
    assert falsified(value) != value


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("18446744073709551615", "18446744073709551614"),
        ('"9A"', '"0A"'),
        ('"AB-6"', '"BB-6"'),
        ("q1==", "a1=="),
    ],
)
def test_a_falsified_value_keeps_its_form(value, other):
    assert falsified(value) == other


def test_headers_are_changed_without_regard_to_case():
    fault = Headers(falsify=("etag",), remove=("X-OSS-Hash-CRC64ECMA",), set={"content-type": "x/y"})

    changed = changed_headers(
        {"ETag": '"1A"', "x-oss-hash-crc64ecma": "5", "Content-Type": "a/b", "k": "v"}, fault
    )

    assert changed == {"ETag": '"2A"', "content-type": "x/y", "k": "v"}


class Time:
    now = 100.0

    def __call__(self):
        return self.now


def code_of(account) -> str:
    with pytest.raises(OssError) as refused:
        account.enter()
    return f"{refused.value.status} {refused.value.code}"


def test_an_account_gets_its_requests_per_second_and_no_more():
    time = Time()
    limiter = Limiter(time)
    limiter.limits = Limits(every_account=AccountLimits(requests_per_second=2))

    one, other = limiter.account("one"), limiter.account("other")
    one.enter()
    one.enter()
    assert code_of(one) == "503 TotalQpsLimitExceeded"
    other.enter()
    time.now += 0.5
    one.enter()
    assert code_of(one) == "503 TotalQpsLimitExceeded"
    time.now += 3600
    one.enter()
    one.enter()
    assert code_of(one) == "503 TotalQpsLimitExceeded"


def test_an_account_with_limits_of_its_own_has_only_those():
    limiter = Limiter(Time())
    own = AccountLimits(active_requests=1, requests_per_second=0.001, burst=3, qps_code="QpsLimitExceeded")
    limiter.limits = Limits(every_account=AccountLimits(requests_per_second=1), accounts={"one": own})

    account = limiter.account("one")
    account.enter()
    assert code_of(account) == "503 ActiveRequestLimitExceeded"
    account.leave()
    account.enter()
    account.leave()
    assert code_of(account) == "429 QpsLimitExceeded"


def test_transfers_wait_for_those_before_them():
    limiter = Limiter(Time())
    limiter.limits = Limits(every_account=AccountLimits(download_bytes_per_second=100))
    lane = limiter.account("one").download

    first, second = lane.enter(100), lane.enter(50)
    first.passed(60)
    third = lane.enter(10)
    for transfer in (first, second, third):
        transfer.end()

    assert [first.seconds, second.seconds, third.seconds] == [1.0, 1.5, 1.0]
    assert lane.waiting == 0


def test_no_limits_are_not_active():
    limiter = Limiter()

    limiter.limits = Limits(every_account=AccountLimits(requests_per_second=1))
    assert limiter.active
    limiter.limits = Limits(accounts={"one": AccountLimits()})
    assert not limiter.active
