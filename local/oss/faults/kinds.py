"""What can go wrong with a request, as JSON documents. ``docs/oss-server-faults.md`` shows each of them."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

from local.oss.faults.codes import DOCUMENTED

type Side = Literal["reply", "request"]
"""Whose body: the one the server sends, or the one it receives."""


class Model(BaseModel):
    """Immutable, and strict about names: a misspelt field is an error and not a fault that never happens."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Error(Model):
    """The request is answered with an error.

    Attributes:
        kind: Always ``error``.
        code: OSS error code.
        status: HTTP status; may be left out for a code OSS documents.
        message: Sentence of the error document; OSS's own when empty.
        headers: Extra response headers.
        after_effect: Carry the request out first, so that only its answer is lost.
    """

    kind: Literal["error"] = "error"
    code: str = Field(min_length=1)
    status: int | None = Field(default=None, ge=400, le=599)
    message: str = ""
    headers: dict[str, str] = {}
    after_effect: bool = False

    @model_validator(mode="after")
    def _has_a_status(self) -> Self:
        if self.status is None and self.code not in DOCUMENTED:
            raise ValueError(f"{self.code} needs a status; codes without one: {', '.join(DOCUMENTED)}")
        return self


class Reset(Model):
    """The connection is reset (TCP RST).

    Attributes:
        kind: Always ``reset``.
        at: ``start``, before the request is looked at; ``request-body``, while its body arrives; ``reply``,
            when it was carried out and nothing is answered; ``headers``, behind the answer's headers;
            ``reply-body``, within the answer's body. Only the last three have an effect.
        after_bytes: Bytes of the body that pass before; half of it when None.
    """

    kind: Literal["reset"] = "reset"
    at: Literal["start", "request-body", "reply", "headers", "reply-body"] = "reply"
    after_bytes: NonNegativeInt | None = None


class Truncate(Model):
    """A body ends early.

    Attributes:
        kind: Always ``truncate``.
        body: ``reply``: the connection is closed in good order before the promised length.
            ``request``: the server takes the first bytes for the whole body and loses the rest.
        after_bytes: Bytes that pass, fewer than there are; half of them when None.
    """

    kind: Literal["truncate"] = "truncate"
    body: Side = "reply"
    after_bytes: NonNegativeInt | None = None


class Corrupt(Model):
    """One byte of a body has all its bits flipped.

    Attributes:
        kind: Always ``corrupt``.
        body: ``reply``, or ``request``: what is stored and reported is then the corrupted body.
        at_byte: Its place from 0, or from the end when negative; the middle when None. A place outside
            the body is moved to its nearest byte.
    """

    kind: Literal["corrupt"] = "corrupt"
    body: Side = "reply"
    at_byte: int | None = None


class Slow(Model):
    """A body flows slowly.

    Attributes:
        kind: Always ``slow``.
        body: ``reply`` or ``request``.
        bytes_per_second: Its rate.
        announced: Say so in ``x-oss-qos-delay-time``, as OSS does when it throttles.
    """

    kind: Literal["slow"] = "slow"
    body: Side = "reply"
    bytes_per_second: float = Field(gt=0)
    announced: bool = False


class Stall(Model):
    """A body stops flowing for a while.

    Attributes:
        kind: Always ``stall``.
        body: ``reply`` or ``request``.
        after_bytes: Bytes that pass before; half of them when None.
        seconds: How long; until released when None.
    """

    kind: Literal["stall"] = "stall"
    body: Side = "reply"
    after_bytes: NonNegativeInt | None = None
    seconds: float | None = Field(default=None, ge=0)


class Delay(Model):
    """The answer comes late.

    Attributes:
        kind: Always ``delay``.
        seconds: How late; until released when None.
        after_effect: Carry the request out first, and wait then.
    """

    kind: Literal["delay"] = "delay"
    seconds: float | None = Field(default=None, ge=0)
    after_effect: bool = False


class Headers(Model):
    """The answer has wrong headers.

    Attributes:
        kind: Always ``headers``.
        falsify: Names of headers that get another value of the same form, where they are sent.
        remove: Names of headers that are left out.
        set: Headers by name that are added or replaced.
    """

    kind: Literal["headers"] = "headers"
    falsify: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    set: dict[str, str] = {}

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not (self.falsify or self.remove or self.set):
            raise ValueError("name a header to falsify, remove or set")
        if any(name.lower() in {"content-length", "transfer-encoding"} for name in (*self.remove, *self.set)):
            raise ValueError("a body's length is changed with truncate")
        return self


class Overwrite(Model):
    """Somebody else overwrites the object of the request.

    Attributes:
        kind: Always ``overwrite``.
        at: ``before`` the request is carried out, ``during`` the answer's body (half of it is out), or
            ``after`` the answer was sent: between two ranges, or between HEAD and GET.
        size: Bytes in the new object; as many as now when None.
        delete: Delete the object instead.
        torn: Serve the second half of the body from the new object. OSS never does: a reader keeps the
            version it opened. Only with ``during``.
    """

    kind: Literal["overwrite"] = "overwrite"
    at: Literal["before", "during", "after"] = "after"
    size: NonNegativeInt | None = None
    delete: bool = False
    torn: bool = False

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.torn and (self.at != "during" or self.delete):
            raise ValueError("only an object that is overwritten during a download can be torn")
        return self


type Fault = Annotated[
    Error | Reset | Truncate | Corrupt | Slow | Stall | Delay | Headers | Overwrite,
    Field(discriminator="kind"),
]
