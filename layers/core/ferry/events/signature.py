"""Whether a notification was signed by Alibaba Cloud: the rules of SMQ and EventBridge, without any request.

A signature proves that a service of Alibaba Cloud sent these bytes to this address a moment ago. It does not
prove for whom: every account's notifications are signed with the same key, so a secret is needed as well.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ferry.errors import PermanentError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

SMQ_WINDOW: Final = timedelta(minutes=15)
EVENTBRIDGE_WINDOW: Final = timedelta(seconds=60)
TOKEN_HEADER: Final = "x-eventbridge-signature-token"  # noqa: S105 - the name of a header
_SMQ_HOSTS: Final = frozenset({"mnstest.oss-cn-hangzhou.aliyuncs.com"})
# The regions that have OSS events. Named one by one, since the hosts are those of buckets, and anybody may
# make a bucket with such a name for a region that has none.
_EVENTBRIDGE_HOSTS: Final = frozenset(
    f"{region}-eventbridge.oss-accelerate.aliyuncs.com"
    for region in (
        "cn-hangzhou",
        "cn-shanghai",
        "cn-beijing",
        "cn-zhangjiakou",
        "cn-shenzhen",
        "cn-chengdu",
        "us-west-1",
        "ap-southeast-1",
        "ap-northeast-1",
        "ap-northeast-2",
    )
)
CERTIFICATE_HOSTS: Final = _SMQ_HOSTS | _EVENTBRIDGE_HOSTS
"""All hosts that certificates are fetched from."""
_CERTIFICATE_PATH: Final = re.compile(r"/[A-Za-z0-9._-]+\.pem")
_EVENTBRIDGE_HEADERS: Final = (
    "x-eventbridge-signature-timestamp",
    "x-eventbridge-hash-method",
    "x-eventbridge-signature-version",
    "x-eventbridge-signature-url",
    TOKEN_HEADER,
)


class UntrustedError(PermanentError):
    """The notification is not what it claims to be; nothing of it is used."""


class Signer(Enum):
    """Who signs notifications."""

    SMQ = "smq"
    EVENTBRIDGE = "eventbridge"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as its sender wrote it.

    Attributes:
        uri: Path and query as they were sent, from the first ``/`` of the public address on.
        urls: The full URLs under which the sender may know us.
        headers: With lower-case names.
    """

    method: str
    uri: str
    urls: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header, empty when it is not there; an API may have put some aside under another name."""
        return self.headers.get(name) or self.headers.get(f"x-amzn-remapped-{name}") or ""

    @property
    def signer(self) -> Signer | None:
        """Who claims to have signed it."""
        if "x-eventbridge-signature-v2" in self.headers:
            return Signer.EVENTBRIDGE
        if "x-mns-signing-cert-url" in self.headers or "x-mns-version" in self.headers:
            return Signer.SMQ
        return None

    @property
    def signature(self) -> bytes:
        """The signature, which no two deliveries have in common, not even two tries of one message."""
        is_eventbridge = self.signer is Signer.EVENTBRIDGE
        return _decoded(self.header("x-eventbridge-signature-v2" if is_eventbridge else "authorization"))


def certificate_url(delivery: Delivery) -> str:
    """Return where the certificate of a signed delivery lies.

    Raises:
        UntrustedError: It names no certificate, or one that is not where Alibaba Cloud keeps them.

    Source:
        SMQ documentation, "HttpEndpoint"; EventBridge documentation, "Signature algorithm".
    """
    if delivery.signer is Signer.EVENTBRIDGE:
        url = delivery.header("x-eventbridge-signature-url")
        hosts = _EVENTBRIDGE_HOSTS
    else:
        url = _decoded(delivery.header("x-mns-signing-cert-url")).decode("ascii", "replace")
        hosts = _SMQ_HOSTS
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UntrustedError("The certificate's URL cannot be read.", reason="CertificateUrl") from error
    # Rebuilt from its parts, the URL must be what it was: no port, no user, no query, nothing stripped.
    if (
        url != f"https://{parts.netloc}{parts.path}"
        or parts.netloc not in hosts
        or not _CERTIFICATE_PATH.fullmatch(parts.path)
    ):
        raise UntrustedError("The certificate is not kept where it should be.", reason="CertificateUrl")
    return url


def verify(delivery: Delivery, certificate: bytes, now: datetime) -> None:
    """Check a signed delivery.

    Args:
        delivery: What arrived.
        certificate: The PEM file at ``certificate_url``. Only its key is used: the one in use is self-signed
            and has long expired.
        now: The current time.

    Raises:
        UntrustedError: It was altered, was not signed with that key, or is too old or too new.
    """
    if delivery.signer is Signer.EVENTBRIDGE:
        _verify_eventbridge(delivery, certificate, now)
    else:
        _verify_smq(delivery, certificate, now)


def _verify_smq(delivery: Delivery, certificate: bytes, now: datetime) -> None:
    """Check a push of SMQ; its body is bound to the signature by Content-MD5 alone.

    Source:
        SMQ documentation, "HttpEndpoint" and "Debug HTTP endpoints".
    """
    from cryptography.hazmat.primitives.hashes import SHA1

    if not _is_md5_of(delivery.body, delivery.header("content-md5")):
        raise UntrustedError("Content-MD5 is not that of the body.", reason="ContentMd5")
    _check_age(_http_date(delivery.header("date")), now, SMQ_WINDOW)
    mns = sorted(name for name in delivery.headers if name.startswith("x-mns-"))
    lines = [
        delivery.method,
        *(delivery.header(name) for name in ("content-md5", "content-type", "date")),
        *(f"{name}:{delivery.headers[name]}" for name in mns),
        delivery.uri,
    ]
    signed = "\n".join(lines).encode("utf-8", "surrogatepass")
    _check_signature(certificate, delivery.signature, [signed], SHA1())  # noqa: S303 - what SMQ signs with


def _verify_eventbridge(delivery: Delivery, certificate: bytes, now: datetime) -> None:
    """Check a version 2 signature of EventBridge, which covers the address, too.

    Source:
        EventBridge documentation, "Signature algorithm", version 2.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    if delivery.header("x-eventbridge-hash-method").upper() != "SHA256":
        raise UntrustedError("The hash method is not SHA256.", reason="HashMethod")
    if not delivery.header(TOKEN_HEADER):
        raise UntrustedError("There is no token.", reason="Token")
    stamp = delivery.header("x-eventbridge-signature-timestamp")
    if not re.fullmatch(r"\d{1,13}", stamp, re.ASCII):
        raise UntrustedError("There is no time stamp.", reason="Window")
    _check_age(datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(stamp)), now, EVENTBRIDGE_WINDOW)
    lines = [f"{name}: {delivery.headers[name]}" for name in _EVENTBRIDGE_HEADERS if name in delivery.headers]
    rest = "\n".join(["", *lines, ""]).encode("utf-8", "surrogatepass") + delivery.body
    signed = [url.encode() + rest for url in delivery.urls]
    _check_signature(certificate, delivery.signature, signed, SHA256())


def _check_signature(
    certificate: bytes, signature: bytes, candidates: list[bytes], algorithm: "HashAlgorithm"
) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise UntrustedError("The certificate cannot be read.", reason="Certificate") from error
    if not isinstance(key, RSAPublicKey):
        raise UntrustedError("The certificate has no RSA key.", reason="Certificate")
    for signed in candidates:
        try:
            key.verify(signature, signed, PKCS1v15(), algorithm)
        except InvalidSignature:
            continue
        return
    raise UntrustedError("The signature does not fit.", reason="Signature")


def _is_md5_of(body: bytes, told: str) -> bool:
    """Tell whether a Content-MD5 is the body's, in any spelling that the service has been seen with."""
    digest = hashlib.md5(body, usedforsecurity=False)
    spellings = (
        digest.hexdigest().upper().encode(),
        base64.b64encode(digest.hexdigest().upper().encode()),
        base64.b64encode(digest.hexdigest().encode()),
        base64.b64encode(digest.digest()),
    )
    given = told.encode("utf-8", "surrogatepass")
    return given.upper() == spellings[0] or any(hmac.compare_digest(given, one) for one in spellings[1:])


def _check_age(signed_at: datetime | None, now: datetime, window: timedelta) -> None:
    if signed_at is None or abs(now - signed_at) > window:
        raise UntrustedError("It was not signed just now.", reason="Window")


def _http_date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise UntrustedError("A header is broken Base64.", reason="Base64") from error
