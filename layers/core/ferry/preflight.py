"""Checking both sides before the first copy, so that a wrong setting ends a run at once."""

from itertools import islice

from ferry.errors import ConfigurationError, ObjectNotFoundError, PermanentError, TransientError
from ferry.keys import KeyMapping, KeyRange
from ferry.stores.protocols import ReplicaStore, SourceStore

_PROBE_KEY = ".ferry-preflight"


def check_access(source: SourceStore, replica: ReplicaStore, mapping: KeyMapping) -> None:
    """Try every permission that a run needs; nothing is left behind.

    Raises:
        ConfigurationError: A sentence that says which side refuses what, and what to do.
        TransientError: A side did not answer.
    """
    try:
        first = source.first_key(mapping.source_prefix, KeyRange())
        if first is not None:
            source.head(first)
    except ObjectNotFoundError:
        # Deleted between the two requests: the permission was there.
        pass
    except TransientError as error:
        raise _unreachable("source", error) from error
    except PermanentError as error:
        raise _prefixed("source", error) from error
    try:
        for _ in islice(replica.list_objects(mapping.replica_listing_prefix, KeyRange()), 1):
            pass
        replica.check_writable(mapping.replica_listing_prefix + _PROBE_KEY)
    except TransientError as error:
        raise _unreachable("destination", error) from error
    except PermanentError as error:
        raise _prefixed("destination", error) from error


def _prefixed(side: str, error: PermanentError) -> ConfigurationError:
    return ConfigurationError(f"The {side} cannot be used. {error}", reason=error.reason)


def _unreachable(side: str, error: TransientError) -> ConfigurationError:
    msg = f"The {side} cannot be reached. {str(error).rstrip('.')}. To go on: check its endpoint and region."
    return ConfigurationError(msg, reason=error.reason)
