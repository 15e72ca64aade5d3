from datetime import UTC, datetime, timedelta

from ferry.events.secrets import current_secret, fresh_secret, is_secret_of, rotated, secret_of
from ferry.tasks.real_time import MAX_SECRETS, RealTime
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = b"key"


def test_a_secret_can_be_shown_again_and_needs_no_quoting():
    real_time = RealTime(secrets=(fresh_secret(),))

    secret = current_secret(real_time, KEY)

    assert secret == current_secret(real_time, KEY)
    assert len(secret) == 43
    assert secret.replace("-", "").replace("_", "").isalnum()


def test_a_secret_depends_on_the_key_and_on_the_nonce():
    assert len({secret_of(b"a", "1"), secret_of(b"b", "1"), secret_of(b"a", "2")}) == 3


def test_the_old_secret_is_taken_until_it_expires_and_the_new_one_at_once():
    before = RealTime(secrets=(fresh_secret(),))

    after = rotated(before, NOW, keep=timedelta(hours=1))

    old, new = current_secret(before, KEY), current_secret(after, KEY)
    assert old != new
    assert is_secret_of(after, new, key=KEY, now=NOW)
    assert is_secret_of(after, old, key=KEY, now=NOW + timedelta(minutes=59))
    assert not is_secret_of(after, old, key=KEY, now=NOW + timedelta(hours=1))


def test_without_an_overlap_the_old_secret_ends_at_once():
    before = RealTime(secrets=(fresh_secret(),))

    after = rotated(before, NOW, keep=timedelta())

    assert len(after.secrets) == 1
    assert not is_secret_of(after, current_secret(before, KEY), key=KEY, now=NOW)


@given(st.lists(st.integers(-5, 500), min_size=1, max_size=30))
def test_rotations_never_prolong_a_secret_and_never_pile_up(keeps):
    real_time = RealTime(secrets=(fresh_secret(),))
    ends: dict[str, datetime] = {}
    for number, minutes in enumerate(keeps):
        now = NOW + timedelta(minutes=number)
        real_time = rotated(real_time, now, keep=timedelta(minutes=minutes))

        assert len(real_time.secrets) <= MAX_SECRETS
        assert real_time.secrets[0].valid_until is None
        for secret in real_time.secrets[1:]:
            assert now < secret.valid_until <= ends.get(secret.nonce, secret.valid_until)
            ends[secret.nonce] = secret.valid_until


@given(st.text())
def test_no_text_is_a_secret_by_chance(text):
    assert not is_secret_of(RealTime(secrets=(fresh_secret(),)), text, key=KEY, now=NOW)
