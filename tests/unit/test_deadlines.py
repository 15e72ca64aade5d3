"""Waiting no longer than there is time."""

import threading

import pytest
from ferry.deadlines import within
from ferry.errors import TransientError


def test_a_call_that_ends_in_time_returns_or_raises_what_it_does():
    assert within(5, lambda: "done", who="It") == "done"
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0, who="It")


def test_a_call_that_takes_too_long_is_not_waited_for():
    over = threading.Event()

    with pytest.raises(TransientError, match="The source did not answer in time") as raised:
        within(0.05, over.wait, who="The source")

    over.set()
    assert raised.value.reason == "TimedOut"
