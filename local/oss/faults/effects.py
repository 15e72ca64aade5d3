"""What each kind of fault does before, within and after a request."""

from collections.abc import Awaitable, Callable

from local.oss.errors import OssError
from local.oss.exchange import Call, Reply
from local.oss.faults import bodies
from local.oss.faults.bodies import place
from local.oss.faults.codes import DOCUMENTED, Documented
from local.oss.faults.decisions import Entry
from local.oss.faults.headers import changed_headers
from local.oss.faults.injector import Injector
from local.oss.faults.kinds import (
    Corrupt,
    Delay,
    Error,
    Headers,
    Overwrite,
    Reset,
    Side,
    Slow,
    Stall,
    Truncate,
)
from local.oss.faults.overwriting import Filler, delete, new_filler, overwrite
from local.oss.pacing import Pace
from local.oss.sending import BrokenOffError, Chunks, body_size

type Event = Callable[[], Awaitable[None]]


def error_of(fault: Error) -> OssError:
    """The error a fault answers with."""
    known = DOCUMENTED.get(fault.code, Documented(500, "An injected fault."))
    return OssError(
        fault.status or known.status,
        fault.code,
        fault.message or known.message,
        ec=known.ec,
        headers=fault.headers,
    )


class Effect:
    """A fault that was chosen for a request; it is counted once, when it really happens."""

    def __init__(self, injector: Injector, entry: Entry, call: Call) -> None:
        self._injector = injector
        self._entry = entry
        self._fault = entry.fault
        self._call = call
        self._counted = False

    async def before(self) -> None:
        """Happen before the request is carried out.

        Raises:
            OssError: The request is refused.
            BrokenOffError: The connection ends.
        """
        match self._fault:
            case Error(after_effect=False) as fault:
                self._count()
                raise error_of(fault)
            case Reset(at="start"):
                await self._break_off(reset=True)
            case Delay(after_effect=False, seconds=seconds):
                await self._hold(seconds)
            case Overwrite(at="before") as fault:
                self._overwrite(fault)
            case _:
                return

    def request_body(self, chunks: Chunks, size: int | None) -> Chunks:
        """The request body as the operation gets it.

        Args:
            chunks: The body as it arrives.
            size: Its length in bytes, or None when it is chunked.
        """
        match self._fault:
            case Reset(at="request-body", after_bytes=after):
                return bodies.interrupted(chunks, place(after, size), self._breaking_off(reset=True))
            case Truncate(body="request", after_bytes=after) if size != 0:
                self._count()
                return bodies.shortened(chunks, place(after, size))
            case _ if size != 0:
                return self._either_body(chunks, size, "request")
            case _:
                return chunks

    async def after(self, reply: Reply) -> None:
        """Happen when the request was carried out and before anything is answered.

        Raises:
            OssError: The answer is replaced by an error.
        """
        match self._fault:
            case Error(after_effect=True) as fault:
                self._count()
                raise error_of(fault)
            case Delay(after_effect=True, seconds=seconds):
                await self._hold(seconds)
            case Overwrite(at="after") as fault:
                self._overwrite(fault)
            case Slow(body="reply", announced=True, bytes_per_second=rate):
                reply.headers["x-oss-qos-delay-time"] = str(round(body_size(reply) / rate * 1000))
            case _:
                return

    def change_headers(self, reply: Reply) -> None:
        """Give the answer, which may be an error, its wrong headers."""
        if isinstance(self._fault, Headers):
            changed = changed_headers(reply.headers, self._fault)
            if changed != reply.headers:
                self._count()
            reply.headers = changed

    async def reply_body(self, chunks: Chunks, reply: Reply) -> Chunks:
        """The body of the answer as it is sent.

        Raises:
            BrokenOffError: Nothing is answered.
        """
        size = body_size(reply)
        match self._fault:
            case Reset(at="reply"):
                await self._break_off(reset=True)
            case Reset(at="headers"):
                return bodies.interrupted(chunks, 0, self._breaking_off(reset=True))
            case Reset(at="reply-body", after_bytes=after):
                return bodies.interrupted(chunks, place(after, size), self._breaking_off(reset=True))
            case Truncate(body="reply", after_bytes=after) if size:
                return bodies.interrupted(chunks, place(after, size), self._breaking_off(reset=False))
            case Overwrite(at="during") as fault:
                return self._overwritten(chunks, fault, reply)
            case _ if size:
                return self._either_body(chunks, size, "reply")
        return chunks

    def _either_body(self, chunks: Chunks, size: int | None, side: Side) -> Chunks:
        match self._fault:
            case Corrupt(at_byte=at) as fault if fault.body == side:
                self._count()
                return bodies.corrupted(chunks, place(at, size))
            case Slow(bytes_per_second=rate) as fault if fault.body == side:
                self._count()
                return bodies.paced(chunks, Pace(rate))
            case Stall(after_bytes=after, seconds=seconds) as fault if fault.body == side:

                async def stall() -> None:
                    await self._hold(seconds)

                return bodies.interrupted(chunks, place(after, size), stall)
            case _:
                return chunks

    def _overwritten(self, chunks: Chunks, fault: Overwrite, reply: Reply) -> Chunks:
        filler = new_filler()
        half = place(None, body_size(reply))

        async def happen() -> None:
            self._overwrite(fault, filler)

        chunks = bodies.interrupted(chunks, half, happen)
        if not (fault.torn and reply.content):
            return chunks
        first = reply.content.offset
        return bodies.replaced(chunks, half, lambda offset, size: filler.read(first + offset, size))

    def _overwrite(self, fault: Overwrite, filler: Filler | None = None) -> None:
        storage, bucket, key = self._call.storage, self._call.bucket, self._call.key
        if fault.delete:
            happened = delete(storage, bucket, key)
        else:
            happened = overwrite(storage, bucket, key, filler or new_filler(), fault.size)
        if happened:
            self._count()

    async def _hold(self, seconds: float | None) -> None:
        self._count()
        await self._injector.hold(seconds)

    async def _break_off(self, *, reset: bool) -> None:
        self._count()
        raise BrokenOffError(reset=reset)

    def _breaking_off(self, *, reset: bool) -> Event:
        return lambda: self._break_off(reset=reset)

    def _count(self) -> None:
        if not self._counted:
            self._counted = True
            self._injector.count_applied(self._entry)
