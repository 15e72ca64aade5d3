"""Patterns of keys: globs as rclone has them, and regular expressions.

They are matched by RE2, whose time grows with the key and never explodes, whatever the pattern is.

Source: rclone documentation, "Filtering", and RE2, "Syntax".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from re2 import _Regexp

MAX_PATTERNS: Final = 100
MAX_PATTERN: Final = 1024
"""Characters of a pattern."""
REGEX_PREFIX: Final = "re:"


@dataclass(frozen=True, slots=True)
class KeyPatterns:
    """Which keys are meant: those that an ``include`` matches, if there is one, and no ``exclude``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def take(self, key: str) -> bool:
        """Tell whether a key, relative to the source prefix, is meant."""
        return (not self.include or _matches(self.include, key)) and not _matches(self.exclude, key)


EVERY_KEY: Final = KeyPatterns()


def check_patterns(patterns: tuple[str, ...]) -> None:
    """Raise ValueError unless all of these can be matched; says what they "must" be.

    Args:
        patterns: Globs, and regular expressions behind ``re:``.
    """
    if len(patterns) > MAX_PATTERNS:
        msg = f"must be at most {MAX_PATTERNS} patterns, not {len(patterns)}"
        raise ValueError(msg)
    for pattern in patterns:
        if not 0 < len(pattern) <= MAX_PATTERN:
            msg = f"must have 1 to {MAX_PATTERN:,} characters, unlike {pattern[:40]!r}"
            raise ValueError(msg)
        if (problem := _problem((pattern,))) is not None:
            msg = f"must be a pattern that can be matched, unlike {pattern!r}: {problem}"
            raise ValueError(msg)
    if (problem := _problem(patterns)) is not None:
        msg = f"must be fewer or shorter patterns: {problem}"
        raise ValueError(msg)


def _problem(patterns: tuple[str, ...]) -> str | None:
    import re2

    try:
        "".join(patterns).encode()
        _compiled(patterns)
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    except ValueError as error:
        return str(error)
    except re2.error as error:
        said = error.args[0]
        return said.decode() if isinstance(said, bytes) else str(said)
    return None


def _matches(patterns: tuple[str, ...], key: str) -> bool:
    # Bytes: the key may be none that can be encoded, and RE2 wants bytes anyway.
    text = key.encode("utf-8", "surrogatepass")
    return any(regex.search(text) is not None for regex in _compiled(patterns))


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> "tuple[_Regexp, ...]":
    """Return what to search a key for: one expression for all globs, and each regular expression."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    options.never_capture = True
    globs = [glob_regex(pattern) for pattern in patterns if not pattern.startswith(REGEX_PREFIX)]
    regexes = [pattern.removeprefix(REGEX_PREFIX) for pattern in patterns if pattern.startswith(REGEX_PREFIX)]
    return tuple(re2.compile(regex, options) for regex in ["|".join(globs), *regexes] if regex)


def glob_regex(glob: str) -> str:
    """Turn a glob into an expression to search keys for.

    ``*`` and ``?`` do not cross ``/``, ``**`` does; ``[a-z]``, ``[!a-z]``, ``{this,that}``; a backslash takes
    the meaning from the next character. A glob that begins with ``/`` is matched from the beginning, another
    one from there or from behind any ``/``; one that ends with ``/`` matches everything below.

    Raises:
        ValueError: It cannot be read.
    """
    begin, rest = (r"\A", glob[1:]) if glob.startswith("/") else (r"(?:\A|/)", glob)
    body = "".join(_pieces(rest))
    return f"{begin}(?:{body}{'.*' if rest.endswith('/') or not rest else ''})\\z"


def _pieces(glob: str) -> Iterator[str]:
    place, in_braces = 0, False
    while place < len(glob):
        character = glob[place]
        place += 1
        match character:
            case "*":
                is_double = glob.startswith("*", place)
                place += is_double
                yield ".*" if is_double else "[^/]*"
            case "?":
                yield "[^/]"
            case "[":
                piece, place = _class(glob, place)
                yield piece
            case "{" if in_braces:
                msg = "braces cannot be within braces"
                raise ValueError(msg)
            case "{":
                in_braces = True
                yield "(?:"
            case "}" if in_braces:
                in_braces = False
                yield ")"
            case "," if in_braces:
                yield "|"
            case "\\":
                if place == len(glob):
                    msg = "it ends with a '\\' that takes the meaning from nothing"
                    raise ValueError(msg)
                yield _literal(glob[place])
                place += 1
            case _:
                yield _literal(character)
    if in_braces:
        msg = "a '{' has no '}'"
        raise ValueError(msg)


def _class(glob: str, place: int) -> tuple[str, int]:
    """Read ``[…]`` from behind its bracket; return it and the place behind it."""
    is_negated = glob[place : place + 1] in {"!", "^"}
    place += is_negated
    first, ranges = place, ""
    while place < len(glob) and (glob[place] != "]" or place == first):
        low, place = _member(glob, place)
        high = low
        if glob[place : place + 1] == "-" and glob[place + 1 : place + 2] not in {"", "]"}:
            high, place = _member(glob, place + 1)
        if high < low:
            msg = f"the range {low}-{high} is the wrong way round"
            raise ValueError(msg)
        ranges += f"{_literal(low)}-{_literal(high)}"
    if place >= len(glob):
        msg = "a '[' has no ']'"
        raise ValueError(msg)
    return (f"[^/{ranges}]" if is_negated else f"[{ranges}]"), place + 1


def _member(glob: str, place: int) -> tuple[str, int]:
    place += glob[place] == "\\"
    if place >= len(glob):
        msg = "a '[' has no ']'"
        raise ValueError(msg)
    return glob[place], place + 1


def _literal(character: str) -> str:
    return character if character.isalnum() and character.isascii() else f"\\x{{{ord(character):x}}}"
