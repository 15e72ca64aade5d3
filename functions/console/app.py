"""Serves the console: the files that its build made, and what it has to know about this deployment.

Nothing but these files can be reached, since a name is looked up among them and never opened as a path.
"""

import base64
import functools
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
ENCODINGS = {"br": ".br", "gzip": ".gz"}


@dataclass(frozen=True)
class Page:
    """What one name answers with.

    Attributes:
        content_type: Its media type.
        forms: The same content by encoding: the plain one under "", others under "br" and "gzip".
        never_changes: Whether the name has a digest of the content in it.
    """

    content_type: str
    forms: dict[str, bytes]
    never_changes: bool = False


@functools.cache
def pages() -> dict[str, Page]:
    """Everything there is, by its path without the leading slash."""
    site = HERE / "site"
    names = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    found = {"config.json": Page(TYPES[".json"], {"": json.dumps(configuration()).encode()})}
    for name, path in names.items():
        if path.suffix in ENCODINGS.values() and name.removesuffix(path.suffix) in names:
            continue
        beside = {encoding: names.get(name + suffix) for encoding, suffix in ENCODINGS.items()}
        forms = {"": path.read_bytes()} | {key: form.read_bytes() for key, form in beside.items() if form}
        kind = TYPES.get(path.suffix, "application/octet-stream")
        found[name] = Page(kind, forms, never_changes=name.startswith("assets/"))
    return found | {"": found["index.html"]}


def configuration() -> dict[str, str | None]:
    """What the console has to know to let people sign in."""
    return {
        "region": os.environ["AWS_REGION"],
        "user_pool_id": os.environ["FERRY_USER_POOL_ID"],
        "client_id": os.environ["FERRY_USER_POOL_CLIENT_ID"],
        "cognito_endpoint": other_endpoint(),
        "stack": os.environ["FERRY_STACK_NAME"],
        "version": (HERE / "version").read_text().strip(),
    }


def other_endpoint() -> str | None:
    """Where Cognito is if not at AWS, as SDKs are told, too; on Lambda nobody sets that."""
    return os.environ.get("AWS_ENDPOINT_URL")


@functools.cache
def security_headers() -> dict[str, str]:
    """What every answer says to the browser."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "manifest-src": "'self'",
        "connect-src": f"'self' {other_endpoint() or os.environ['FERRY_COGNITO_URL']}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }


def chosen_encoding(page: Page, accepted: str) -> str:
    """The smallest form of a page that a client takes, by its ``Accept-Encoding``."""
    taken = set()
    for choice in accepted.lower().split(","):
        name, _, quality = choice.partition(";")
        if quality.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(name.strip())
    offered = [form for form in page.forms if not form or form in taken or "*" in taken]
    return min(offered, key=lambda form: len(page.forms[form]))


def answer(status: int, headers: dict[str, str], content: bytes = b"") -> dict[str, Any]:
    """An answer in the format that API Gateway expects."""
    body = base64.b64encode(content).decode()
    return {
        "statusCode": status,
        "headers": security_headers() | headers,
        "body": body,
        "isBase64Encoded": True,
    }


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a GET or HEAD of an HTTP API."""
    headers = event.get("headers", {})
    page = pages().get(event["rawPath"].removeprefix("/"))
    if page is None:
        plain = {"content-type": TYPES[".txt"], "cache-control": "no-store"}
        return answer(404, plain, b"There is nothing here. The console is at the root of this address.\n")

    encoding = chosen_encoding(page, headers.get("accept-encoding", ""))
    content = page.forms[encoding]
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    about = {
        "content-type": page.content_type,
        "cache-control": "public, max-age=31536000, immutable" if page.never_changes else "no-cache",
        "etag": etag,
        "vary": "accept-encoding",
    } | ({"content-encoding": encoding} if encoding else {})
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return answer(304, about)
    return answer(200, about, b"" if event["requestContext"]["http"]["method"] == "HEAD" else content)
