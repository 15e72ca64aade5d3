"""Finding the rate that a side takes, from what it refuses.

The share that gets through tells what a side takes. The rate is cut to a little less, stays near it, and then
probes for more ever faster: the cubic curve that TCP CUBIC follows, here for requests instead of bytes.

A side may also refuse a share of requests however few there are. So a cut is in doubt until so much less is
refused as should be. When it is not, the rate is cut further; when the same share is refused at a fraction of
the rate, no rate helps: this share is noise, the rate goes back up, and only what is above the noise counts.

Source:
    RFC 9438, "CUBIC for Fast and Long-Distance Networks".
"""

from dataclasses import dataclass, replace
from typing import Final

from ferry.pacing.replies import Noise, Replies

UNLIMITED: Final = float("inf")
_BELOW: Final = 0.985
"""How much of what seems to be taken is aimed at."""
_CUT: Final = 0.98
"""What is left of that after a cut."""
_STRETCH_SECONDS: Final = 15.0
"""How long the curve takes from there to twice as much."""
_STRETCH_COPIES: Final = 192.0
"""How many copies it takes at least: at a low rate, refusals are noticed late."""
_AFTER_NOISE_SECONDS: Final = 8.0
"""How far along the curve to go on once a cut was of no use."""
_DOUBLING_SECONDS, _DOUBLING_COPIES = 1.0, 8.0
"""How long a guess takes to double."""
_FORGOTTEN, _GUESS_FORGOTTEN = 8.0, 1024.0
"""Times the limit, after which there is none any more."""
_DOUBTED_SECONDS: Final = 60.0
_LOWEST: Final = 2.0
"""Copies per second, whatever is refused."""
_WINDOW_SECONDS, _SHORTEST_SECONDS = 0.5, 0.1
"""Over which replies are counted; the shorter one if much is refused."""
_SATURATED: Final = 0.2
_FEWEST_REPLIES, _MOST_REPLIES = 16, 600
_DEEPEST_CUT, _DEEPEST_GUESS = 0.7, 0.25
"""What one cut leaves at least, as others may be cutting, too; and before any limit is known."""
_ENOUGH_REFUSALS: Final = 12.0
"""How many refusals more or fewer tell whether a cut has helped."""
_LOUDEST, _LOUDEST_FOUND = 0.8, 0.6
"""No share above it is noise; by few replies, and by many."""
_HARMLESS: Final = 0.05
"""A share that may be taken for noise without a second look."""
_NOISE_SECONDS: Final = 2.0
"""How long to look for noise at one rate at least."""
_SETTLING_SECONDS, _LONGEST_LATENCY_SECONDS = 0.05, 1.0
"""After which replies tell about a new rate, beside the time that a copy takes."""
_SHORTEST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.001, 0.25
_MADE_UP_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Cut:
    """A cut of which it is not known yet whether it has helped.

    Attributes:
        offered: Copies per second before it.
        share: What was refused of them.
        estimate: What the side takes if it is the rate that it refuses.
        limit: What was set.
        measured: What got through.
        before: The limit before the first cut, 0 if there was none.
        is_sure: Whether the estimate was low enough to be set.
        steady: The share that was refused at a higher rate; None before the rate is cut so far that only
            noise can be left.
    """

    offered: float
    share: float
    estimate: float
    limit: float
    measured: float
    before: float
    is_sure: bool
    steady: float | None = None


class Throttle:
    """A rate of copies that follows what is refused. Times are seconds on one clock that only grows.

    Args:
        to_epoch: Seconds from this clock to the time of day, which processes have in common.
    """

    def __init__(self, to_epoch: float = 0.0) -> None:
        self._limit = UNLIMITED
        self._set_at = self._counted_from = float("-inf")
        self._is_guess = self._is_settled = self._is_held = False
        self._cut: _Cut | None = None
        self._calm = self._latency = self._turns = self._turns_at = 0.0
        self._noise = Noise(to_epoch)
        self._replies = Replies()

    def rate(self, now: float) -> float:
        """Return the copies per second that may begin; ``UNLIMITED`` when nothing was refused for long."""
        if self._limit == UNLIMITED:
            return UNLIMITED
        seconds = now - self._set_at
        if self._is_guess:
            factor: float = 2 ** min(seconds / max(_DOUBLING_SECONDS, _DOUBLING_COPIES / self._limit), 60.0)
        else:
            stretch = max(_STRETCH_SECONDS, _STRETCH_COPIES / self._limit)
            factor = 1 + (seconds / stretch - (1 - _CUT) ** (1 / 3)) ** 3
            if self._cut is not None and seconds < _DOUBTED_SECONDS:
                factor = min(factor, 1.0)
        if factor > (_GUESS_FORGOTTEN if self._is_guess else _FORGOTTEN):
            self._limit, self._cut, self._is_settled = UNLIMITED, None, False
            return UNLIMITED
        return self._limit * factor

    def begin(self, now: float) -> float:
        """Begin a copy if it is time for the next one.

        Returns:
            0 when it has begun, else the seconds after which to ask again.
        """
        rate = self.rate(now)
        if rate != UNLIMITED:
            # Turns that come late are made up for, but not a long time without any.
            most = max(1.0, rate * _MADE_UP_SECONDS)
            self._turns = min(self._turns + (now - self._turns_at) * rate, most)
            self._turns_at = now
            if self._turns < 1:
                self._is_held = True
                return min(max((1 - self._turns) / rate, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)
            self._turns -= 1
        self._replies.begun += 1
        self._replies.held += self._is_held
        self._is_held = False
        return 0.0

    def succeeded(self, began: float, now: float) -> None:
        """Note that a copy got through that began at some moment."""
        if self._counts(began, now):
            self._replies.taken += 1
            self._judge(self._replies, now)

    def refused(self, began: float, now: float) -> None:
        """Note that a side refused a copy because of its limits."""
        if not self._counts(began, now):
            return
        if self._cut is None and self._limit != UNLIMITED and not self._replies.after_refusal:
            # What the side had left for a burst is used up only now.
            self._replies = Replies(since=now, after_refusal=True)
            return
        self._replies.refused += 1
        self._judge(self._replies, now)

    def _counts(self, began: float, now: float) -> bool:
        """Tell whether a reply says anything about the present rate."""
        if began < self._counted_from:
            return False
        self._latency = min(now - began, _LONGEST_LATENCY_SECONDS)
        if self._replies.since is None:
            self._replies.since = now
        return True

    def _judge(self, replies: Replies, now: float) -> None:
        seconds = replies.seconds(now)
        if replies.number < _FEWEST_REPLIES or seconds < _SHORTEST_SECONDS:
            return
        middle = now - self._latency - seconds / 2
        offered = replies.offered(self.rate(max(middle, self._set_at)), now)
        if self._cut is not None:
            self._judge_cut(self._cut, offered, replies, now)
        elif seconds >= _WINDOW_SECONDS or replies.share > self._noise.share + _SATURATED:
            self._judge_rate(offered, replies, now)

    def _judge_rate(self, offered: float, replies: Replies, now: float) -> None:
        self._noise.expire(now)
        if self._noise.is_exceeded(replies):
            self._cut_rate(offered, replies.share, now)
        elif not self._noise.may_be_exceeded(replies) or replies.number >= _MOST_REPLIES:
            self._calm = offered * min(self._noise.passed(replies.share), 1.0)
            if self._limit != UNLIMITED and not self._is_settled and not self._is_guess:
                self._set(self.rate(now), now, is_guess=True)
            self._noise.adjust(replies)
            self._replies = Replies()

    def _cut_rate(self, offered: float, share: float, now: float) -> None:
        """Cut the rate to what the side takes, as far as the last replies and the calm before them tell."""
        measured = offered * self._noise.passed(share)
        estimate = max(measured, min(self._calm, offered)) * _BELOW
        lowest = offered * (_DEEPEST_CUT if self._is_settled else _DEEPEST_GUESS)
        is_sure = self._limit != UNLIMITED and (self._is_settled or estimate * _CUT >= lowest)
        limit = max(estimate, lowest / _CUT)
        before = self._limit if self._is_settled else 0.0
        if self._cut is not None and self._is_settled:
            before = self._cut.before
        self._calm = 0.0
        self._cut = _Cut(offered, share, estimate, limit, measured, before, is_sure)
        self._set(limit, now)
        if share > _LOUDEST or limit <= _LOWEST:
            self._cut, self._is_settled = None, False

    def _judge_cut(self, cut: _Cut, offered: float, replies: Replies, now: float) -> None:
        """Tell whether a cut has helped, as soon as there are enough replies."""
        share = replies.share
        expected = 1 - (1 - self._noise.share) * min(cut.estimate / offered, 1.0)
        between = (cut.share + expected) / 2
        enough = _ENOUGH_REFUSALS / max(cut.share - expected, 0.02)
        if share > _LOUDEST and replies.number >= 2 * _FEWEST_REPLIES:
            self._cut_rate(offered, share, now)
        elif replies.number < enough and replies.refused < between * enough:
            return
        elif share <= between and not self._noise.is_exceeded(replies):
            self._keep(cut, now)
        elif cut.steady is not None:
            self._look_for_noise(cut, cut.steady, offered, replies, now)
        elif share <= between and offered * (1 - share) > (1 - cut.share) * (offered * cut.offered) ** 0.5:
            # More gets through than if it were noise: it is the limit, but lower than it seemed.
            self._cut_rate(offered, share, now)
        else:
            self._cut_further(cut, offered, share, now)

    def _keep(self, cut: _Cut, now: float) -> None:
        self._cut = None
        if not cut.is_sure or self._limit <= _LOWEST:
            self._set(self._limit, now, is_guess=True)
            return
        self._is_settled = True
        was_cut_further = self._limit != cut.limit
        self._set(max(self._limit, 0.9 * cut.measured) if was_cut_further else cut.limit, now)

    def _cut_further(self, cut: _Cut, offered: float, share: float, now: float) -> None:
        lower = min(0.85 * cut.estimate, offered * self._noise.passed(share))
        seen = (cut.share + share) / 2
        if self._limit == cut.limit and lower < 0.95 * self._limit:
            self._cut = replace(cut, share=seen)
            self._set(lower, now)
            return
        # So much is rather others that are still at it than noise, unless the same is left at half the rate.
        steady = 1.0 if share > 0.35 and not self._noise.share else share
        self._cut = replace(cut, share=seen, steady=steady)
        self._set(cut.offered * min(0.33, (1 - cut.share) / 2), now)

    def _look_for_noise(self, cut: _Cut, steady: float, offered: float, replies: Replies, now: float) -> None:
        """Halve the rate until the share that is refused stays the same, which is noise then."""
        share, deviation = replies.share, replies.deviation
        if replies.seconds(now) < _NOISE_SECONDS or replies.number < 50 or replies.refused < 8:
            return
        has_fallen = _HARMLESS < share < 0.75 * steady - deviation
        if has_fallen or share - deviation > _LOUDEST_FOUND:
            self._cut = replace(cut, steady=share)
            self._set(offered / 2, now)
            return
        self._noise.learn(replies, now)
        self._cut = None
        self._set(cut.before or cut.measured / (1 - self._noise.share), now)
        self._set_at -= _AFTER_NOISE_SECONDS

    def _set(self, limit: float, now: float, *, is_guess: bool = False) -> None:
        if self._limit == UNLIMITED:
            self._turns, self._turns_at = 0.0, now
        self._limit, self._set_at, self._is_guess = max(limit, _LOWEST), now, is_guess
        self._counted_from = now + self._latency + _SETTLING_SECONDS
        self._turns = min(self._turns, 1.0)
        self._replies = Replies()
