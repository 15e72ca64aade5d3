"""Leases in memory, which behave like those in the table."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import override
from uuid import uuid4

from ferry.errors import TransientError
from ferry.tasks.leases import TRUSTED, Lease, Leases


@dataclass
class _Held:
    holder: str
    since: datetime
    ends: datetime
    noted: bool = False


@dataclass
class MemoryLeases(Leases):
    """Who holds what.

    Attributes:
        held: By task and key.
        dead: Holders that give nothing back any more.
    """

    held: dict[tuple[str, str], _Held] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    @override
    def take(self, task_id: str, key: str, now: datetime, *, seconds: float) -> Lease | None:
        place = (task_id, key)
        there = self.held.get(place)
        if there is None or there.ends < now:
            lease = Lease(task_id, key, uuid4().hex)
            self.held[place] = _Held(lease.holder, now, now + timedelta(seconds=seconds))
            return lease
        if there.since >= now - TRUSTED:
            there.noted = True
            return None
        msg = "Somebody else has been at this object for a while."
        raise TransientError(msg, reason="ObjectBusy")

    @override
    def give_back(self, lease: Lease) -> bool:
        there = self._mine(lease)
        if there is None:
            return True
        if there.noted:
            there.noted = False
            return False
        del self.held[lease.task_id, lease.key]
        return True

    @override
    def drop(self, lease: Lease) -> None:
        if self._mine(lease) is not None and lease.holder not in self.dead:
            del self.held[lease.task_id, lease.key]

    def expire(self) -> None:
        """Let the leases of the dead run out, as time does."""
        self.held = {place: there for place, there in self.held.items() if there.holder not in self.dead}

    def _mine(self, lease: Lease) -> _Held | None:
        there = self.held.get((lease.task_id, lease.key))
        return there if there is not None and there.holder == lease.holder else None
