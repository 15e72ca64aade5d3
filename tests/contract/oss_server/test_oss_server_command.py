"""The server as people and programs start it: first words, the key it makes up, and what it refuses."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import oss2
import pytest

from local.deployment import ROOT
from local.oss.credentials import parse_credential
from tests.support.http_server import write_certificate

PROGRAM = [sys.executable, "-m", "local.oss"]


@contextlib.contextmanager
def running(*options, stdout=subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """A server as a program on a free port, stopped with SIGTERM; yields it before it listens."""
    command = [*PROGRAM, "--port", "0", *map(str, options)]
    with subprocess.Popen(command, cwd=ROOT, stdout=stdout, text=True) as program:
        try:
            yield program
        finally:
            program.send_signal(signal.SIGTERM)


def refused(*options) -> str:
    """The one sentence with which the server does not start."""
    ended = subprocess.run(
        [*PROGRAM, *map(str, options)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    return ended.stderr.strip()


def test_the_key_made_up_for_a_folder_outlives_the_server(tmp_path, connections):
    with running("--data", tmp_path, "--bucket", "photos") as program:
        first = json.loads(program.stdout.readline())
        key = parse_credential((tmp_path / "access-key").read_text().strip())
        auth = oss2.AuthV4(key.access_key_id, key.secret)
        bucket = oss2.Bucket(auth, first["endpoint"], "photos", session=connections, region=first["region"])
        bucket.put_object("k", b"kept")

    with running("--data", tmp_path, "--bucket", "photos") as program:
        second = json.loads(program.stdout.readline())
        bucket = oss2.Bucket(auth, second["endpoint"], "photos", session=connections, region=second["region"])
        body = bucket.get_object("k").read()

    assert body == b"kept"
    assert first["access_key_id"] == second["access_key_id"] == key.access_key_id
    assert first["access_key_file"] == str(tmp_path / "access-key")
    assert (tmp_path / "access-key").stat().st_mode & 0o777 == 0o600


def test_a_terminal_is_told_how_to_use_the_server(tmp_path):
    reader, terminal = os.openpty()

    with os.fdopen(reader) as lines, running("--data", tmp_path, stdout=terminal):
        os.close(terminal)
        shown: dict[str, str] = {}
        while "OSS_ACCESS_KEY_SECRET" not in shown:
            name, _, value = lines.readline().strip().removeprefix("export ").partition("=")
            shown[name] = value

    key = parse_credential((tmp_path / "access-key").read_text().strip())
    assert shown["OSS_ENDPOINT"].startswith("http://127.0.0.1:")
    assert shown["OSS_REGION"] == "cn-hangzhou"
    assert (shown["OSS_ACCESS_KEY_ID"], shown["OSS_ACCESS_KEY_SECRET"]) == (key.access_key_id, key.secret)


def test_a_secret_that_was_given_is_not_shown(tmp_path):
    reader, terminal = os.openpty()

    with (
        os.fdopen(reader) as lines,
        running("--data", tmp_path, "--access-key", "ID:hush", stdout=terminal),
    ):
        os.close(terminal)
        shown = [lines.readline()]
        while "OSS_ACCESS_KEY_SECRET" not in shown[-1]:
            shown.append(lines.readline())

    assert "hush" not in "".join(shown)
    assert not (tmp_path / "access-key").exists()


def test_https_is_served_with_the_certificate_named(tmp_path, connections):
    certificate = write_certificate(tmp_path)

    with running(
        "--data",
        tmp_path / "d",
        "--bucket",
        "safe",
        "--access-key",
        "ID:SECRET",
        "--tls-certificate",
        certificate,
    ) as program:
        endpoint = json.loads(program.stdout.readline())["endpoint"]
        bucket = oss2.Bucket(
            oss2.AuthV4("ID", "SECRET"), endpoint, "safe", session=connections, region="cn-hangzhou"
        )
        reply = connections.session.get(bucket.sign_url("GET", "none", 60), verify=certificate, timeout=5)

    assert endpoint.startswith("https://")
    assert reply.status_code == 404


def test_a_port_in_use_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        sentence = refused("--data", tmp_path, "--port", port)

    assert sentence == (
        f"ferry-oss: The server cannot listen on port {port} of 127.0.0.1: Address already in use. "
        "Choose another port, or 0 for a free one."
    )


def test_a_folder_in_use_is_refused(tmp_path):
    with running("--data", tmp_path) as program:
        program.stdout.readline()

        sentence = refused("--data", tmp_path, "--port", "0")

    assert "another server uses it" in sentence


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("index.sqlite3", "junk" * 4096, "file is not a database"),
        ("access-key", "junk", "holds no access key"),
        ("content", "", "Not a directory"),
    ],
)
def test_a_folder_that_holds_something_else_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)

    assert words in refused("--data", tmp_path, "--port", "0")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "occupied").write_text("")

    assert "Not a directory" in refused("--data", tmp_path / "occupied" / "below", "--access-key", "ID:S")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--access-key", "just-an-id", "ID:SECRET"),
        ("--access-key", "ID:SECRET:write-only", "unknown limit"),
        ("--bucket", "Photos", "is no bucket name"),
        ("--cname", "oss.example.com", "HOST=BUCKET"),
        ("--port", "70000", "0<=x<=65535"),
        ("--tls-key", "key.pem", "needs --tls-certificate"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path, option, value, words):
    ended = subprocess.run(
        [*PROGRAM, "--data", tmp_path, option, value],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_command_loads_neither_the_http_stack_nor_the_rest_of_ferry_before_it_runs():
    looked_for = {"aiohttp", "boto3", "cli", "ferry", "oss2", "pydantic", "sqlite3", "uvloop"}
    code = f"import sys, local.oss.command; print(*({looked_for!r} & sys.modules.keys()))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert set(loaded.stdout.split()) <= {"sqlite3"}
