"""The handle of `async def` tests: the same emulator, awaited on the loop of the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mohook.delivery.manual import MAX_ATTEMPTS
from mohook.delivery.message import Attempt
from mohook.delivery.transports.in_process import App
from mohook.errors import InputError
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.lines import Line
from pytest_mohook.harness.moves import MOST_UNTIL_IDLE, bound, required_instant, span_of
from pytest_mohook.harness.sent import SentMessage

if TYPE_CHECKING:
    from pytest_mohook.harness.handle import Mohook

__all__ = ["Aio", "AioLine"]


class AioLine:
    """A provider, account or number, with `send` to be awaited."""

    def __init__(self, bench: Bench, line: Line) -> None:
        self._bench = bench
        self._line = line

    async def send(self, body: str | None = None, /, **fields: object) -> SentMessage:
        """Send one SMS and make its first attempt; return the message. See `Line.send`."""
        [message, *_] = await self._bench.aio.send(
            [self._line.submission(body, fields)], batch=False
        )
        return SentMessage(self._bench, message)

    async def send_batch(self, messages: Iterable[str | Mapping[str, object]]) -> list[SentMessage]:
        """Send several SMS at one instant; return the messages. See `Line.send_batch`."""
        sent = await self._bench.aio.send(self._line.submissions(messages), batch=True)
        return [SentMessage(self._bench, message) for message in sent]


class Aio:
    """What makes attempts, awaitable; all else is the handle's own.

    ASGI apps run on the loop of the test, with what belongs to it; WSGI apps and real HTTP
    in a thread beside it, so that the loop stays free for a receiver that runs there.
    Works with asyncio and trio, and so with pytest-asyncio and anyio.
    """

    def __init__(self, handle: Mohook, bench: Bench) -> None:
        self._handle = handle
        self._bench = bench
        self.ip1: AioLine = AioLine(bench, handle.ip1)
        self.intelepeer: AioLine = AioLine(bench, handle.intelepeer)

    def line(self, line: Line | str) -> AioLine:
        """Return the awaitable face of a provider by its word, or of an account or number."""
        return AioLine(self._bench, line if isinstance(line, Line) else self._handle.line(line))

    async def send(
        self, provider: str, body: str | None = None, /, **fields: object
    ) -> SentMessage:
        """Send one SMS through the provider of that word and make its first attempt."""
        return await self.line(provider).send(body, **fields)

    async def resend(self, message: SentMessage) -> SentMessage:
        """Send a message again, now; return it. Raises ConflictError without a webhook."""
        if not isinstance(message, SentMessage):
            msg = f"{message!r} is no message: expected what `send` returned, or mohook.message(…)"
            raise InputError(msg)
        await self._bench.aio.resend(message.id)
        return message

    async def advance(
        self,
        span: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> list[Attempt]:
        """Move the clock and return the attempts made on the way. See `Mohook.advance`."""
        whole = span_of(span, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return await self._bench.aio.advance(whole, bound(max_attempts))

    async def advance_to(
        self, instant: datetime, *, max_attempts: int = MAX_ATTEMPTS
    ) -> list[Attempt]:
        """Move the clock to an instant and return the attempts made on the way."""
        return await self._bench.aio.advance_to(
            required_instant("instant", instant), bound(max_attempts)
        )

    async def run_next(self, *, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to what is due next, make that, and return the attempts."""
        return await self._bench.aio.run_next(bound(max_attempts))

    async def run_until_idle(self, *, max_attempts: int = MOST_UNTIL_IDLE) -> list[Attempt]:
        """Move the clock until nothing is pending; return the attempts."""
        return await self._bench.aio.run_until_idle(bound(max_attempts))

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run an ASGI app's startup and shutdown on this loop, around a block; give its state.

        Awaited requests run no lifespan by themselves. The app may be connected before or in
        the block. Raises LifespanError for a startup that fails, or an app that has none.
        """
        return self._bench.aio.lifespan(app)
