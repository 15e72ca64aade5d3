"""Globs mean what rclone's mean, and no pattern takes long."""

import time

import pytest
from ferry.patterns import KeyPatterns, check_patterns
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import ANY_TEXT

PIECES = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "?", ".", "[ab]", "[!a]", "{a,b/a}"]), max_size=6
)
NAMES = st.text(alphabet="ab/.", max_size=7)


def matches(pattern: str, key: str) -> bool:
    return KeyPatterns((pattern,)).take(key)


def naive(pieces: list[str], key: str) -> bool:
    """Whether pieces of a glob make up a whole key, tried one after the other."""
    if not pieces:
        return key == ""
    piece, rest = pieces[0], pieces[1:]
    match piece:
        case "**":
            return any(naive(rest, key[length:]) for length in range(len(key) + 1))
        case "*":
            first = key.partition("/")[0]
            return any(naive(rest, key[length:]) for length in range(len(first) + 1))
        case "?" | "[ab]" | "[!a]":
            allowed = {"?": key[:1] != "/", "[ab]": key[:1] in "ab", "[!a]": key[:1] not in "a/"}[piece]
            return key != "" and allowed and naive(rest, key[1:])
        case "{a,b/a}":
            return any(key.startswith(one) and naive(rest, key[len(one) :]) for one in ("a", "b/a"))
        case _:
            return key.startswith(piece) and naive(rest, key[1:])


def as_one_glob(pieces: list[str]) -> list[str]:
    """Join neighbours that mean something else together: ``*`` and ``**``."""
    joined: list[str] = []
    for piece in pieces:
        if piece.startswith("*") and joined and joined[-1].startswith("*"):
            joined[-1] = "**"
        else:
            joined.append(piece)
    return joined


@given(PIECES, NAMES)
def test_a_glob_matches_what_its_pieces_match_one_after_the_other(pieces, key):
    pieces = as_one_glob(pieces)
    glob = "".join(pieces)
    below = ["**"] if glob.endswith("/") or not glob else []

    assert matches(f"/{glob}", key) == naive(pieces + below, key)


@given(PIECES, NAMES)
def test_a_glob_without_a_slash_in_front_begins_behind_any_slash(pieces, key):
    pieces = as_one_glob(pieces)
    glob = "".join(pieces)
    if not glob or glob.startswith("/"):
        return
    below = ["**"] if glob.endswith("/") else []
    begins = [0, *(place + 1 for place, character in enumerate(key) if character == "/")]

    assert matches(glob, key) == any(naive(pieces + below, key[begin:]) for begin in begins)


@given(ANY_TEXT.filter(lambda text: 0 < len(text) < 500))
def test_a_glob_of_taken_meanings_matches_the_very_text(text):
    text += "."
    glob = "/" + "".join("\\" + character for character in text)

    assert matches(glob, text)
    assert not matches(glob, text + "x")


@pytest.mark.parametrize(
    ("pattern", "takes", "leaves"),
    [
        ("*.jpg", ["a.jpg", "x/y/a.jpg", ".jpg"], ["a.jpeg", "a.jpg/b"]),
        ("/*.jpg", ["a.jpg"], ["x/a.jpg"]),
        ("logs/", ["logs/", "logs/a/b", "x/logs/a"], ["logs", "xlogs/a"]),
        ("/2026/**", ["2026/", "2026/1/2"], ["2025/2026/1"]),
        ("*.{jpg,png}", ["a.jpg", "b/a.png"], ["a.gif"]),
        ("IMG_[0-9][0-9].*", ["IMG_01.jpg"], ["IMG_1.jpg", "IMG_0a.jpg"]),
        ("[]a]", ["]", "a"], ["b"]),
        (r"[\]-a]", ["]", "^", "a"], ["-"]),
        ("母*", ["母亲", "x/母"], ["父"]),
        ("a?c", ["a\nc", "a\x00c", "a😀c"], ["a/c", "ac"]),
        ("re:^2026/\\d+$", ["2026/12"], ["x/2026/12", "2026/12/a"]),
        ("re:(?i)\\.JPG$", ["x/a.jpg"], ["a.jpg.bak"]),
        ("re:tmp.old", ["x/tmp\nold/y"], ["tmpold"]),
    ],
)
def test_patterns_as_people_write_them(pattern, takes, leaves):
    check_patterns((pattern,))

    assert [key for key in takes + leaves if matches(pattern, key)] == takes


def test_an_exclude_wins_over_an_include_and_no_include_takes_all():
    keys = ["a.jpg", "tmp/b.jpg", "c.txt"]

    assert list(filter(KeyPatterns(("*.jpg",), ("tmp/",)).take, keys)) == ["a.jpg"]
    assert list(filter(KeyPatterns(exclude=("tmp/",)).take, keys)) == ["a.jpg", "c.txt"]
    assert list(filter(KeyPatterns(("*.jpg", "re:^c")).take, keys)) == keys


def test_a_key_that_is_no_text_is_matched_all_the_same():
    assert matches("*", "\ud800") in {True, False}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "must have 1 to 1,024 characters"),
        ("x" * 1025, "must have 1 to 1,024 characters"),
        ("[a", r"unlike '\[a': a '\[' has no '\]'"),
        ("{a,b", "a '{' has no '}'"),
        ("{a,{b}}", "braces cannot be within braces"),
        ("a\\", "takes the meaning from nothing"),
        ("[z-a]", "the wrong way round"),
        ("re:(", r"missing \)"),
        ("re:(?=a)", "invalid perl operator"),
        ("re:(a{999}){999}", "."),
        ("\ud800", "not valid Unicode"),
    ],
)
def test_a_pattern_that_cannot_be_matched_is_refused(pattern, words):
    with pytest.raises(ValueError, match=words):
        check_patterns((pattern,))


@pytest.mark.parametrize(
    ("patterns", "words"), [(("a",) * 101, "at most 100 patterns"), (("?" * 1024,) * 100, "fewer or shorter")]
)
def test_too_many_patterns_are_refused(patterns, words):
    with pytest.raises(ValueError, match=words):
        check_patterns(patterns)


@pytest.mark.parametrize("pattern", ["*a" * 200 + "b", "re:^(a+)+$", "re:(a|a|a)*b"])
def test_no_pattern_takes_long(pattern):
    check_patterns((pattern,))
    began = time.process_time()

    matches(pattern, "a" * 1000 + "c")

    assert time.process_time() - began < 0.5
