"""The two servers of the one-machine stack: how to start them, and how to see that they are ready."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import mailbox
from local.certificate_host import proxy_environment
from local.deployment import ROOT, AwsAccess, tools_path
from local.processes import BackgroundProcess, start_process, wait_until


@dataclass(frozen=True)
class OssAccess:
    """How to reach the OSS-compatible server.

    Attributes:
        endpoint: Base URL.
        region: Region id that V4 signatures name.
        access_key_id: Access key of the owner of all buckets.
        access_key_secret: Its secret.
    """

    endpoint: str
    region: str
    access_key_id: str
    access_key_secret: str

    def environment(self) -> dict[str, str]:
        """The variables that ``ferry copy`` and ``ferry verify`` read."""
        return {
            "OSS_ENDPOINT": self.endpoint,
            "OSS_REGION": self.region,
            "OSS_ACCESS_KEY_ID": self.access_key_id,
            "OSS_ACCESS_KEY_SECRET": self.access_key_secret,
        }


@dataclass(frozen=True)
class Faults:
    """How tests make the servers go wrong; by default nobody can.

    Attributes:
        control_token: Opens the OSS-compatible server's control endpoint.
        s3_endpoint: Where functions reach S3, such as a proxy that leads to ministack.
    """

    control_token: str = ""
    s3_endpoint: str = ""


NO_FAULTS = Faults()


def start_aws(
    folder: Path, port: int, aws: AwsAccess, *, certificates_port: int, faults: Faults = NO_FAULTS
) -> BackgroundProcess:
    """Start ministack on a port of the loopback interface, keeping its data in ``folder``.

    Functions fetch certificates through the proxy at ``certificates_port``.
    """
    elsewhere = {"AWS_ENDPOINT_URL_S3": faults.s3_endpoint} if faults.s3_endpoint else {}
    elsewhere |= proxy_environment(folder / "data", certificates_port)
    return start_process(
        [sys.executable, "-m", "local.emulator"],
        environment=_emulator_environment(folder, port, aws) | elsewhere,
        folder=ROOT,
        log=folder / "logs" / "aws.log",
    )


def start_oss(folder: Path, oss: OssAccess, faults: Faults = NO_FAULTS) -> BackgroundProcess:
    """Start the OSS-compatible server on a port of its choice, keeping its data in ``folder``."""
    options = {
        "--data": str(folder / "data" / "oss"),
        "--host": "127.0.0.1",
        "--port": "0",
        "--region": oss.region,
    }
    # Not options, which everybody on the machine could read in the process list.
    secrets = {"FERRY_OSS_ACCESS_KEYS": f"{oss.access_key_id}:{oss.access_key_secret}"}
    if faults.control_token:
        secrets["FERRY_OSS_CONTROL_TOKEN"] = faults.control_token
    return start_process(
        [sys.executable, "-m", "local.oss", *(word for option in options.items() for word in option)],
        environment={"PATH": tools_path(), **secrets},
        folder=ROOT,
        log=folder / "logs" / "oss.log",
    )


def start_certificate_host(folder: Path, port: int, oss_endpoint: str) -> BackgroundProcess:
    """Start what answers for the hosts of Alibaba Cloud's certificates."""
    return start_process(
        [sys.executable, "-m", "local.certificate_host", str(folder / "data"), str(port), oss_endpoint],
        environment={"PATH": tools_path()},
        folder=ROOT,
        log=folder / "logs" / "certificates.log",
    )


def oss_endpoint(server: BackgroundProcess) -> str:
    """Where the OSS-compatible server listens, as soon as it says so.

    Raises:
        StartError: It ended or said nothing for half a minute.
    """
    return wait_until(lambda: _printed_endpoint(server.log), server, timeout_seconds=30)


def wait_for_aws(server: BackgroundProcess, aws: AwsAccess) -> None:
    """Return when ministack answers this stack's access key, so that no other copy is taken for it.

    Raises:
        StartError: It ended or gave no such answer for a minute.
    """
    wait_until(lambda: _account(aws), server, timeout_seconds=60)


def aws_client(aws: AwsAccess, service: str, config: Config | None = None) -> Any:
    """A boto3 client with the administrator's rights that looks at no setting of the user."""
    session: Any = boto3.session.Session(
        aws_access_key_id=aws.access_key_id,
        aws_secret_access_key=aws.secret_access_key,
        region_name=aws.region,
    )
    return session.client(service, endpoint_url=aws.endpoint, config=config)


def _emulator_environment(folder: Path, port: int, aws: AwsAccess) -> dict[str, str]:
    """Nothing of the user's environment: functions inherit what ministack gets."""
    return {
        "PATH": tools_path(),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": aws.access_key_id,
        "AWS_SECRET_ACCESS_KEY": aws.secret_access_key,
        "MINISTACK_REGION": aws.region,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "AUTH": "true",
        "FERRY_MAILBOX": str(folder / mailbox.FOLDER),
        "FERRY_PRIVATE_SOURCES": "Allowed",
        # Bodies of objects live on disk, not in memory.
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "data" / "s3"),
        "STATE_DIR": str(folder / "data" / "state"),
        # Listeners on fixed ports that Ferry does not use.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _printed_endpoint(log: Path) -> str | None:
    for line in log.read_text(errors="replace").splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            printed = json.loads(line)
            if isinstance(printed, dict) and isinstance(printed.get("endpoint"), str):
                return str(printed["endpoint"])
    return None


def _account(aws: AwsAccess) -> str | None:
    """The account behind an endpoint, or None when nobody there knows the access key (yet)."""
    once = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    try:
        return str(aws_client(aws, "sts", once).get_caller_identity()["Account"])
    except (BotoCoreError, ClientError):
        return None
