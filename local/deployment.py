"""Builds and deploys ``template.yaml`` with the real ``sam``, onto an AWS endpoint of this machine."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.processes import StartError, run_command

ROOT = Path(__file__).resolve().parents[1]
"""The repository: where ``template.yaml`` and ``samconfig.toml`` are."""

STACK_NAME = "ferry-local"
_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "amd64": "x86_64", "x86_64": "x86_64"}


@dataclass(frozen=True)
class AwsAccess:
    """How to reach AWS, real or local.

    Attributes:
        endpoint: Base URL of all services.
        region: Region name.
        access_key_id: Access key of the administrator.
        secret_access_key: Its secret.
    """

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str

    def environment(self) -> dict[str, str]:
        """The variables that point SDKs and tools there, and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def host_architecture() -> str:
    """The ``Architecture`` parameter for functions that run on this machine.

    Raises:
        StartError: Lambda knows no such processor.
    """
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise StartError(f"Lambda has no functions for a {machine} processor")
    return _ARCHITECTURES[machine]


def tools_path() -> str:
    """A search path that finds this environment's programs (sam, uv) before any other."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def build(folder: Path, *, architecture: str, log: Path, only: str | None = None) -> None:
    """Run ``sam build`` into ``folder``/build, which it empties first.

    Args:
        folder: Where sam keeps what it makes.
        architecture: Value of the parameter of that name.
        log: Gets the output of sam.
        only: Logical id of the one function or layer to build; None for all.

    Raises:
        StartError: The build failed; the message quotes the end of its output.
    """
    command = [*_sam("build"), *([only] if only else []), "--template-file", str(ROOT / "template.yaml")]
    command += ["--build-dir", str(folder / "build"), "--cache-dir", str(folder / "cache")]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    run_command(command, environment=_environment(folder, {}), folder=folder, log=log)


def deploy(folder: Path, aws: AwsAccess, *, parameters: Mapping[str, str], log: Path) -> None:
    """Run ``sam deploy`` for what ``build`` made.

    Args:
        folder: The same folder.
        aws: Where to deploy.
        parameters: Values of the template's parameters; no value holds a space.
        log: Gets the output of sam.

    Raises:
        StartError: The deployment failed; the message quotes the end of its output.
    """
    command = [*_sam("deploy"), "--template-file", str(folder / "build" / "template.yaml")]
    command += ["--parameter-overrides", " ".join(f"{name}={value}" for name, value in parameters.items())]
    run_command(command, environment=_environment(folder, aws.environment()), folder=folder, log=log)


def _sam(command: str) -> list[str]:
    program = Path(sys.executable).parent / "sam"
    return [str(program), command, "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]


def _environment(folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without its AWS settings; sam neither reports nor asks for updates."""
    settings = folder / "sam"
    settings.mkdir(exist_ok=True)
    (settings / "metadata.json").write_text(
        json.dumps({"installationId": "local", "telemetryEnabled": False, "lastVersionCheck": time.time()})
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    loopback = ",".join(filter(None, [inherited.get("NO_PROXY"), "127.0.0.1,localhost"]))
    return inherited | {
        "PATH": tools_path(),
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(settings),
        "SAM_CLI_POLL_DELAY": "0.2",
        "NO_PROXY": loopback,
        "no_proxy": loopback,
        **extra,
    }
