"""A receiver for tests: answers as a script says, and records all that comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from threading import Condition, Event
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from wsgiref.headers import Headers

from mohook.errors import InputError, NotSettledError
from mohook.providers import PROVIDERS
from pytest_mohook.arguments import require_whole
from pytest_mohook.harness.serving.front import headers_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from pytest_mohook.harness.serving.hosted import Hosted

__all__ = ["Answer", "MohookReceiver", "Received"]

_SHOWN = 200  # characters of a body in an error
_KNOWN = frozenset(HTTPStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver answers. `delay` passes in real time before it does.

    Raises InputError for a status below 200 or above 599, and for values of another type.

    >>> Answer(status=503, headers={"Retry-After": "60"}).status
    503
    """

    status: int = 200
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta()

    def __post_init__(self) -> None:
        _require_status(self.status)
        if not isinstance(self.body, (bytes, str)):
            msg = f"body {self.body!r}: expected bytes or a text; give json.dumps(…) for JSON"
            raise InputError(msg)
        pairs = self.headers.items() if isinstance(self.headers, Mapping) else [(None, None)]
        if not all(isinstance(part, str) for pair in pairs for part in pair):
            msg = f"headers {self.headers!r}: expected texts by name, such as {{'X-Id': '7'}}"
            raise InputError(msg)
        _require_span("delay", self.delay)


@dataclass(slots=True, eq=False)
class Received:
    """One request that came: `number` counts from 1, `headers` are found in any letter case.

    `answered` is the status it was answered with; None until it was.
    """

    number: int
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    answered: int | None = None

    @property
    def json(self) -> Any:
        """The body as JSON data. Raises InputError, with the body, where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as problem:
            msg = f"request {self.number} is no JSON ({problem}): {self.body[:_SHOWN]!r}"
            raise InputError(msg) from problem

    def __repr__(self) -> str:
        answered = f", answered {self.answered}" if self.answered else ""
        body = self.body[:_SHOWN].decode("utf-8", "replace")
        return f"<Received {self.number}: {self.method} {self.path} {body}{answered}>"


Step = int | Answer | Callable[[Received], int | Answer]
"""A status, a whole answer, or a function that is asked for either."""


class MohookReceiver:
    """The fixture `mohook_receiver`: records every request and answers 200, or as told.

    It is a WSGI app, `mohook.ip1.connect(mohook_receiver)`, and it has a `url`: it is served on
    a free port as soon as that is asked for. Any thread may call, ask and script it.

    >>> from pytest_mohook.harness.factory import new_handle
    >>> with new_handle() as mohook, MohookReceiver() as receiver:
    ...     receiver.answer(500, 200)
    ...     _ = mohook.ip1.connect(receiver)
    ...     message = mohook.ip1.send("Hi", id="7")
    ...     _ = mohook.run_next()
    ...     [request.answered for request in receiver.requests], receiver.stored
    ([500, 200], {'7': 'Hi'})
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._closing = Event()
        self._requests: list[Received] = []
        self._script: list[Step] = [200]
        self._hosted: Hosted | None = None

    def answer(self, *answers: Step) -> None:
        """Answer so from now on: in this order, the last one for ever. None at all is 200.

        Each is a status, an `Answer`, or a function of the `Received` request that returns
        one of these. Raises InputError for anything else, and then changes nothing.
        """
        for each in answers:
            if not callable(each):
                _checked(each)
        with self._changed:
            self._script = list(answers) or [200]

    @property
    def url(self) -> str:
        """Where it is served by HTTP: `http://127.0.0.1:PORT`. It answers at every path."""
        with self._changed:
            if self._hosted is None:
                from pytest_mohook.harness.serving.hosted import Hosted

                self._hosted = Hosted(self)
            return self._hosted.url

    @property
    def requests(self) -> list[Received]:
        """Every request so far, in the order of their coming."""
        with self._changed:
            return list(self._requests)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The JSON of every request. Raises InputError where one is none."""
        return [request.json for request in self.requests]

    @property
    def stored(self) -> dict[str, str]:
        """What a right receiver has stored: each message once, its text by the provider's id.

        A message is stored when it is first answered with a 2xx. What is no message is not.
        """
        texts: dict[str, str] = {}
        for request in self.requests:
            message = _message_in(request.body)
            if message and request.answered in range(200, 300):
                texts.setdefault(*message)
        return texts

    def wait_for(self, count: int = 1, timeout: timedelta = timedelta(seconds=5)) -> list[Received]:
        """Block until `count` requests or more have been answered; return these.

        For what is sent from another thread or process. Raises NotSettledError, with what
        came, when `timeout` is over, and InputError for a count or a timeout that is none.
        """
        require_whole("count", count, least=0)
        _require_span("timeout", timeout)
        deadline = monotonic() + timeout.total_seconds()
        with self._changed:
            while len(answered := [each for each in self._requests if each.answered]) < count:
                if not self._changed.wait(deadline - monotonic()) and monotonic() >= deadline:
                    raise NotSettledError(self._too_few(count, timeout))
        return answered

    def _too_few(self, count: int, timeout: timedelta) -> str:
        came = "".join(f"\n  {each!r}" for each in self._requests) or "\n  nothing"
        done = sum(each.answered is not None for each in self._requests)
        within = f"within {timeout.total_seconds():g} seconds"
        return f"{done} of {count} requests were answered {within}; what came:{came}"

    def clear(self) -> None:
        """Forget what has come. The script stays where it is."""
        with self._changed:
            self._requests.clear()

    def close(self) -> None:
        """Stop serving, if it is served, and end every delay. The fixture does this."""
        self._closing.set()
        if self._hosted is not None:
            self._hosted.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer one request: it is a WSGI app."""
        request, step = self._arrived(environ)
        status = 500  # where a function raises, its server answers that
        try:
            answer = _checked(step(request) if callable(step) else step)
            status = answer.status
            if answer.delay:
                self._closing.wait(answer.delay.total_seconds())
        finally:
            with self._changed:
                request.answered = status
                self._changed.notify_all()
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        headers = [*answer.headers.items(), ("Content-Length", str(len(body)))]
        start_response(f"{status} {_phrase(status)}", headers)
        return [body]

    def _arrived(self, environ: WSGIEnvironment) -> tuple[Received, Step]:
        headers, body = Headers(list(headers_in(environ))), _body(environ)
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        with self._changed:
            request = Received(
                number=len(self._requests) + 1,
                method=environ["REQUEST_METHOD"],
                path=path.encode("latin-1").decode("utf-8", "replace"),
                query=environ.get("QUERY_STRING", ""),
                headers=headers,
                body=body,
            )
            self._requests.append(request)
            return request, self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def __repr__(self) -> str:
        at = f" at {self._hosted.url}" if self._hosted else ""
        return f"<MohookReceiver{at}: {len(self._requests)} received>"


def _checked(given: object) -> Answer:
    """Return an answer; raise InputError for what is none."""
    if isinstance(given, Answer):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Answer(status=given)
    msg = f"answer {given!r}: expected a status such as 500, an Answer, or a function of a request"
    raise InputError(msg)


def _require_status(status: object) -> None:
    if not isinstance(status, int) or status not in range(200, 600):
        msg = f"status {status!r}: expected a whole number from 200 to 599, such as 500"
        raise InputError(msg)


def _require_span(name: str, span: object) -> None:
    if not isinstance(span, timedelta) or span < timedelta():
        msg = f"{name} {span!r}: expected a timedelta of zero or more, such as timedelta(seconds=1)"
        raise InputError(msg)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in _KNOWN else "Unknown"


def _body(environ: WSGIEnvironment) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _message_in(body: bytes) -> tuple[str, str] | None:
    """Return the provider's id and the text of a message; None for what is none."""
    with suppress(ValueError, RecursionError):
        payload = json.loads(body)
        for wire in (provider.wire for provider in PROVIDERS.values()):
            if isinstance(payload, dict) and {wire.id, wire.text} <= payload.keys():
                return str(payload[wire.id]), str(payload[wire.text])
    return None
