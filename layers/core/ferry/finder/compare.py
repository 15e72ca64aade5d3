"""Whether an object has to be copied: a truth table over one row of each listing."""

from datetime import timedelta
from enum import Enum
from typing import Final

from ferry.objects import ListedObject, Marker
from ferry.tasks.models import CompareMode

COPY_WINDOW: Final = timedelta(hours=1)
"""How much older than its replica a source must be before the times alone prove it unchanged.

Covers the time a copy takes and the difference between the clouds' clocks.
"""


class Decision(Enum):
    """What one row of each listing says."""

    COPY = "copy"
    CURRENT = "current"
    LOOK = "look"
    """The listings cannot tell: read the replica's marker."""


def compare_rows(source: ListedObject, replica: ListedObject | None, mode: CompareMode) -> Decision:
    """Decide by the listings alone, as far as they can tell.

    The rules in order; the first that fits decides:

    ========================================================= ========= =======
    row                                                       mode      answer
    ========================================================= ========= =======
    no replica                                                any       COPY
    any                                                       always    COPY
    any                                                       checksum  LOOK
    source is a symlink: its size and etag are the link's     any       LOOK
    sizes differ                                              any       COPY
    sizes equal                                               size      CURRENT
    etags equal, ignoring case                                auto      CURRENT
    source older than the replica by more than COPY_WINDOW    auto      CURRENT
    otherwise                                                 auto      LOOK
    ========================================================= ========= =======
    """
    if replica is None or mode is CompareMode.ALWAYS:
        return Decision.COPY
    if mode is CompareMode.CHECKSUM or source.is_symlink:
        return Decision.LOOK
    if source.size != replica.size:
        return Decision.COPY
    if mode is CompareMode.SIZE or source.etag.lower() == replica.etag.lower():
        return Decision.CURRENT
    if source.last_modified < replica.last_modified - COPY_WINDOW:
        return Decision.CURRENT
    return Decision.LOOK


def compare_marker(source_etag: str, marker: Marker | None) -> Decision:
    """Decide by what the replica records about its source; never LOOK."""
    if marker is not None and marker.matches(source_etag):
        return Decision.CURRENT
    return Decision.COPY
