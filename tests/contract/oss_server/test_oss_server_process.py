import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import oss2
import pytest
from oss2.models import PartInfo

from local.oss.embedded import OssServer
from local.oss.starting import CannotStartError

ROOT = Path(__file__).parents[3]


def test_the_program_announces_its_endpoint_and_stops_on_sigterm(tmp_path, connections):
    command = [sys.executable, "-m", "local.oss", "--data", tmp_path, "--port", "0"]
    command += ["--region", "eu-central-1", "--access-key", "ID:SECRET", "--access-log", tmp_path / "log"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        announced = json.loads(program.stdout.readline())
        endpoint = announced["endpoint"]
        bucket = oss2.Bucket(
            oss2.AuthV4("ID", "SECRET"), endpoint, "bucket", session=connections, region="eu-central-1"
        )
        bucket.create_bucket()
        bucket.put_object("k", b"x")
        url = bucket.sign_url("GET", "k", 60)
        reply = connections.session.get(url, timeout=5)
        program.send_signal(signal.SIGTERM)
        rest = program.stdout.read()

    lines = (tmp_path / "log").read_text().splitlines()
    assert announced == {"endpoint": endpoint, "region": "eu-central-1", "access_key_id": "ID"}
    assert (program.returncode, rest, reply.content) == (0, "", b"x")
    assert [line.split()[2] for line in lines] == ["PUT", "PUT", "GET"]
    assert [line.split()[4] for line in lines] == ["200", "200", "200"]
    assert "x-oss-signature=..." in lines[2]


def test_everything_survives_a_restart(tmp_path, connections):
    def open_bucket(server):
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        return oss2.Bucket(auth, server.endpoint, "kept", session=connections, region=server.region)

    with OssServer(tmp_path) as server:
        bucket = open_bucket(server)
        bucket.create_bucket(input=oss2.models.BucketCreateConfig("IA"))
        bucket.put_object("a", b"one", headers={"x-oss-meta-m": "ä".encode(), "x-oss-tagging": "t=1"})
        bucket.put_symlink("a", "link")
        bucket.append_object("log", 0, b"abc")
        upload_id = bucket.init_multipart_upload("mp").upload_id
        etag = bucket.upload_part("mp", upload_id, 1, b"part").etag
        before = dict(bucket.head_object("a").headers)

    with OssServer(tmp_path) as server:
        bucket = open_bucket(server)
        after = dict(bucket.head_object("a").headers)
        bucket.complete_multipart_upload("mp", upload_id, [PartInfo(1, etag)])
        bucket.append_object("log", 3, b"def")
        contents = {key: bucket.get_object(key).read() for key in ("a", "link", "log", "mp")}

    changing = {"x-oss-request-id", "x-oss-server-time", "Date"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert contents == {"a": b"one", "link": b"one", "log": b"abcdef", "mp": b"part"}


def test_no_content_is_left_behind_by_overwrites_deletes_and_aborts(tmp_path, connections):
    with OssServer(tmp_path) as server:
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        bucket = oss2.Bucket(auth, server.endpoint, "tidy", session=connections, region=server.region)
        bucket.create_bucket()
        for body in (b"1", b"2"):
            bucket.put_object("k", body)
        bucket.copy_object("tidy", "k", "copy")
        bucket.append_object("log", 0, b"a")
        bucket.append_object("log", 1, b"b")
        with pytest.raises(oss2.exceptions.PositionNotEqualToLength):
            bucket.append_object("log", 1, b"c")
        with pytest.raises(oss2.exceptions.ServerError):
            bucket.put_object("k", b"x", headers={"Content-MD5": "d3Jvbmc="})
        aborted = bucket.init_multipart_upload("mp").upload_id
        bucket.upload_part("mp", aborted, 1, b"x")
        bucket.abort_multipart_upload("mp", aborted)
        upload_id = bucket.init_multipart_upload("mp").upload_id
        part = PartInfo(1, bucket.upload_part("mp", upload_id, 1, b"x").etag)
        bucket.complete_multipart_upload("mp", upload_id, [part])
        bucket.delete_object("copy")

    left = [path for folder in ("content", "incoming") for path in (tmp_path / folder).rglob("*")]
    assert len([path for path in left if path.is_file()]) == 3


def test_transfers_that_break_off_leave_nothing(tmp_path, connections, caplog):
    with OssServer(tmp_path) as server:
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        bucket = oss2.Bucket(auth, server.endpoint, "bucket", session=connections, region=server.region)
        bucket.create_bucket()
        url = urlsplit(bucket.sign_url("PUT", "k", 60))
        with socket.create_connection((url.hostname, url.port)) as client:
            head = (
                f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 1000\r\n\r\n"
            )
            client.sendall(head.encode() + b"x" * 10)
        exists = bucket.object_exists("k")
        bucket.put_object("half-read", bytes(32 << 20))
        bucket.get_object("half-read").resp.response.close()
        bucket.delete_object("half-read")

    assert not exists
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path] == []
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_client_that_waits_for_100_continue_is_invited(tmp_path, connections):
    with OssServer(tmp_path) as server:
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        bucket = oss2.Bucket(auth, server.endpoint, "bucket", session=connections, region=server.region)
        bucket.create_bucket()
        url = urlsplit(bucket.sign_url("PUT", "k", 60))
        with socket.create_connection((url.hostname, url.port)) as client, client.makefile("rb") as replies:
            head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 4\r\n"
            client.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
            invitation = replies.readline(), replies.readline()
            client.sendall(b"body")
            status = replies.readline()
        body = bucket.get_object("k").read()

    assert invitation == (b"HTTP/1.1 100 Continue\r\n", b"\r\n")
    assert (status, body) == (b"HTTP/1.1 200 OK\r\n", b"body")


def test_a_second_server_on_the_same_folder_is_refused(tmp_path):
    with (
        OssServer(tmp_path),
        pytest.raises(CannotStartError, match="another server uses"),
        OssServer(tmp_path),
    ):
        pass
