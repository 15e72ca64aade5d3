"""The OSS-compatible server and the bare stacks, each in a process of its own."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks.oss_server.workloads import (
    ACCESS_KEY_ID,
    BUCKET,
    LARGE_KEY,
    LARGE_SIZE,
    SECRET,
    SMALL_SIZE,
    WORKLOADS,
    signed_request,
)
from local.processes import free_port

SERVER = "ferry-oss"
START_SECONDS = 20


@contextmanager
def running(name: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run the server on a folder, or a stack, in a process of its own; yield its port and process id."""
    port = free_port()
    if name == SERVER:
        options = ["--data", str(folder), "--bucket", BUCKET, "--access-key", f"{ACCESS_KEY_ID}:{SECRET}"]
        command = ["-m", "local.oss", *options, "--port", str(port)]
    else:
        command = ["-m", "benchmarks.oss_server.stacks", name, str(port)]
    # Some stacks complain about connections that are broken off, which is how every measurement ends.
    stderr = None if name == SERVER else subprocess.DEVNULL
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=stderr) as server:
        try:
            _wait_until_it_listens(server, port)
            yield port, server.pid
        finally:
            server.kill()


def _wait_until_it_listens(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the server did not start")


@cache
def filled_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with the objects that are read later; it is gone when the program ends."""
    kept = tempfile.TemporaryDirectory(prefix="ferry-oss-")
    fill(Path(kept.name))
    return kept


def fill(folder: Path) -> None:
    """Put the objects that are read later."""
    keys = {LARGE_KEY: LARGE_SIZE} | dict.fromkeys(WORKLOADS["GET 10 KiB"].keys, SMALL_SIZE)
    with running(SERVER, folder) as (port, _), socket.create_connection(("127.0.0.1", port)) as connection:
        for key, size in keys.items():
            connection.sendall(signed_request("PUT", key, f"127.0.0.1:{port}", size))
            reply = connection.recv(65536)
            if not reply.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(reply.decode("utf-8", "replace"))
