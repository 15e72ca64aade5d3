import pytest
import typer

from cli.choices import choose_prefixes, read_prefixes


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
