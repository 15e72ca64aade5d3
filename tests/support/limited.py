"""Limits that do not change."""

from dataclasses import dataclass

from ferry.pacing.limits import Allowance


@dataclass
class FixedLimits:
    allowance: Allowance
    is_stale: bool = False

    def refresh(self) -> None:
        raise AssertionError

    def current(self) -> Allowance:
        return self.allowance
