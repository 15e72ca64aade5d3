"""One request while faults or limits are in force."""

from dataclasses import replace
from types import TracebackType
from typing import Self

from aiohttp import web

from local.oss.exchange import Call, Reply
from local.oss.faults import bodies
from local.oss.faults.decisions import Subject
from local.oss.faults.effects import Effect
from local.oss.faults.injector import Injector
from local.oss.faults.limits import Account, Lane, Transfer, refusal
from local.oss.sending import Chunks, body_size, chunks_of, deliver, drop_content


class Turn:
    """Applies one fault at most, and the limits of the caller's account.

    A context: leaving it gives back what the request held of the limits. Use `before`, the operation,
    `after` and `send`, in this order; an error on the way goes straight to `send`.
    """

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self._effect: Effect | None = None
        self._account: Account | None = None
        self._transfers: list[Transfer] = []
        self._download: Transfer | None = None
        self.rule_name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for transfer in self._transfers:
            transfer.end()
        if self._account is not None:
            self._account.leave()

    async def before(self, call: Call, operation: str) -> Call:
        """Let a permitted request in, and return it with the body it is to have.

        Raises:
            OssError: A limit is reached, or a fault refuses the request.
            BrokenOffError: A fault ends the connection.
        """
        account = self._injector.limiter.account(call.caller.account)
        account.enter()
        self._account = account
        key = call.key.decode("utf-8", "surrogateescape")
        entry = self._injector.book.choose(Subject(operation, call.bucket, key, call.caller.access_key_id))
        if entry is not None:
            self.rule_name = entry.rule.name
            self._effect = Effect(self._injector, entry, call)
            await self._effect.before()
        length = call.headers.get("content-length")
        size = int(length) if length is not None else None
        upload = self._enter(account.upload, size or 0, "UploadTrafficRateLimitExceeded")

        def altered(chunks: Chunks) -> Chunks:
            if upload is not None:
                chunks = bodies.paced(chunks, upload.lane.pace, upload.passed)
            return self._effect.request_body(chunks, size) if self._effect else chunks

        return replace(call, alter_body=altered)

    async def after(self, reply: Reply) -> None:
        """Let the answer of an operation that was carried out go on its way.

        Raises:
            OssError: A limit is reached, or a fault hides the answer; its content is closed then.
        """
        try:
            if self._account is not None:
                size = body_size(reply)
                lane = self._account.download
                self._download = self._enter(lane, size, "DownloadTrafficRateLimitExceeded")
                if self._download is not None:
                    reply.headers["x-oss-qos-delay-time"] = str(round(self._download.seconds * 1000))
            if self._effect is not None:
                await self._effect.after(reply)
        except BaseException:
            drop_content(reply)
            raise

    async def send(self, http: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        """Answer.

        Raises:
            BrokenOffError: A fault ends the connection before anything is sent.
        """
        try:
            chunks: Chunks = chunks_of(reply)
            if self._download is not None:
                chunks = bodies.paced(chunks, self._download.lane.pace, self._download.passed)
            if self._effect is not None:
                self._effect.change_headers(reply)
                chunks = await self._effect.reply_body(chunks, reply)
        except BaseException:
            drop_content(reply)
            raise
        return await deliver(http, reply, chunks)

    def _enter(self, lane: Lane | None, size: int, code: str) -> Transfer | None:
        if lane is None or self._account is None or not size:
            return None
        transfer = lane.enter(size)
        self._transfers.append(transfer)
        longest = self._account.limits.refuse_after_seconds
        if longest is not None and transfer.seconds > longest:
            raise refusal(code)
        return transfer
