"""Connections to our own server: slow ones end, and however many come, a new one is answered."""

from __future__ import annotations

import socket
from math import inf
from time import monotonic
from typing import Any

from waitress.adjustments import Adjustments  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import TcpWSGIServer  # type: ignore[import-untyped]
from waitress.task import ErrorTask, ThreadedTaskDispatcher  # type: ignore[import-untyped]

from mohook.server.problems import ProblemError

__all__ = ["MOST_CONNECTIONS", "REQUEST_LIMIT", "STALL_LIMIT", "ConnectionServer", "bound_server"]

MOST_CONNECTIONS = 1_000
"""One more, and the connection that has asked for nothing the longest is closed."""
REQUEST_LIMIT = 60.0
"""Seconds in which a request must have come whole, its body too."""
STALL_LIMIT = 30.0
"""Seconds that a client may leave its answer unread: it keeps a thread."""
_LOOK = 5  # seconds between two looks at both
_STREAM = "text/event-stream"
_ROOM = 64  # connections beyond the most, for what is just being accepted


class _Refusal(ErrorTask):  # type: ignore[misc] # untyped
    """Tells what waitress itself refuses (broken HTTP, huge bodies) as problem details."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        error = self.request.error
        answer = ProblemError(error.code, str(error.body)).response()
        body = answer.get_data()
        self.status = answer.status
        self.response_headers.append(("Content-Type", answer.content_type or ""))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc] # untyped
    """One connection, which knows since when it has been expected to send or to read.

    waitress measures the time since the last byte: one byte now and then holds it for ever. And
    it does so by the time of day, which may be set: here it is never read.
    Whoever ends its own side after a request still gets the answer; the reader of a stream has
    left.
    """

    error_task_class = _Refusal

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.waiting_since = self._begun_at = monotonic()
        self._has_said_all = False

    @property
    def last_activity(self) -> float:
        """When something was read or written, as waitress sets it."""
        return self._active_at

    @last_activity.setter
    def last_activity(self, _: float) -> None:
        self._active_at = monotonic()

    def readable(self) -> Any:
        """Whether to read: not while an answer is made for whoever has ended its own side."""
        return not (self._has_said_all and self.requests) and super().readable()

    def handle_read(self) -> None:
        """Read; the end of what a client says is no end while its answer is made."""
        if self._is_answering() and self._peeked() == b"":
            self._has_said_all = True
        else:
            super().handle_read()

    def _is_answering(self) -> bool:
        under_way = self.requests[:1]
        return bool(under_way) and _STREAM not in under_way[0].headers.get("ACCEPT", "")

    def _peeked(self) -> bytes | None:
        try:
            return bytes(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return None  # for the read that follows to meet

    def received(self, data: bytes) -> Any:
        """Note when the first byte of a request comes."""
        if self.request is None:
            self._begun_at = monotonic()
        return super().received(data)

    def service(self) -> None:
        """Answer, and wait for the next request from then on."""
        super().service()
        self.waiting_since = monotonic()
        if self._has_said_all and not self.requests:
            self.close_when_flushed = True
            self.server.pull_trigger()

    def is_late(self, now: float) -> bool:
        """Whether a request has begun too long ago to be still incomplete."""
        return self.request is not None and now - self._begun_at > REQUEST_LIMIT

    def is_stalled(self, now: float) -> bool:
        """Whether an answer lies unread."""
        return bool(self.total_outbufs_len) and now - self.last_activity > STALL_LIMIT


class ConnectionServer(TcpWSGIServer):  # type: ignore[misc] # untyped
    """Accepts always: where there are too many connections, one that waits makes room."""

    channel_class = _Channel
    next_channel_cleanup = inf  # by the time of day: it is done by another clock
    _next_look = 0.0

    def readable(self) -> Any:
        """Whether to accept more; and now and then, look for connections to close."""
        now = monotonic()
        if now >= self._next_look:
            self._next_look = now + self.adj.cleanup_interval
            self.maintenance(now)
        return super().readable()

    def handle_accept(self) -> None:
        """Accept a connection, and close the one that has been idle longest beyond the most."""
        super().handle_accept()
        if len(self.active_channels) > MOST_CONNECTIONS:
            waiting = [each for each in self.active_channels.values() if not each.requests]
            if waiting:
                min(waiting, key=lambda each: each.waiting_since).handle_close()

    def maintenance(self, now: float) -> None:
        """Close what has been silent for long, what is late, and what nobody reads."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_late(now) or channel.is_stalled(now):
                channel.handle_close()


def bound_server(app: Any, listener: socket.socket, *, threads: int, cap: int) -> ConnectionServer:
    """Return a server on a socket that is bound; `cap` is the largest body, in bytes."""
    settings = Adjustments(
        sockets=[listener],
        threads=threads,
        ident="mohook",
        connection_limit=MOST_CONNECTIONS + _ROOM,
        cleanup_interval=_LOOK,
        channel_request_lookahead=1,  # else a reader who leaves is noticed only by a write
        max_request_body_size=cap,
        clear_untrusted_proxy_headers=True,
        # select() ends with an error at file 1024: deliveries alone may have more open.
        asyncore_use_poll=True,
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return ConnectionServer(
        app,
        {},
        _sock=listener,
        dispatcher=dispatcher,
        adj=settings,
        bind_socket=False,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
    )
