"""Finding out how the keys of a bucket begin, by a few small listing requests.

What is found only balances work, so it may be incomplete: a source that changes meanwhile, or keys that go on
with the last character there is, cost balance and nothing else.
"""

from collections.abc import Callable
from typing import Final

from ferry.keys import LAST_CHARACTER, KeyRange, sort_key
from ferry.stores.protocols import SourceStore

_MOST_FOLDERS: Final = 1000
_LONGEST_PLACE: Final = 1023
"""Bytes of a key that a listing can be asked to begin after."""
_MOST_CHARACTERS: Final = 64
"""Of one place in the keys, each of which takes a request: all of Base64, hexadecimal digits and numbers."""
MOST_REQUESTS: Final = 84
"""Of one call of ``next_beginnings``: 5 that find a single character, 11 for what keys of up to 1,023
characters share, 68 for what follows."""


def next_beginnings(
    source: SourceStore, beginning: str, key_range: KeyRange, out_of_time: Callable[[], bool]
) -> list[str]:
    """Return how the keys with a beginning go on, up to the next place where they differ.

    That is the next "folders" where these hold all keys, else the next characters. What all keys share is
    passed over, however long it is.

    Args:
        source: The bucket to probe.
        beginning: Of the keys.
        key_range: Keys outside do not count.
        out_of_time: Asked every few requests; what was found by then is returned.

    Returns:
        Longer beginnings, ascending, none within another; none when there is nothing to tell apart.
    """
    names = _next_step(source, beginning, key_range, out_of_time)
    if len(names) != 1:
        return names
    shared = _shared_beginning(source, names[0], key_range, out_of_time)
    return _next_step(source, shared, key_range, out_of_time)


def _next_step(
    source: SourceStore, beginning: str, key_range: KeyRange, out_of_time: Callable[[], bool]
) -> list[str]:
    if out_of_time():
        return []
    # A key that is the beginning itself, as "folders" made in the console are, tells nothing.
    rest = KeyRange(max(key_range.after, beginning, key=sort_key), key_range.until)
    return _next_folders(source, beginning, rest) or _next_characters(source, beginning, rest, out_of_time)


def _next_folders(source: SourceStore, beginning: str, rest: KeyRange) -> list[str]:
    """Return the next folders if there are several and keys neither before nor after them, else none."""
    folders = source.next_common_prefixes(beginning, rest, _MOST_FOLDERS)
    first = source.first_key(beginning, rest) if folders else None
    if first is None:
        return []
    name, slash, _ = first[len(beginning) :].partition("/")
    if not slash:
        return []
    begun = f"{beginning}{name}/"
    # The range may begin within a folder or end before its first key.
    names = [begun, *(folder for folder in folders if folder not in {begun, rest.until})]
    beyond = source.first_key(beginning, KeyRange(_end_of(names[-1]), rest.until))
    return names if len(names) > 1 and beyond is None else []


def _next_characters(
    source: SourceStore, beginning: str, rest: KeyRange, out_of_time: Callable[[], bool]
) -> list[str]:
    """Return the beginnings one character longer that have keys."""
    names: list[str] = []
    after = rest.after
    while len(names) < _MOST_CHARACTERS and not out_of_time():
        key = source.first_key(beginning, KeyRange(after, rest.until))
        if key is None:
            break
        name = key[: len(beginning) + 1]
        if names and name == names[-1]:
            # A key that goes on with the last character there is lies beyond the probe.
            break
        names.append(name)
        after = _end_of(name)
    return names


def _shared_beginning(
    source: SourceStore, beginning: str, key_range: KeyRange, out_of_time: Callable[[], bool]
) -> str:
    """Return the longest beginning that all keys with this one share: none of them lies beyond it."""
    first = source.first_key(beginning, key_range)
    if first is None:
        return beginning
    shared, longest = len(beginning), len(first)
    while shared < longest and not out_of_time():
        middle = (shared + longest + 1) // 2
        beyond = source.first_key(beginning, KeyRange(_end_of(first[:middle]), key_range.until))
        if beyond is None:
            shared = middle
        else:
            longest = middle - 1
    return first[:shared]


def _end_of(beginning: str) -> str:
    """Return what comes after the keys with a beginning, or the beginning where that is too long to ask for.

    Source:
        OSS API reference, "ListObjectsV2": ``start-after`` is shorter than 1,024 bytes.
    """
    end = beginning + LAST_CHARACTER
    return end if len(sort_key(end)) <= _LONGEST_PLACE else beginning
