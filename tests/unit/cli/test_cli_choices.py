from datetime import UTC, datetime, timedelta

import pytest
import typer

from cli.choices import FilterOptions, choose_prefixes, read_prefixes
from tests.support.builders import NOON


def written(folder, content):
    path = folder / "prefixes.txt"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "prefixes"),
    [
        (b"a/\nb/\n", ("a/", "b/")),
        (b"\xef\xbb\xbfa/\r\n\r\nb/", ("a/", "b/")),
        (
            "# not a comment\n 母亲/ \n \t\nx\u2028y\x0bz".encode(),
            ("# not a comment", " 母亲/ ", "x\u2028y\x0bz"),
        ),
    ],
)
def test_a_list_is_read_as_it_is_saved_anywhere(tmp_path, content, prefixes):
    assert read_prefixes(["typed/"], written(tmp_path, content)) == ("typed/", *prefixes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"", "names no prefix"),
        (b"\xef\xbb\xbf\r\n \r\n", "names no prefix"),
        ("a/\n".encode("utf-16"), "is not in UTF-8"),
        (b"x" * (1024**2 + 1), "is larger than 1 MiB"),
    ],
)
def test_a_list_that_is_missing_empty_or_something_else_is_refused(tmp_path, content, words):
    path = tmp_path / "absent" if content is None else written(tmp_path, content)

    with pytest.raises(typer.BadParameter, match=words):
        read_prefixes(None, path)


def test_no_option_chooses_everything():
    assert choose_prefixes("in/", read_prefixes(None, None)) == ()


def test_a_prefix_elsewhere_is_refused_by_option():
    with pytest.raises(
        typer.BadParameter, match=r"--prefix and --prefixes-from must each begin with .* 'in/'"
    ):
        choose_prefixes("in/", ("out/",))


def chosen(**typed):
    return FilterOptions(**dict.fromkeys(FilterOptions.__dataclass_fields__, "") | typed).fields(NOON)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30d", NOON - timedelta(days=30)),
        ("90m", NOON - timedelta(minutes=90)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T12:00:00Z", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        ("2026-01-01T12:00:00+08:00", datetime(2026, 1, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_an_age(text, moment):
    assert chosen(newer_than=text) == {"modified_after": moment}


@pytest.mark.parametrize("text", ["yesterday", "30", "-1d", "999999w", "2026-13-01"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(typer.BadParameter, match="--older-than must be a time such as"):
        chosen(older_than=text)


def test_no_filter_option_makes_no_filters():
    assert chosen() is None
