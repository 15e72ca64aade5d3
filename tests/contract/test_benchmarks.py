"""Every contender does its work against the benchmarks' servers, which compare all that is written."""

import shutil

import pytest

from benchmarks.__main__ import NAMES, scenario_named
from benchmarks.object_server.http import Request
from benchmarks.object_server.options import Options
from benchmarks.object_server.replica import Replica

LEFT_OUT = {"transport", "oss_server", "object_servers", "finder_million"}
"""Scenarios of other things than whole copies, which take long however little is asked for, and a twin."""
CONTENDERS = [
    (name, contender)
    for name in NAMES
    if name not in LEFT_OUT
    for contender in scenario_named(name).contenders
]


@pytest.mark.parametrize(("name", "contender"), CONTENDERS)
def test_a_contender_does_its_work(name, contender):
    if "rclone" in contender and shutil.which("rclone") is None:
        pytest.skip("rclone is not installed")

    measured = scenario_named(name).contenders[contender](True)

    assert measured.units > 0
    assert 0 < measured.cpu_seconds < 60


def test_the_replica_refuses_what_is_not_the_source_s_content():
    replica = Replica(Options(1, 5), counts := {})
    counts["damaged"] = 0
    request = Request(b"PUT", b"/replica-bucket/data/photo-0000000000.jpg", {}, b"put\r\n", b"PUT\r\n")

    writer = replica.receive(request)
    writer.add(b"other")

    assert writer.answer().head.startswith(b"HTTP/1.1 400 ")
    assert counts == {"damaged": 1}
