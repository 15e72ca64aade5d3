"""The one-machine stack: ministack, the OSS-compatible server, and Ferry deployed between them.

Everything a stack needs lives in one folder: ``stack.json`` (what runs where; readable by its owner only),
``logs``, ``data``, ``mail`` and the build. Stacks in different folders do not disturb each other.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from local import mailbox
from local.deployment import STACK_NAME, AwsAccess, build, deploy, host_architecture
from local.processes import BackgroundProcess, StartError, free_port, stop_process
from local.servers import (
    NO_FAULTS,
    Faults,
    OssAccess,
    aws_client,
    oss_endpoint,
    start_aws,
    start_certificate_host,
    start_oss,
    wait_for_aws,
)

REGION = "us-east-1"
OSS_REGION = "cn-hangzhou"
REPLICA_BUCKET = "ferry-replica"
SECRET_NAME = "ferry/oss"  # noqa: S105 - the name of a secret, not the secret
ADMIN_EMAIL = "admin@example.com"
DEFAULT_LARGE_OBJECT_THRESHOLD = 64 << 20
_STATE = "stack.json"


@dataclass(frozen=True)
class LocalStack:
    """A stack that was started.

    Attributes:
        folder: Where it keeps everything.
        aws: The emulated AWS account.
        oss: The OSS-compatible server.
        processes: What runs in the background, by name.
        replica_bucket: The bucket that tasks may write to; empty until it was created.
        secret_arn: The secret with the OSS access key; empty until it was created.
        outputs: The outputs of the deployed template, by name; empty until it was deployed.
    """

    folder: Path
    aws: AwsAccess
    oss: OssAccess
    processes: dict[str, BackgroundProcess]
    replica_bucket: str = ""
    secret_arn: str = ""
    outputs: dict[str, str] | None = None

    @property
    def mailbox(self) -> Path:
        """Where e-mails go that AWS would send."""
        return self.folder / mailbox.FOLDER

    @property
    def is_running(self) -> bool:
        """Whether both servers run and the template is deployed."""
        return bool(self.outputs) and all(process.is_alive() for process in self.processes.values())


def start_stack(
    folder: Path,
    *,
    large_object_threshold: int = DEFAULT_LARGE_OBJECT_THRESHOLD,
    faults: Faults = NO_FAULTS,
    on_step: Callable[[str], None] = lambda _: None,
) -> LocalStack:
    """Start the servers, build and deploy the template, and give it a bucket and a secret.

    Whatever goes wrong on the way, an interruption included, nothing keeps running.

    Args:
        folder: Where to keep everything; made if it does not exist. What an earlier stack left is cleared.
        large_object_threshold: Objects of more bytes are copied in parts, 5 MiB to 5 GiB.
        faults: How the servers can be made to go wrong.
        on_step: Told in a few words what happens next.

    Raises:
        StartError: A stack runs in this folder already, or a step failed; the message names the log.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one_start(folder):
        earlier = load_stack(folder)
        if earlier and earlier.is_running:
            raise StartError(f"a stack already runs in {folder}")
        stop_stack(folder)
        return _start(folder, large_object_threshold, faults, on_step)


@contextlib.contextmanager
def _only_one_start(folder: Path) -> Iterator[None]:
    with (folder / "start.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"another command is starting a stack in {folder}") from None
        yield


def load_stack(folder: Path) -> LocalStack | None:
    """The stack that was last started in a folder and not stopped since, whether it still runs or not."""
    try:
        state: dict[str, Any] = json.loads((folder / _STATE).read_text())
    except FileNotFoundError:
        return None
    processes = {
        name: BackgroundProcess(process["pid"], process["started"], Path(process["log"]))
        for name, process in state.pop("processes").items()
    }
    return LocalStack(
        folder=Path(state.pop("folder")),
        aws=AwsAccess(**state.pop("aws")),
        oss=OssAccess(**state.pop("oss")),
        processes=processes,
        **state,
    )


def stop_stack(folder: Path) -> bool:
    """Stop the processes of a folder's stack and remove its data; logs and the build stay.

    Returns:
        Whether there was anything to stop.
    """
    stack = load_stack(folder)
    for process in stack.processes.values() if stack else ():
        stop_process(process)
    for name in ("data", "tmp", "home", mailbox.FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / _STATE).unlink(missing_ok=True)
    return stack is not None


def _start(
    folder: Path, large_object_threshold: int, faults: Faults, on_step: Callable[[str], None]
) -> LocalStack:
    for name in ("data/s3", "data/oss", "logs", "tmp", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for log in (folder / "logs").iterdir():
        log.unlink()
    try:
        return _bring_up(folder, large_object_threshold, faults, on_step)
    except BaseException:
        stop_stack(folder)
        raise


def _bring_up(
    folder: Path, large_object_threshold: int, faults: Faults, on_step: Callable[[str], None]
) -> LocalStack:
    architecture = host_architecture()
    on_step("Starting the OSS-compatible server and ministack")
    stack = _start_servers(folder, faults)
    on_step("Building the application (sam build)")
    build(folder, architecture=architecture, log=folder / "logs" / "build.log")
    on_step("Waiting for the servers")
    wait_for_aws(stack.processes["aws"], stack.aws)
    on_step("Creating the replica bucket and the credentials secret")
    stack = _create_belongings(stack)
    on_step("Deploying the application (sam deploy)")
    parameters = {
        "Architecture": architecture,
        "ReplicaBucketArns": f"arn:aws:s3:::{stack.replica_bucket}",
        "SecretArns": stack.secret_arn,
        "AdminEmail": ADMIN_EMAIL,
        "MirrorDeletes": "Allowed",
        "LargeObjectThreshold": str(large_object_threshold),
        # Every concurrent function is a process of this machine.
        "TransferConcurrency": "2",
        "EventConcurrency": "2",
        "ScanConcurrency": "2",
        "RangeConcurrency": "2",
        "TracingMode": "PassThrough",
    }
    deploy(folder, stack.aws, parameters=parameters, log=folder / "logs" / "deploy.log")
    described = aws_client(stack.aws, "cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    return _remember(replace(stack, outputs=outputs))


def _start_servers(folder: Path, faults: Faults) -> LocalStack:
    port, certificates_port = free_port(), free_port()
    stack = LocalStack(
        folder,
        AwsAccess(f"http://127.0.0.1:{port}", REGION, f"AKIA{token_hex(8).upper()}", token_hex(20)),
        OssAccess("", OSS_REGION, f"LTAI{token_hex(8)}", token_hex(20)),
        {},
    )
    # Each is remembered before the next one starts, so that "down" finds it whatever happens in between.
    aws = start_aws(folder, port, stack.aws, certificates_port=certificates_port, faults=faults)
    stack = _remember(replace(stack, processes={"aws": aws}))
    server = start_oss(folder, stack.oss, faults)
    stack = _remember(replace(stack, processes={**stack.processes, "oss": server}))
    stack = _remember(replace(stack, oss=replace(stack.oss, endpoint=oss_endpoint(server))))
    certificates = start_certificate_host(folder, certificates_port, stack.oss.endpoint)
    return _remember(replace(stack, processes={**stack.processes, "certificates": certificates}))


def _create_belongings(stack: LocalStack) -> LocalStack:
    """What a user brings: the bucket to write to and the secret with the OSS access key."""
    aws_client(stack.aws, "s3").create_bucket(Bucket=REPLICA_BUCKET)
    credentials = {"access_key_id": stack.oss.access_key_id, "secret_access_key": stack.oss.access_key_secret}
    secret = aws_client(stack.aws, "secretsmanager").create_secret(
        Name=SECRET_NAME, SecretString=json.dumps(credentials)
    )
    return _remember(replace(stack, replica_bucket=REPLICA_BUCKET, secret_arn=secret["ARN"]))


def _remember(stack: LocalStack) -> LocalStack:
    """Write the state file as a whole, readable by its owner only."""
    state = asdict(stack)
    fresh = stack.folder / f".{_STATE}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(state, indent=2, default=str))
    fresh.replace(stack.folder / _STATE)
    return stack
