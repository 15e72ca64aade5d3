"""The command line as a whole: its help, its version, and what it refuses."""

import json
from typing import get_args

import pytest
import typer
from ferry.tasks.models import CompareMode, S3Destination

from cli.app import app, main
from cli.options import Compare, StorageClass

GROUPS = {
    "task": ["create", "alerts", "limits", "list", "show", "delete"],
    "realtime": ["enable", "disable", "show", "rotate", "strays"],
    "schedule": ["set", "show", "remove"],
    "sender": ["build"],
    "run": ["start", "list", "show", "watch", "failures", "report", "stop", "pause", "resume", "retry"],
}
COMMANDS = [
    ["copy"],
    ["verify"],
    ["demo"],
    *([group, command] for group, commands in GROUPS.items() for command in commands),
    *(["local", command] for command in ("up", "down", "status", "mail", "oss")),
]


@pytest.fixture
def ferry(capsys, monkeypatch):
    """Runs a command in this process; returns its code, stdout and stderr."""
    for name in ("OSS_REGION", "OSS_ENDPOINT", "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "FERRY_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        written = capsys.readouterr()
        return end.value.code, written.out, written.err

    return run


def test_no_command_is_left_out_here():
    click_app = typer.main.get_command(app)

    names = [
        [name, *below]
        for name, command in click_app.commands.items()
        for below in ([[sub] for sub in command.commands] if hasattr(command, "commands") else [[]])
    ]
    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(ferry, command):
    code, out, _ = ferry(*command, "--help")

    assert code == 0
    assert "Example: " in out
    assert f"ferry {' '.join(command)}" in out.partition("Example: ")[2]


@pytest.mark.parametrize("command", ["copy", "verify"])
def test_the_help_names_every_setting_and_shows_no_value(ferry, monkeypatch, command):
    names = [
        "OSS_ENDPOINT",
        "OSS_REGION",
        "OSS_ACCESS_KEY_ID",
        "OSS_ACCESS_KEY_SECRET",
        "OSS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
        "AWS_REGION",
    ]
    for name in names:
        monkeypatch.setenv(name, "hush")

    _, out, _ = ferry(command, "--help")

    assert "hush" not in out
    assert [name for name in names if name not in out] == []
    assert [name for name in names if f"--{name.lower().replace('_', '-')}" not in out] == []


def test_the_version_is_the_packages(ferry):
    code, out, _ = ferry("--version")

    assert (code, out) == (0, "ferry 0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["copy"], "Missing argument"),
        (["copy", "photos", "s3://replica"], "must look like oss://BUCKET/PREFIX"),
        (["copy", "oss://photos", "oss://replica"], "must look like s3://BUCKET/PREFIX"),
        (["copy", "oss://photos", "s3://replica", "--compare", "guess"], "'guess' is not one of"),
        (["copy", "oss://photos", "s3://replica", "--storage-class", "ICE"], "'ICE' is not one of"),
        (["copy", "oss://photos", "s3://replica", "--in-flight", "0"], "0 is not in the range"),
        (["copy", "oss://photos", "s3://replica", "--large-object-threshold", "1k"], "between 5MiB and 5GiB"),
        (["copy", "oss://photos", "s3://replica", "--large-object-threshold", "much"], "is no size"),
        (["copy", "oss://photos", "s3://replica"], "OSS_REGION"),
        (["copy", "oss://photos", "s3://replica", "--region", "cn-x"], "OSS_ACCESS_KEY_ID"),
        (
            ["copy", "oss://photos", "s3://replica", "--oss-region", "cn-x", "--oss-access-key-id", "id"],
            "set OSS_ACCESS_KEY_SECRET in the environment or give --oss-access-key-secret",
        ),
        (["verify", "oss://photos", "s3://replica", "--aws-profile", "nobody"], "Check --aws-profile"),
        (["verify", "oss://photos"], "Missing argument"),
        (["run", "start", "photos", "--wiat"], "No such option"),
        (["frobnicate"], "No such command"),
    ],
)
def test_bad_usage_ends_with_2_and_a_sentence(ferry, arguments, words):
    code, out, err = ferry(*arguments)

    assert (code, out) == (2, "")
    assert words in " ".join(err.split())
    assert "Traceback" not in err


def test_a_report_that_cannot_be_written_is_refused_before_anything_happens(ferry, tmp_path):
    report = tmp_path / "missing" / "report"

    code, _, err = ferry("copy", "oss://photos", "s3://replica", "--report", str(report))

    assert code == 2
    assert "cannot be written" in err


def test_without_a_local_stack_the_status_says_so(ferry, tmp_path):
    code, out, _ = ferry("local", "status", "--folder", str(tmp_path), "--json")
    _, text, _ = ferry("local", "status", "--folder", str(tmp_path))

    assert (code, json.loads(out)) == (1, {"running": False})
    assert "ferry local up" in text


def test_without_a_local_stack_there_is_no_mailbox(ferry, tmp_path):
    code, _, err = ferry("local", "mail", "--folder", str(tmp_path))

    assert code == 2
    assert "ferry local up" in err


def test_stopping_what_does_not_run_is_fine(ferry, tmp_path):
    code, out, _ = ferry("local", "down", "--folder", str(tmp_path), "--json")

    assert (code, json.loads(out)) == (0, {"stopped": False})


def test_a_command_for_a_local_stack_that_does_not_run_says_so(ferry, monkeypatch, tmp_path):
    monkeypatch.setenv("FERRY_LOCAL", str(tmp_path))

    code, _, err = ferry("task", "list")

    assert code == 2
    assert "ferry local up" in err


def test_the_choices_are_those_of_the_library():
    assert list(get_args(Compare)) == [mode.value for mode in CompareMode]
    assert get_args(StorageClass) == get_args(S3Destination.model_fields["storage_class"].annotation)
