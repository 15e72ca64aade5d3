"""What a deployment is, as the console shows it."""

from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from ferry.api.roles import Caller
from ferry.settings import Settings


@dataclass(frozen=True, slots=True)
class Facts:
    """What a deployment is.

    Attributes:
        replica_buckets: Names of the buckets that tasks may write to.
        large_object_threshold: Bytes from which an object is copied in parts.
        dashboard_name: Of the CloudWatch dashboard; empty for none.
        alarm_email: The deployment's address for alarms; empty for none.
    """

    stack: str
    version: str
    region: str
    architecture: str
    deletes_allowed: bool
    acls_allowed: bool
    replica_buckets: tuple[str, ...]
    large_object_threshold: int
    run_state_machine_arn: str
    dashboard_name: str
    alarm_email: str

    @classmethod
    def of(cls, settings: Settings, *, region: str, version: str) -> Self:
        """Read what the functions' environment tells."""
        return cls(
            stack=settings.stack_name,
            version=version,
            region=region,
            architecture=settings.architecture,
            deletes_allowed=settings.mirror_deletes == "Allowed",
            acls_allowed=settings.object_acls == "Allowed",
            replica_buckets=tuple(arn.rpartition(":")[2] for arn in settings.replica_bucket_arns),
            large_object_threshold=settings.large_object_threshold,
            run_state_machine_arn=settings.run_state_machine_arn,
            dashboard_name=settings.dashboard_name,
            alarm_email=settings.alarm_email,
        )

    @property
    def console(self) -> str:
        """The host of the AWS console of the region's partition."""
        if self.region.startswith("cn-"):
            return "https://console.amazonaws.cn"
        if self.region.startswith("us-gov-"):
            return "https://console.amazonaws-us-gov.com"
        return f"https://{self.region}.console.aws.amazon.com"


class Me(BaseModel):
    """Who asks."""

    email: str
    role: Literal["viewer", "operator", "admin"]


class DeploymentDocument(BaseModel):
    """What the deployment is, and who asks.

    Attributes:
        engine: What objects are copied to.
        edition: What copies them.
        deletes_allowed: Whether tasks may delete replicas.
        acls_allowed: Whether tasks may give replicas an ACL.
        dashboard_url: Of CloudWatch; null for none.
        secrets_url: Where secrets are looked after.
        create_secret_url: Where one is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack: str
    version: str
    region: str
    engine: Literal["Amazon S3"] = "Amazon S3"
    edition: str
    architecture: str
    deletes_allowed: bool
    acls_allowed: bool
    large_object_threshold: int
    replica_buckets: list[str]
    dashboard_url: str | None
    secrets_url: str
    create_secret_url: str
    alarm_email: str | None
    me: Me

    @classmethod
    def of(cls, facts: Facts, caller: Caller) -> Self:
        """Describe a deployment to a user."""
        region, console = facts.region, facts.console
        secrets = f"{console}/secretsmanager"
        dashboard = (
            f"{console}/cloudwatch/home?region={region}#dashboards/dashboard/{quote(facts.dashboard_name)}"
        )
        return cls(
            stack=facts.stack,
            version=facts.version,
            region=region,
            edition="Lambda on Graviton" if facts.architecture == "arm64" else "Lambda on x86",
            architecture=facts.architecture,
            deletes_allowed=facts.deletes_allowed,
            acls_allowed=facts.acls_allowed,
            large_object_threshold=facts.large_object_threshold,
            replica_buckets=list(facts.replica_buckets),
            dashboard_url=dashboard if facts.dashboard_name else None,
            secrets_url=f"{secrets}/listsecrets?region={region}",
            create_secret_url=f"{secrets}/newsecret?region={region}",
            alarm_email=facts.alarm_email or None,
            me=Me.model_validate({"email": caller.email, "role": caller.role.name.lower()}),
        )
