"""People who use the portal of a one-machine stack as a browser would."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
import requests
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from local import mailbox
from local.servers import aws_client
from local.stack import LocalStack

PASSWORD = "Correct-horse-battery-7"


@dataclass(frozen=True)
class Portal:
    """The portal of a stack."""

    stack: LocalStack

    @property
    def url(self) -> str:
        """Where people sign in."""
        return self.output("PortalUrl")

    def output(self, name: str) -> str:
        """An output of the template."""
        return (self.stack.outputs or {})[name]

    @cached_property
    def cognito(self) -> Any:
        """What a browser may do, which is not signed."""
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.stack.aws.endpoint,
            region_name=self.stack.aws.region,
            config=Config(signature_version=UNSIGNED),
        )

    def invite(self, email: str, *groups: str) -> str:
        """Create a user as an administrator of the AWS account would; returns the temporary password."""
        pool, administrator = self.output("UserPoolId"), aws_client(self.stack.aws, "cognito-idp")
        administrator.admin_create_user(
            UserPoolId=pool,
            Username=email,
            DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        for group in groups:
            administrator.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        return mailbox.temporary_password(self.stack.mailbox, email) or ""

    def srp(self, email: str, password: str) -> AWSSRP:
        """Somebody who is about to prove that he knows a password."""
        pool, client = self.output("UserPoolId"), self.output("UserPoolClientId")
        return AWSSRP(email, password, pool, client, client=self.cognito)

    def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """Sign in with a password of one's own; returns the tokens."""
        return self._tokens(self.srp(email, password).authenticate_user())

    def first_sign_in(self, email: str, temporary: str, password: str = PASSWORD) -> dict[str, str]:
        """Sign in with a temporary password and choose another; returns the tokens."""
        return self._tokens(self.srp(email, temporary).set_new_password_challenge(password))

    def join(self, email: str, *groups: str) -> dict[str, str]:
        """Invite somebody who signs in at once; returns the tokens."""
        return self.first_sign_in(email, self.invite(email, *groups))

    def newest_code(self, email: str) -> str:
        """The code in the newest e-mail to an address."""
        found = re.search(r"\b\d{6}\b", mailbox.mails(self.stack.mailbox, email)[-1].text)
        assert found
        return found[0]

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        """Ask the tasks API, with an ID token or without."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.request(method, f"{self.url}api/v1/{path}", headers=headers, timeout=60, **options)

    def _tokens(self, answer: dict[str, Any]) -> dict[str, str]:
        tokens: dict[str, str] = answer["AuthenticationResult"]
        return tokens
