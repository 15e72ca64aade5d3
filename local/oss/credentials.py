"""Access keys the server knows, and what each may do."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

_READ_ACTIONS = ("oss:Get*", "oss:List*")
DEFAULT_ACCOUNT = "0000000000000001"


@dataclass(frozen=True)
class Credential:
    """One access key.

    Attributes:
        access_key_id: Public half.
        secret: Secret half.
        security_token: Token that must come with every request; empty for a long-term key.
        allow: Patterns of RAM actions that are permitted.
        deny: Patterns of RAM actions that are refused; a refusal wins.
        account: Id of the account the key belongs to; buckets belong to the account that made them.
    """

    access_key_id: str
    secret: str
    security_token: str = ""
    allow: tuple[str, ...] = ("oss:*",)
    deny: tuple[str, ...] = ()
    account: str = DEFAULT_ACCOUNT

    def permits(self, action: str) -> bool:
        """Whether the key may perform a RAM action such as ``oss:GetObject``."""
        if any(fnmatchcase(action, pattern) for pattern in self.deny):
            return False
        return any(fnmatchcase(action, pattern) for pattern in self.allow)


def parse_credential(text: str) -> Credential:
    """Read an access key as the command line writes it.

    Args:
        text: ``ID:SECRET``, optionally followed by ``:`` and limits separated by ``;``:
            ``deny=ACTION,...``, ``allow=ACTION,...`` (RAM actions, ``*`` allowed), ``read-only``,
            ``token=SECURITY_TOKEN`` and ``account=ID``.

    Raises:
        ValueError: The text has another form.
    """
    access_key_id, _, rest = text.partition(":")
    secret, _, limits = rest.partition(":")
    if not access_key_id or not secret:
        raise ValueError("an access key is written ID:SECRET or ID:SECRET:LIMITS")
    allow: tuple[str, ...] = ("oss:*",)
    deny: tuple[str, ...] = ()
    token, account = "", DEFAULT_ACCOUNT
    for limit in filter(None, limits.split(";")):
        name, _, value = limit.partition("=")
        match name:
            case "read-only":
                allow = _READ_ACTIONS
            case "allow":
                allow = tuple(filter(None, value.split(",")))
            case "deny":
                deny = tuple(filter(None, value.split(",")))
            case "token":
                token = value
            case "account":
                account = value
            case _:
                raise ValueError(
                    f"unknown limit {name!r}; known are allow, deny, read-only, token and account"
                )
    return Credential(access_key_id, secret, token, allow, deny, account)
