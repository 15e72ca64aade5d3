import json

import pytest

from cli.console import format_seconds, format_size, print_json, show_key


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (1536 * 1024, "1.5 MiB"),
        (5 * 1024**4, "5.0 TiB"),
        (3000 * 1024**5, "3,000.0 PiB"),
    ],
)
def test_sizes_are_spelled_for_people(size, text):
    assert format_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1:00"), (3725, "1:02:05")]
)
def test_durations_are_spelled_for_people(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("folder/中文 🚢.txt", "folder/中文 🚢.txt"),
        ("new\nline", r"'new\nline'"),
        ("\x1b[31mred", r"'\x1b[31mred'"),
        ("trailing space ", "'trailing space '"),
    ],
)
def test_a_key_cannot_leave_its_line_or_steer_the_terminal(key, shown):
    assert show_key(key) == shown


def test_json_is_one_ascii_line(capsys):
    print_json({"key": "中\n"})

    written = capsys.readouterr().out
    assert written.isascii()
    assert written.count("\n") == 1
    assert json.loads(written) == {"key": "中\n"}
