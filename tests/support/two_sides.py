"""An OSS bucket, an S3 bucket, and somebody with a terminal between them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oss2

from local.deployment import AwsAccess
from local.oss.embedded import OssServer
from tests.support.aws import client_to, unique_name


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class TwoSides:
    """Both buckets, reached with the vendors' own libraries.

    Attributes:
        source: The OSS bucket.
        s3: A client.
        bucket: Name of the S3 bucket.
    """

    oss: OssServer
    aws: AwsAccess
    source: oss2.Bucket
    s3: Any
    bucket: str

    def environment(self, **changes: str | None) -> dict[str, str]:
        """What a shell would hold; None takes a variable away."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "OSS_", "FERRY_"))
        }
        settings = {
            "OSS_ENDPOINT": self.oss.endpoint,
            "OSS_REGION": self.oss.region,
            "OSS_ACCESS_KEY_ID": self.oss.access_key_id,
            "OSS_ACCESS_KEY_SECRET": self.oss.access_key_secret,
            "AWS_ENDPOINT_URL_S3": self.aws.endpoint,
            "AWS_REGION": self.aws.region,
            "AWS_ACCESS_KEY_ID": self.aws.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.aws.secret_access_key,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **changes,
        }
        return inherited | {name: value for name, value in settings.items() if value is not None}

    def start(self, *arguments: str, **changes: str | None) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("ferry")), *arguments],
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ferry(self, *arguments: str, **changes: str | None) -> Answer:
        """Run a command to its end."""
        with self.start(*arguments, **changes) as process:
            stdout, stderr = process.communicate(timeout=120)
        return Answer(process.returncode, stdout, stderr)

    def copy(self, *options: str, source: str = "", destination: str = "", **changes: str | None) -> Answer:
        """Run ``ferry copy --json`` between prefixes of the two buckets."""
        places = f"oss://{self.source.bucket_name}/{source}", f"s3://{self.bucket}/{destination}"
        return self.ferry("copy", *places, "--json", *options, **changes)

    def verify(self, *options: str, source: str = "", destination: str = "") -> Answer:
        """Run ``ferry verify --json`` between prefixes of the two buckets."""
        places = f"oss://{self.source.bucket_name}/{source}", f"s3://{self.bucket}/{destination}"
        return self.ferry("verify", *places, "--json", *options)

    def replicas(self) -> dict[str, bytes]:
        """Read every object of the S3 bucket."""
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for row in page.get("Contents", []):
                with self.s3.get_object(Bucket=self.bucket, Key=row["Key"])["Body"] as body:
                    found[row["Key"]] = body.read()
        return found

    def uploads(self) -> list[str]:
        """List the keys of multipart uploads that are not completed."""
        listed = self.s3.list_multipart_uploads(Bucket=self.bucket)
        return [upload["Key"] for upload in listed.get("Uploads", [])]


@contextmanager
def two_sides(oss: OssServer, aws: AwsAccess) -> Iterator[TwoSides]:
    """Make an empty bucket on each side."""
    auth = oss2.AuthV4(oss.access_key_id, oss.access_key_secret)
    session = oss2.Session()
    source = oss2.Bucket(auth, oss.endpoint, unique_name("photos"), region=oss.region, session=session)
    source.create_bucket()
    with client_to(aws, "s3") as s3:
        bucket = unique_name("replica")
        s3.create_bucket(Bucket=bucket)
        try:
            yield TwoSides(oss, aws, source, s3, bucket)
        finally:
            session.session.close()
