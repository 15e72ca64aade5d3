import json
from textwrap import dedent

import pytest

from local.oss.embedded import OssServer
from local.oss.events.dispatch import Clock
from local.oss.events.notifications import NotificationOptions
from local.oss.events.rules import Rule


@pytest.fixture(scope="module")
def server():
    with OssServer(notifications=NotificationOptions(clock=Clock(scale=0))) as running:
        yield running


@pytest.fixture
def deploy(server, bucket, tmp_path):
    """Writes a function and gives it an OSS trigger."""

    def with_body(body, **fields):
        (tmp_path / "beside.py").write_text("import json, os\nNOTES = os.environ['NOTES']\n")
        module = "from beside import *\n\ndef handle(event, context):\n"
        (tmp_path / "sender.py").write_text(
            module + "".join(f"    {line}\n" for line in dedent(body).splitlines())
        )
        target = {
            "type": "function-compute",
            "handler": f"{tmp_path / 'sender.py'}:handle",
            "environment": {"NOTES": str(tmp_path / "notes")},
        }
        document = {
            "id": "fn",
            "bucket": bucket.bucket_name,
            "events": ["ObjectCreated:*"],
            "target": target | fields,
        }
        server.notifications.set(Rule.model_validate(document))

    yield with_body
    server.notifications.clear()


NOTE = """\
with open(NOTES, "a") as notes:
    print(json.dumps({"event": json.loads(event), "id": context.request_id, "pid": os.getpid(),
                      "function": context.function.name, "region": context.region,
                      "account": context.account_id, "env": dict(os.environ)}), file=notes)
print("said by the handler")
"""


def notes(tmp_path):
    path = tmp_path / "notes"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_function_gets_events_as_function_compute_gives_them(server, bucket, deploy, tmp_path, monkeypatch):
    monkeypatch.setenv("LEAKED", "from the server")
    deploy(NOTE)

    result = bucket.put_object("中文 key", b"123")
    bucket.put_object("second", b"")
    counts = server.notifications.flush()["fn"]

    first, second = notes(tmp_path)
    assert first["event"]["events"][0]["oss"]["object"]["key"] == "中文 key"
    assert first["event"]["events"][0]["eventName"] == "ObjectCreated:PutObject"
    assert (first["id"], first["function"], first["region"]) == (result.request_id, "fn", "cn-hangzhou")
    assert first["env"]["FC_FUNCTION_NAME"] == "fn"
    assert first["env"]["FC_FUNCTION_HANDLER"] == "sender.handle"
    assert "LEAKED" not in first["env"]
    assert first["pid"] == second["pid"]
    assert (counts.delivered, counts.retried) == (2, 0)


def test_a_function_that_fails_is_invoked_three_times_again(server, bucket, deploy, tmp_path):
    deploy(NOTE + "raise RuntimeError('queue is away')")

    bucket.put_object("k", b"")
    counts = server.notifications.flush()["fn"]

    (letter,) = server.notifications.dead_letters()
    assert (len(notes(tmp_path)), letter.tries, letter.problem) == (4, 4, "RuntimeError: queue is away")
    assert (counts.retried, counts.dead, counts.delivered) == (3, 1, 0)


@pytest.mark.parametrize(
    ("body", "fields", "problem"),
    [
        ("os._exit(3)", {}, "the function ended with status 3"),
        ("while True: pass", {"timeout_seconds": 0.5}, "the function took longer than 0.5 s"),
        ("", {"handler": "/nowhere/app.py:handle"}, "FileNotFoundError: "),
        ("pass", {"environment": {}}, "KeyError: 'NOTES'"),
    ],
)
def test_a_function_that_ends_badly_is_a_failure(server, bucket, deploy, body, fields, problem):
    deploy(body or "pass", max_async_retry_attempts=1, **fields)

    bucket.put_object("k", b"")
    server.notifications.flush()

    (letter,) = server.notifications.dead_letters()
    assert letter.problem.startswith(problem)
    assert letter.tries == 2


def test_a_function_recovers_after_a_failure(server, bucket, deploy, tmp_path):
    deploy("if not os.path.exists(NOTES):\n    open(NOTES, 'w').close()\n    os._exit(1)\n" + NOTE)

    bucket.put_object("k", b"")
    counts = server.notifications.flush()["fn"]

    assert (len(notes(tmp_path)), counts.retried, counts.delivered) == (1, 1, 1)
