"""The rival: rclone, reading and writing both sides by S3."""

import os
import shutil
import subprocess
from functools import cache

from benchmarks.measuring import Measured, launched
from benchmarks.object_server.options import PREFIX, REPLICA_BUCKET, SOURCE_BUCKET
from benchmarks.object_server.processes import Servers

SOURCE = f"source:{SOURCE_BUCKET}/{PREFIX.rstrip('/')}"
REPLICA = f"replica:{REPLICA_BUCKET}/{PREFIX.rstrip('/')}"
FASTEST = (
    "--fast-list",
    "--use-server-modtime",
    "--no-check-dest",
    "--s3-no-head",
    "--s3-no-head-object",
    "--s3-no-check-bucket",
    "--checkers=32",
)
"""Flags that leave out every request that a first copy can do without; contents are still compared."""


class MissingRivalError(Exception):
    """There is no rclone, so nothing can be compared."""


@cache
def program() -> str:
    """Return rclone's path.

    Raises:
        MissingRivalError: It is not installed.
    """
    found = shutil.which("rclone")
    if found is None:
        msg = "The benchmarks compare Ferry with rclone, which is not installed: apt-get install rclone"
        raise MissingRivalError(msg)
    return found


def version() -> str:
    """Return what rclone calls itself."""
    printed = subprocess.check_output([program(), "version"], text=True, stderr=subprocess.DEVNULL)
    return printed.splitlines()[0].removeprefix("rclone ")


def environment(servers: Servers) -> dict[str, str]:
    """Return the configuration of both remotes."""
    remote = {
        "TYPE": "s3",
        "PROVIDER": "Other",
        "ACCESS_KEY_ID": "benchmark",
        "SECRET_ACCESS_KEY": "benchmark",
        "REGION": "us-east-1",
        "FORCE_PATH_STYLE": "true",
        "LIST_VERSION": "2",
    }
    remotes = {
        f"RCLONE_CONFIG_{role.upper()}_{name}": value
        for role in ("source", "replica")
        for name, value in {**remote, "ENDPOINT": servers.urls[role]}.items()
    }
    tls = {"RCLONE_CA_CERT": str(servers.ca_bundle)} if servers.options.is_tls else {}
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "RCLONE_CONFIG": os.devnull, **remotes, **tls}


def run(servers: Servers, *arguments: str) -> Measured:
    """Run rclone to its end."""
    return launched([program(), *arguments], environment(servers)).measured


def copy(servers: Servers, *flags: str) -> Measured:
    """Copy all objects of the source."""
    return run(servers, "copy", SOURCE, REPLICA, *flags)


def list_keys(servers: Servers) -> Measured:
    """List the source as fast as it can."""
    return run(servers, "lsf", "-R", "--fast-list", "--use-server-modtime", SOURCE)
