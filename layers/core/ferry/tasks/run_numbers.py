"""The numbers of a run under the names that programs see, in reports and through the API."""

from ferry.tasks.models import Counts, Found


def found_numbers(found: Found) -> dict[str, int]:
    """Return what scanning has found."""
    return {
        "objects": found.objects,
        "bytes": found.size,
        "planned_objects": found.planned_objects,
        "planned_bytes": found.planned_size,
        "extra": found.extra,
    }


def ended_numbers(found: Found, counts: Counts) -> dict[str, int]:
    """Return how objects have ended, whether the finder saw it or the copy."""
    return {
        "copied": counts.copied,
        "bytes": counts.size,
        "current": found.current + counts.current,
        "gone": counts.gone,
        "deleted": counts.deleted,
        "failed": counts.failed,
        "excluded": found.excluded + counts.excluded,
        "archived": found.archived + counts.archived,
        "unverified": counts.unverified,
        "metadata_dropped": counts.metadata_dropped,
    }
