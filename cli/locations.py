"""Where objects are, as people write it: ``oss://BUCKET/PREFIX`` and ``s3://BUCKET/PREFIX``."""

import re
from dataclasses import dataclass
from typing import Final

import typer
from ferry.keys import has_dot_segment

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Location:
    """A bucket, and the "folder" in it that is meant; an empty prefix means the whole bucket."""

    scheme: str
    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.prefix}"


def parse_oss(text: str) -> Location:
    """Read ``oss://BUCKET/PREFIX``; raises typer.BadParameter."""
    return _parse(text, "oss")


def parse_s3(text: str) -> Location:
    """Read ``s3://BUCKET/PREFIX``; raises typer.BadParameter."""
    location = _parse(text, "s3")
    if has_dot_segment(location.prefix):
        msg = f"the prefix {location.prefix!r} must not have '.' or '..' between slashes."
        raise typer.BadParameter(msg)
    return location


def _parse(text: str, scheme: str) -> Location:
    """Read a location; a prefix names a folder, so that ``logs`` does not mean ``logs-old/`` as well."""
    found, separator, rest = text.partition("://")
    if found != scheme or not separator:
        msg = f"{text!r} must look like {scheme}://BUCKET/PREFIX."
        raise typer.BadParameter(msg)
    bucket, _, prefix = rest.partition("/")
    if not _BUCKET.fullmatch(bucket):
        msg = f"{bucket!r} is no bucket name: 3 to 63 lower-case letters, digits, '-' and '.'."
        raise typer.BadParameter(msg)
    if prefix.startswith("/"):
        msg = f"the prefix {prefix!r} must not begin with '/': keys do not."
        raise typer.BadParameter(msg)
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    if len(prefix.encode()) > 1023:
        msg = "the prefix is longer than 1,023 bytes, which no key can be."
        raise typer.BadParameter(msg)
    return Location(scheme, bucket, prefix)
