"""What S3 and boto3 answer: values out of documents, and what refusals mean."""

import re
from collections.abc import Callable
from typing import Any, Final
from xml.etree import ElementTree as ET

from ferry.errors import ConfigurationError, FerryError, TransientError
from ferry.stores.access_keys import NO_CREDENTIALS
from ferry.stores.replies import error_reply, s3_error

_QUERY: Final = re.compile(r'\?[^"]*"')
_CODES_OF_HEADS: Final = {
    "301": "PermanentRedirect",
    # Of a request without a body, which has nothing else that could be bad.
    "400": "ExpiredToken",
    "403": "AccessDenied",
    "404": "NoSuchKey",
    "NotFound": "NoSuchKey",
    "412": "PreconditionFailed",
    "500": "InternalError",
    "503": "ServiceUnavailable",
}


def find_text(reply: bytes, name: str) -> str | None:
    """Return the text of the first element of that name, whatever its namespace; None when there is none."""
    root = ET.fromstring(reply)
    return next((node.text for node in root.iter() if node.tag.rpartition("}")[2] == name), None)


def _client_error(error: Any) -> FerryError:
    said = error.response.get("ResponseMetadata", {})
    status, code = said.get("HTTPStatusCode", 0), error.response["Error"].get("Code", "")
    # The reply to a HEAD has no body, so that its status stands for the code.
    code = _CODES_OF_HEADS.get(code, code)
    details = {"Code": code, "Message": error.response["Error"].get("Message", "")}
    return s3_error(error_reply(status, details, said.get("HTTPHeaders", {})))


def translated[T](operation: Callable[[], T]) -> T:
    """Run a boto3 call, turning what it raises into our errors."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,  # noqa: A004
        HTTPClientError,
        NoCredentialsError,
    )

    try:
        return operation()
    except ClientError as error:
        raise _client_error(error) from error
    except (HTTPClientError, ConnectionError) as error:
        msg = f"S3 did not answer: {_QUERY.sub('"', str(error))}"
        raise TransientError(msg, reason="ConnectionFailed") from error
    except NoCredentialsError as error:
        raise ConfigurationError(NO_CREDENTIALS, reason="NoCredentials") from error
    except BotoCoreError as error:
        msg = f"The request to S3 could not be made: {error}"
        raise ConfigurationError(msg, reason=type(error).__name__) from error
