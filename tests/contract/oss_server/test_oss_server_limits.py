"""Limits per account, the clock, and the control endpoint from outside."""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import oss2
import pytest
from oss2.exceptions import ServerError

from local.oss.control import ControlError
from local.oss.credentials import Credential
from local.oss.embedded import OssServer
from local.oss.faults.client import FaultControl
from local.oss.faults.kinds import Delay, Error, Stall
from local.oss.faults.limits import AccountLimits, Limits
from local.oss.faults.rules import Rule

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def own_server():
    """A server that only these tests limit, with keys of two accounts."""
    other = Credential("other", "secret", account="0000000000000002")
    with OssServer(credentials=[other], control_token="the-token") as running:
        yield running


@pytest.fixture
def open_bucket(own_server, connections):
    def opened(key_id=own_server.access_key_id, secret=own_server.access_key_secret, name="limited"):
        auth = oss2.AuthV4(key_id, secret)
        return oss2.Bucket(auth, own_server.endpoint, name, session=connections, region=own_server.region)

    opened().create_bucket()
    yield opened
    own_server.faults.clear()
    own_server.faults.set_limits(Limits())
    own_server.faults.set_clock_offset(0)


@pytest.fixture(params=["embedded", "over HTTP"])
def faults(request, own_server):
    if request.param == "embedded":
        return own_server.faults
    return FaultControl.at(own_server.endpoint, "the-token")


def test_requests_beyond_an_accounts_rate_are_refused(faults, open_bucket):
    bucket, other = open_bucket(), open_bucket("other", "secret", "of-the-other-account")
    bucket.put_object("k", b"x")
    faults.set_limits(Limits(every_account=AccountLimits(requests_per_second=0.001, burst=2)))

    bucket.head_object("k")
    bucket.head_object("k")
    with pytest.raises(ServerError) as caught:
        bucket.get_object("k")

    assert (caught.value.status, caught.value.code) == (503, "TotalQpsLimitExceeded")
    assert (caught.value.ec, "Retry-After" in caught.value.headers) == ("0004-00000302", False)
    assert other.create_bucket().status == 200


def test_requests_at_once_are_limited_and_counted_until_they_are_answered(faults, open_bucket):
    bucket = open_bucket()
    bucket.put_object("k", b"x")
    faults.set_limits(Limits(accounts={"0000000000000001": AccountLimits(active_requests=1)}))
    late = Rule(name="late", fault=Delay(), operations=("GetObject",), times=1)

    with faults.injected(late):
        reader = threading.Thread(target=lambda: bucket.get_object("k").read())
        reader.start()
        faults.wait("late")
        with pytest.raises(ServerError) as caught:
            bucket.head_object("k")
        faults.release()
        reader.join()

    assert (caught.value.status, caught.value.code) == (503, "ActiveRequestLimitExceeded")
    assert bucket.get_object("k").read() == b"x"


def test_bandwidth_slows_both_directions_and_tells_the_delay(faults, open_bucket):
    bucket = open_bucket()
    rates = AccountLimits(download_bytes_per_second=10_000_000, upload_bytes_per_second=10_000_000)
    faults.set_limits(Limits(every_account=rates))

    bucket.put_object("k", bytes(100_000))
    reply = bucket.get_object("k")

    assert (reply.read(), reply.headers["x-oss-qos-delay-time"]) == (bytes(100_000), "10")


def test_transfers_that_would_take_too_long_are_refused_on_demand(faults, open_bucket):
    bucket = open_bucket()
    bucket.put_object("k", bytes(1000))
    rates = AccountLimits(download_bytes_per_second=100, upload_bytes_per_second=100, refuse_after_seconds=5)
    faults.set_limits(Limits(every_account=rates))

    with pytest.raises(ServerError) as down:
        bucket.get_object("k")
    with pytest.raises(ServerError) as up:
        bucket.put_object("k", bytes(1000))

    assert (down.value.status, down.value.code) == (503, "DownloadTrafficRateLimitExceeded")
    assert (up.value.status, up.value.code) == (503, "UploadTrafficRateLimitExceeded")
    assert bucket.head_object("k").content_length == 1000


def test_a_skewed_clock_refuses_signatures_and_shows_in_dates(faults, open_bucket):
    bucket = open_bucket()
    faults.set_clock_offset(600)
    shown = bucket.put_object("k", b"x").headers["Date"]
    written = bucket.head_object("k").last_modified
    faults.set_clock_offset(-3600)

    with pytest.raises(ServerError) as caught:
        bucket.get_object("k")

    assert (caught.value.status, caught.value.code) == (403, "RequestTimeTooSkewed")
    now = datetime.now(UTC)
    assert 500 < (parsedate_to_datetime(shown) - now).total_seconds() < 700
    assert 500 < written - now.timestamp() < 700
    assert faults.clock_offset() == -3600


def test_rules_are_set_added_reported_and_removed(faults, open_bucket):
    bucket = open_bucket()
    faults.set(Rule(name="one", fault=Error(code="InternalError"), operations=("GetObject",)))
    faults.add(Rule(fault=Error(code="Odd", status=499), key="x"))
    with pytest.raises(ServerError):
        bucket.get_object("k")

    reports = faults.reports()
    removed = faults.remove("one")
    rest = faults.clear()

    assert [each.applied for each in reports] == [1, 0]
    assert (removed.applied, [each.rule.fault.code for each in rest]) == (1, ["Odd"])
    assert faults.reports() == ()


def test_wrong_rules_and_unknown_names_are_explained(faults, open_bucket):
    faults.set(Rule(name="one", fault=Delay(seconds=0), key="nothing"))

    with pytest.raises(ControlError, match="400: there is already a rule named one"):
        faults.add(Rule(name="one", fault=Delay(seconds=0)))
    with pytest.raises(ControlError, match="404: there is no rule named 'two'"):
        faults.remove("two")
    assert [each.rule.name for each in faults.reports()] == ["one"]


def _ask(server, method, path, body=None, **headers):
    with contextlib.closing(http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=5)) as link:
        link.request(method, path, body=body, headers=headers)
        reply = link.getresponse()
        return reply.status, reply.read().decode()


def test_documents_that_are_not_rules_are_refused_with_their_place(own_server):
    token = {"x-oss-control-token": "the-token"}
    rule = '{"rules": [{"fault": {"kind": "reset", "at": "lunch"}}]}'

    status, answer = _ask(own_server, "PUT", "/_control/faults", rule, **token)
    assert (status, "rules.0.fault.reset.at" in json.loads(answer)["error"]) == (400, True)
    assert _ask(own_server, "PUT", "/_control/limits", "{", **token)[0] == 400
    status, answer = _ask(own_server, "GET", "/_control/nothing", **token)
    assert (status, "PUT /_control/faults" in answer) == (404, True)


def test_the_control_endpoint_is_there_only_for_its_token(own_server, server):
    assert _ask(own_server, "GET", "/_control/faults", **{"x-oss-control-token": "wrong"})[0] == 403
    for there, headers in ((own_server, {}), (server, {"x-oss-control-token": ""})):
        status, answer = _ask(there, "GET", "/_control/faults", **headers)
        assert (status in {403, 404}, "<RequestId>" in answer) == (True, True)


def test_control_requests_are_never_faulted(faults, open_bucket):
    faults.set(Rule(fault=Error(code="InternalError")))
    faults.set_limits(Limits(every_account=AccountLimits(requests_per_second=0.001)))

    assert [len(faults.reports()) for _ in range(3)] == [1, 1, 1]


def test_a_server_with_a_stalled_client_stops_at_once(tmp_path, connections):
    with OssServer(tmp_path) as server:
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        bucket = oss2.Bucket(auth, server.endpoint, "bucket", session=connections, region=server.region)
        bucket.create_bucket()
        bucket.put_object("k", bytes(10))
        server.faults.set(Rule(name="stuck", fault=Stall()))
        reply = bucket.get_object("k")
        server.faults.wait("stuck")

    assert reply.read() == bytes(10)


def test_the_program_takes_faults_limits_and_a_skew_as_options(tmp_path, connections):
    rules = {"rules": [{"name": "gets", "fault": {"kind": "error", "code": "InternalError"}, "key": "bad"}]}
    (tmp_path / "faults.json").write_text(json.dumps(rules))
    command = [sys.executable, "-m", "local.oss", "--data", tmp_path / "data", "--access-key", "ID:SECRET"]
    command += ["--access-log", tmp_path / "log", "--control-token", "secret", "--clock-skew-seconds", "60"]
    command += ["--faults", tmp_path / "faults.json", "--qps", "1000", "--bandwidth", "1e9"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        endpoint = json.loads(program.stdout.readline())["endpoint"]
        auth = oss2.AuthV4("ID", "SECRET")
        bucket = oss2.Bucket(auth, endpoint, "bucket", session=connections, region="cn-hangzhou")
        bucket.create_bucket()
        with pytest.raises(ServerError):
            bucket.put_object("bad", b"x")
        faults = FaultControl.at(endpoint, "secret")
        reports, limits, offset = faults.reports(), faults.limits().every_account, faults.clock_offset()
        program.terminate()

    assert [(each.rule.name, each.applied) for each in reports] == [("gets", 1)]
    assert (limits.requests_per_second, limits.upload_bytes_per_second, offset) == (1000, 1e9, 60)
    assert (tmp_path / "log").read_text().splitlines()[-1].endswith("500 fault=gets")
