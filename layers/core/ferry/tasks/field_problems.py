"""What is wrong with settings, field by field, in words that the command line and the console share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_RULES: Final[Mapping[tuple[str, ...], str]] = {
    ("task_id",): "must be at most 40 lower-case letters, digits and '-', and not begin with '-'",
    ("description",): "must be one line of at most 256 characters",
    ("source", "region"): "must be an OSS region such as cn-hangzhou, without 'oss-'",
    ("source", "endpoint"): "must be a URL such as https://oss-cn-hangzhou.aliyuncs.com",
    ("source", "secret"): "must name a Secrets Manager secret",
    ("source", "bucket"): "must name an OSS bucket",
    ("destination", "bucket"): "must name an S3 bucket",
    ("destination", "region"): "must be an AWS region such as eu-central-1",
    ("destination", "kms_key"): "must be the id, alias/NAME or ARN of a KMS key",
    ("topic_owner",): "must be an account id, digits only",
    ("topic_names",): "must be the name of an SMQ topic",
}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong.

    Attributes:
        place: The field, from the outermost name to the innermost; empty for a rule about several fields.
        message: What it must be, such as ``must name an OSS bucket``.
        given: The value.
    """

    place: tuple[str, ...]
    message: str
    given: Any

    @property
    def is_missing(self) -> bool:
        """Whether nothing was given."""
        return self.given is None or self.given == ""


def field_problems(errors: "Iterable[ErrorDetails]", *, skipped: int = 0) -> list[FieldProblem]:
    """Return what pydantic found, in our words where we have some.

    Args:
        errors: What it found.
        skipped: Parts of every place that lead to the settings.
    """
    return [_problem(error, skipped) for error in errors]


def _problem(error: "ErrorDetails", skipped: int) -> FieldProblem:
    place = tuple(str(part) for part in error["loc"][skipped:])
    given = None if error["type"] == "missing" else error["input"]
    named = tuple(part for part in place if not part.isdecimal())
    if (rule := _RULES.get(named)) is not None and error["type"] != "extra_forbidden":
        return FieldProblem(place, rule, given)
    message = error["msg"].removeprefix("Value error, ")
    return FieldProblem(place, message, given)
