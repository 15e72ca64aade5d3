"""Who sent a request: checks V1 and V4 signatures in headers and in presigned URLs."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from local.oss.credentials import ANONYMOUS, Credential
from local.oss.errors import OssError, access_denied, invalid_argument
from local.oss.signature import (
    V4_ALGORITHM,
    Signable,
    sign_v1,
    sign_v4,
    v1_string_to_sign,
    v4_canonical_request,
)

MAX_SKEW = timedelta(minutes=15)
MAX_PRESIGNED_SECONDS = 7 * 24 * 3600
_V4_MOMENT = "%Y%m%dT%H%M%SZ"
_FIELD = re.compile(r"\s*(\w+)\s*=\s*([^,]*)")


@dataclass(frozen=True)
class Authenticator:
    """Checks signatures against known access keys.

    Attributes:
        credentials: Access keys by id.
        region: Region id that V4 signatures must name.
    """

    credentials: Mapping[str, Credential]
    region: str

    def authenticate(self, request: Signable, now: datetime) -> Credential:
        """Return the access key that signed the request, or `ANONYMOUS` when it is not signed.

        Args:
            request: The request with all its query parameters.
            now: Aware current time.

        Raises:
            OssError: The request is malformed, expired, skewed or wrongly signed.
        """
        parameters = dict(request.query)
        authorization = request.headers.get("authorization", "")
        if authorization.startswith(V4_ALGORITHM):
            return self._v4_header(request, authorization.removeprefix(V4_ALGORITHM), now)
        if authorization.startswith("OSS "):
            return self._v1_header(request, authorization.removeprefix("OSS "), now)
        if authorization:
            message = "The authorization header is invalid, only OSS and OSS4-HMAC-SHA256 are accepted."
            raise invalid_argument(message, ec="0002-00000061")
        if "x-oss-signature" in parameters:
            return self._v4_url(request, parameters, now)
        if "Signature" in parameters:
            return self._v1_url(request, parameters, now)
        return ANONYMOUS

    def _v4_header(self, request: Signable, text: str, now: datetime) -> Credential:
        fields = dict(_FIELD.findall(text))
        moment = request.headers.get("x-oss-date", "")
        _check_skew(_v4_time(moment), now)
        credential = self._scope_owner(fields.get("Credential", ""), moment, _wrong_region_in_header())
        additional = _names(fields.get("AdditionalHeaders", ""))
        self._check_v4(request, credential, additional, moment, fields.get("Signature", ""))
        return _check_token(credential, request.headers.get("x-oss-security-token", ""))

    def _v4_url(self, request: Signable, parameters: Mapping[str, str], now: datetime) -> Credential:
        if parameters.get("x-oss-signature-version") != V4_ALGORITHM:
            raise invalid_argument("x-oss-signature-version is invalid.", name="x-oss-signature-version")
        moment = parameters.get("x-oss-date", "")
        lifetime = parameters.get("x-oss-expires", "")
        if not lifetime.isdecimal() or not 1 <= int(lifetime) <= MAX_PRESIGNED_SECONDS:
            raise invalid_argument(
                "x-oss-expires must be 1 to 604800 seconds.", name="x-oss-expires", value=lifetime
            )
        signed_at = _v4_time(moment)
        if signed_at - now > MAX_SKEW:
            raise _skewed(signed_at, now)
        if now > signed_at + timedelta(seconds=int(lifetime)):
            raise _expired()
        scope = parameters.get("x-oss-credential", "")
        credential = self._scope_owner(scope, moment, _wrong_region_in_url(scope))
        query = [(name, value) for name, value in request.query if name != "x-oss-signature"]
        additional = _names(parameters.get("x-oss-additional-headers", ""))
        unsigned = replace(request, query=query)
        self._check_v4(unsigned, credential, additional, moment, parameters["x-oss-signature"])
        return _check_token(credential, parameters.get("x-oss-security-token", ""))

    def _v1_header(self, request: Signable, text: str, now: datetime) -> Credential:
        access_key_id, _, signature = text.strip().partition(":")
        credential = self._owner(access_key_id)
        date = request.headers.get("x-oss-date", "") or request.headers.get("date", "")
        try:
            signed_at = parsedate_to_datetime(date)
        except ValueError:
            raise access_denied("OSS authentication requires a valid Date.") from None
        _check_skew(signed_at, now)
        text_to_sign = v1_string_to_sign(request, date=date)
        _compare(sign_v1(text_to_sign, secret=credential.secret), signature, credential, text_to_sign)
        return _check_token(credential, request.headers.get("x-oss-security-token", ""))

    def _v1_url(self, request: Signable, parameters: Mapping[str, str], now: datetime) -> Credential:
        expires = parameters.get("Expires", "")
        credential = self._owner(parameters.get("OSSAccessKeyId", ""))
        if not expires.isdecimal() or now.timestamp() > int(expires):
            raise _expired()
        text_to_sign = v1_string_to_sign(request, date=expires)
        expected = sign_v1(text_to_sign, secret=credential.secret)
        _compare(expected, parameters["Signature"], credential, text_to_sign)
        return _check_token(credential, parameters.get("security-token", ""))

    def _scope_owner(self, scope: str, moment: str, wrong_region: OssError) -> Credential:
        access_key_id, *parts = scope.split("/")
        if len(parts) != 4 or parts[2:] != ["oss", "aliyun_v4_request"] or parts[0] != moment[:8]:
            message = "The Credential in the request is invalid."
            raise invalid_argument(message, name="Credential", value=scope, ec="0002-00000213")
        if parts[1] != self.region:
            raise wrong_region
        return self._owner(access_key_id)

    def _owner(self, access_key_id: str) -> Credential:
        credential = self.credentials.get(access_key_id)
        if credential is None:
            raise OssError(
                403,
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
                ec="0002-00000902",
                details={"OSSAccessKeyId": access_key_id},
            )
        return credential

    def _check_v4(
        self, request: Signable, credential: Credential, additional: list[str], moment: str, signature: str
    ) -> None:
        canonical = v4_canonical_request(request, additional)
        expected = sign_v4(canonical, secret=credential.secret, moment=moment, region=self.region)
        _compare(expected, signature, credential, canonical)


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(";") if name.strip()]


@lru_cache(maxsize=64)  # a busy client signs many requests within one second
def _v4_time(moment: str) -> datetime:
    try:
        return datetime.strptime(moment, _V4_MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise invalid_argument("Invalid date in the request.", name="x-oss-date", value=moment) from None


def _check_skew(signed_at: datetime, now: datetime) -> None:
    if signed_at.tzinfo is None:
        signed_at = signed_at.replace(tzinfo=UTC)
    if abs(signed_at - now) > MAX_SKEW:
        raise _skewed(signed_at, now)


def _skewed(signed_at: datetime, now: datetime) -> OssError:
    return OssError(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        ec="0002-00000504",
        details={
            "MaxAllowedSkewMilliseconds": str(int(MAX_SKEW.total_seconds() * 1000)),
            "RequestTime": signed_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "ServerTime": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        },
    )


def _wrong_region_in_header() -> OssError:
    return invalid_argument("Invalid signing region in Authorization header.", ec="0002-00000226")


def _wrong_region_in_url(scope: str) -> OssError:
    message = "The signing region in credential is invalid."
    return invalid_argument(message, name="x-oss-credential", value=scope, ec="0002-00000228")


def _expired() -> OssError:
    return OssError(403, "AccessDenied", "Request has expired.", ec="0002-00000069")


def _compare(expected: str, received: str, credential: Credential, signed: bytes) -> None:
    if hmac.compare_digest(expected.encode(), received.strip().encode("utf-8", "surrogateescape")):
        return
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    raise OssError(
        403,
        "SignatureDoesNotMatch",
        message,
        ec="0002-00000040",
        details={
            "OSSAccessKeyId": credential.access_key_id,
            "SignatureProvided": received,
            "StringToSign": signed.decode("utf-8", "replace"),
        },
    )


def _check_token(credential: Credential, token: str) -> Credential:
    if not hmac.compare_digest(credential.security_token.encode(), token.encode("utf-8", "surrogateescape")):
        raise OssError(403, "InvalidSecurityToken", "The security token you provided is invalid.")
    return credential
