"""One deployed local stack for all end-to-end tests, and the ways users touch it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oss2
import pytest

from local.deployment import AwsAccess
from local.oss.embedded import OssServer
from local.servers import aws_client
from local.stack import LocalStack
from tests.support.aws import running_moto
from tests.support.stack import running_stack
from tests.support.two_sides import Answer, TwoSides, two_sides

LARGE_OBJECT_THRESHOLD = 8 * 1024**2


@dataclass(frozen=True)
class User:
    """Somebody with a deployed stack, an OSS account and a terminal."""

    stack: LocalStack

    def ferry(self, *arguments: str) -> Answer:
        """Run a command against the stack."""
        environment = {**os.environ, "FERRY_LOCAL": str(self.stack.folder)}
        done = subprocess.run(
            [str(Path(sys.executable).with_name("ferry")), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def source(self, name: str) -> oss2.Bucket:
        """Create a source bucket, or open it when it is there."""
        oss = self.stack.oss
        auth = oss2.AuthV4(oss.access_key_id, oss.access_key_secret)
        bucket = oss2.Bucket(auth, oss.endpoint, name, region=oss.region)
        bucket.create_bucket()
        return bucket

    def replicas(self, prefix: str) -> dict[str, bytes]:
        """Read every replica under a prefix; keys without it."""
        s3 = self.aws("s3")
        found = {}
        for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.stack.replica_bucket, Prefix=prefix
        ):
            for row in page.get("Contents", []):
                body = s3.get_object(Bucket=self.stack.replica_bucket, Key=row["Key"])["Body"]
                found[row["Key"].removeprefix(prefix)] = body.read()
        return found

    def uploads(self) -> list[str]:
        """List the keys of multipart uploads that were left behind."""
        listed = self.aws("s3").list_multipart_uploads(Bucket=self.stack.replica_bucket)
        return [upload["Key"] for upload in listed.get("Uploads", [])]

    def aws(self, service: str) -> Any:
        """Return a client with the administrator's rights."""
        return aws_client(self.stack.aws, service)

    def create_task(self, name: str, source: str, **options: str) -> Answer:
        """Create a task that copies to a prefix of its own."""
        chosen = {"destination": f"s3://{self.stack.replica_bucket}/{name}/", **options}
        words = [
            word for option, value in chosen.items() for word in (f"--{option.replace('_', '-')}", value)
        ]
        return self.ferry("task", "create", name, "--source", source, *words)


@pytest.fixture(scope="session")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    folder: Path = tmp_path_factory.mktemp("stack")
    with running_stack(folder, large_object_threshold=LARGE_OBJECT_THRESHOLD) as stack:
        yield User(stack)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[OssServer, AwsAccess]]:
    """An OSS and an S3 for commands that need no stack."""
    with OssServer() as oss, running_moto() as aws:
        yield oss, aws


@pytest.fixture
def sides(servers: tuple[OssServer, AwsAccess]) -> Iterator[TwoSides]:
    """An empty bucket on each."""
    with two_sides(*servers) as empty:
        yield empty
