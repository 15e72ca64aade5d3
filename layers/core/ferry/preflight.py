"""Checking both sides before the first copy, so that a wrong setting ends a run at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from ferry.errors import ConfigurationError, PermanentError, TransientError
from ferry.keys import UNREADABLE_KEYS, KeyMapping, KeyRange
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.deletes import Deletes

_PROBE_KEY = ".ferry-preflight"
_PREFIXES_TRIED = 10


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """One thing that is tried.

    Attributes:
        name: Such as ``source_list``.
        side: ``source`` or ``destination``.
        attempt: Raises what is wrong.
    """

    name: str
    side: str
    attempt: Callable[[], object]

    def run(self) -> None:
        """Try it.

        Raises:
            ConfigurationError: A sentence that says which side refuses what, and what to do.
            TransientError: The side is too busy to answer.
        """
        with _told_as(self.side):
            self.attempt()


def access_checks(
    source: SourceStore,
    replica: ReplicaStore,
    mapping: KeyMapping,
    *,
    writes: bool = True,
    deletes: Deletes | None = None,
) -> list[AccessCheck]:
    """Return what a run needs, in the order in which it makes sense to try it; nothing is left behind.

    Args:
        source: Has to be listed and read.
        replica: Has to be listed, and written unless ``writes`` is False.
        mapping: Which keys, and where they land.
        writes: Whether the run will write.
        deletes: What the run will delete; None for nothing.
    """
    probe = mapping.replica_listing_prefix + _PROBE_KEY
    checks = [
        AccessCheck("source_list", "source", partial(_first_key, source, mapping)),
        AccessCheck("source_read", "source", partial(_read_first, source, mapping)),
        AccessCheck("destination_list", "destination", partial(_list_first, replica, mapping)),
    ]
    if writes:
        checks.append(AccessCheck("destination_write", "destination", partial(replica.check_writable, probe)))
    if deletes is not None:
        delete = partial(replica.check_deletable, probe)
        checks.append(AccessCheck("destination_delete", "destination", delete))
        if deletes.backup_prefix is not None:
            keep = partial(replica.check_writable, deletes.backup_prefix + _PROBE_KEY)
            checks.append(AccessCheck("destination_backup", "destination", keep))
    return checks


def check_access(
    source: SourceStore,
    replica: ReplicaStore,
    mapping: KeyMapping,
    *,
    writes: bool = True,
    deletes: Deletes | None = None,
) -> None:
    """Try every permission that a run needs, as ``access_checks`` lists them.

    Raises:
        ConfigurationError: A sentence that says which side refuses what, and what to do.
        TransientError: A side is too busy to answer.
    """
    for check in access_checks(source, replica, mapping, writes=writes, deletes=deletes):
        check.run()


def _read_first(source: SourceStore, mapping: KeyMapping) -> None:
    first = _first_key(source, mapping)
    if first is not None and first not in UNREADABLE_KEYS:
        _try_to_read(source, first)


def _list_first(replica: ReplicaStore, mapping: KeyMapping) -> None:
    next(iter(replica.list_objects(mapping.replica_listing_prefixes[0], KeyRange())), None)


def _first_key(source: SourceStore, mapping: KeyMapping) -> str | None:
    """Return some key that the run is about; None when the first few prefixes have none."""
    found = (source.first_key(prefix, KeyRange()) for prefix in mapping.listing_prefixes[:_PREFIXES_TRIED])
    return next((key for key in found if key is not None), None)


def _try_to_read(source: SourceStore, key: str) -> None:
    try:
        source.head(key)
    except ConfigurationError:
        raise
    except PermanentError:
        # Something about this one object, such as a dangling link; the permission is there.
        pass


@contextmanager
def _told_as(side: str) -> Iterator[None]:
    try:
        yield
    except TransientError as error:
        if error.reason != "ConnectionFailed":
            raise
        raise _unreachable(side, error) from error
    except PermanentError as error:
        raise _prefixed(side, error) from error


def _prefixed(side: str, error: PermanentError) -> ConfigurationError:
    return ConfigurationError(f"The {side} cannot be used. {error}", reason=error.reason)


def _unreachable(side: str, error: TransientError) -> ConfigurationError:
    msg = f"The {side} cannot be reached. {str(error).rstrip('.')}. To go on: check its endpoint and region."
    return ConfigurationError(msg, reason=error.reason)
