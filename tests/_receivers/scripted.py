"""A receiver that answers as a script says, over connections that it keeps alive."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from tests._receivers.receiver import Connection, Receiver

__all__ = ["Answer", "scripted"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer, given `delay` after its request has been read."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: timedelta = timedelta()

    @property
    def wire(self) -> bytes:
        """The answer as bytes, with the Content-Length that fits."""
        lines = [f"HTTP/1.1 {self.status} {_reason(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


class _Script:
    """Hands out answers in order of the requests, whichever connection they come by."""

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        self._answers = answers or (Answer(),)
        self._next = 0
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        while True:
            connection.read_request()
            answer = self._take()
            if answer.delay:
                connection.pause(answer.delay.total_seconds())
            connection.send(answer.wire)

    def _take(self) -> Answer:
        with self._lock:
            answer = self._answers[min(self._next, len(self._answers) - 1)]
            self._next += 1
            return answer


def scripted(*answers: Answer, tls: ssl.SSLContext | None = None) -> Receiver:
    """Return a receiver that gives these answers in turn; the last repeats; none is 200 for ever.

    >>> with scripted(Answer(500), Answer(200)) as receiver:
    ...     receiver.url.startswith("http://127.0.0.1:")
    True
    """
    return Receiver(_Script(answers), tls=tls)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
