"""The sender as Function Compute runs it: in a Python that has nothing but the zip."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from ferry.sender.package import sender_zip

from local.oss.events import function_runtime
from tests.support.event_receiver import BUSY, CREATED, Receiver
from tests.support.http_server import reply
from tests.support.notifications import events_body

SECRET = "s3cret-that-nobody-may-read"
FORBIDDEN = reply(b"", status="403 Forbidden")
MOVED = reply(b"", "Location: http://127.0.0.1:1/", status="307 Temporary Redirect")


def runs(python):
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


# Another Python than the one of the tests, if the machine has one: nothing that is installed here is there.
CANDIDATES = filter(None, map(shutil.which, ("python3.10", "python3.11", "python3.12", "/usr/bin/python3")))
PYTHON = next(filter(runs, CANDIDATES), sys.executable)


@dataclass
class Function:
    """A function in a folder of its own, with nothing but its zip."""

    folder: Path

    def invoke(self, body: bytes, **environment: str) -> tuple[str, str]:
        """Deliver an event; returns the error, empty when there is none, and everything that was printed."""
        described = {
            "FC_FUNCTION_NAME": "sender",
            "FC_FUNCTION_HANDLER": "index.handler",
            "FC_FUNCTION_MEMORY_SIZE": "128",
            "FC_FUNCTION_TIMEOUT": "60",
        }
        invocation = {
            "event": base64.b64encode(body).decode(),
            "account_id": "1",
            "request_id": "R-1",
            "region": "cn-hangzhou",
        }
        done = subprocess.run(
            [PYTHON, "-I", "-S", function_runtime.__file__, str(self.folder / "index.py"), "handler"],
            input=json.dumps(invocation).encode() + b"\n",
            env={"PATH": os.environ["PATH"], **described, **environment},
            cwd=self.folder,
            capture_output=True,
            timeout=60,
            check=True,
        )
        printed = done.stderr.decode()
        return json.loads(done.stdout)["error"], printed


@pytest.fixture
def function(tmp_path):
    (tmp_path / "sender.zip").write_bytes(sender_zip())
    folder = tmp_path / "code"
    with zipfile.ZipFile(tmp_path / "sender.zip") as archive:
        archive.extractall(folder)
    assert [path.name for path in folder.iterdir()] == ["index.py"]
    return Function(folder)


def endpoint(url):
    return {"FERRY_URL": f"{url}/events/photos", "FERRY_SECRET": SECRET}


def headers_of(received):
    pairs = (line.partition(":") for line in received.header_lines)
    return {name.lower(): value.strip() for name, _, value in pairs}


def test_an_event_is_passed_on_as_it_is(function):
    body = events_body("a/日本 +%.jpg", "b")
    with Receiver() as receiver:
        error, printed = function.invoke(body, **endpoint(receiver.url))

    (received,) = receiver.received
    assert error == ""
    assert bytes(received.body) == body
    assert received.target == "/events/photos"
    assert headers_of(received)["x-ferry-secret"] == SECRET
    assert SECRET not in printed


@pytest.mark.parametrize(("answer", "said"), [(BUSY, "503"), (FORBIDDEN, "403"), (MOVED, "307")])
def test_an_event_that_was_not_taken_is_an_error_without_a_secret(function, answer, said):
    with Receiver(lambda _: answer) as receiver:
        error, printed = function.invoke(events_body("a"), **endpoint(receiver.url))

    assert said in error
    assert "Ferry did not take 1 of 1 messages" in error
    assert SECRET not in error + printed


def test_an_endpoint_that_is_not_there_is_an_error(function):
    error, printed = function.invoke(events_body("a"), **endpoint("http://127.0.0.1:1"))

    assert "ConnectionRefusedError" in error
    assert SECRET not in error + printed


def test_a_large_event_is_sent_in_pieces_and_every_piece_is_tried(function):
    keys = [f"{number:04}-{'k' * 900}" for number in range(500)]
    answers = iter([BUSY, *[CREATED] * 100])
    with Receiver(lambda _: next(answers)) as receiver:
        error, _ = function.invoke(events_body(*keys), **endpoint(receiver.url))

    sent = [json.loads(bytes(received.body))["events"] for received in receiver.received]
    assert "Ferry did not take 1 of 4 messages" in error
    assert [record["oss"]["object"]["key"] for records in sent for record in records] == keys


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "Set the environment variables FERRY_URL, FERRY_SECRET."),
        ({"FERRY_URL": "https://x"}, "Set the environment variables FERRY_SECRET."),
        ({"FERRY_URL": "https://x", "FERRY_SECRET": "s", "FERRY_REGION": "r"}, "not both"),
        ({"FERRY_QUEUE_URL": "https://x"}, "FERRY_REGION, FERRY_ACCESS_KEY_ID, FERRY_ACCESS_KEY_SECRET"),
        ({"FERRY_URL": "http://example.com/events/photos", "FERRY_SECRET": "s"}, "must begin with https://"),
    ],
)
def test_wrong_settings_are_an_error_that_says_which(function, environment, said):
    error, _ = function.invoke(events_body("a"), **environment)

    assert said in error


def test_a_message_for_the_queue_is_signed_as_sqs_wants_it(function):
    body = events_body("a/日本")
    with Receiver() as receiver:
        error, printed = function.invoke(
            body,
            FERRY_QUEUE_URL=f"{receiver.url}/123456789012/events",
            FERRY_REGION="eu-central-1",
            FERRY_ACCESS_KEY_ID="AKIAEXAMPLE",
            FERRY_ACCESS_KEY_SECRET=SECRET,
            FERRY_SESSION_TOKEN="token",
        )

    (received,) = receiver.received
    headers = headers_of(received)
    assert error == ""
    assert json.loads(bytes(received.body))["MessageBody"] == body.decode()
    assert headers["authorization"] == expected_signature(received, headers)
    assert SECRET not in printed


def expected_signature(received, headers):
    """What the SDK's own signer makes of the same request."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = SigV4Auth(Credentials("AKIAEXAMPLE", SECRET, "token"), "sqs", "eu-central-1")
    signed = {name: headers[name] for name in ("content-type", "host", "x-amz-date", "x-amz-target")}
    signed["X-Amz-Security-Token"] = headers["x-amz-security-token"]
    request = AWSRequest("POST", f"http://{headers['host']}/", headers=signed, data=bytes(received.body))
    request.context["timestamp"] = headers["x-amz-date"]
    assert hashlib.sha256(bytes(received.body)).hexdigest() == signer.payload(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, "
        f"Signature={signer.signature(text, request)}"
    )


def test_the_zip_is_the_same_every_time(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(sender_zip())

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
