"""What every receiver of the corpus runs: each bug shows in it, a right one gets through.

It proves the corpus and no more: it knows the bugs, and `mohook check` does not.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.receivers.running import SECRET, Running

__all__ = ["Gauntlet", "WrongAnswerError"]

Payload = dict[str, Any]

TEXTS = (
    *("", " Hi ", "a  b", "x\r\ny", "x\0y", "\ufeffSTOP"),
    *("e\u0301", "Ж漢", "\N{GRINNING FACE}" * 36, "a" * 161, "a" * 300, "a" * 4_000),
    *("007", "1e3", "it's", "<b> &amp;", "1+1 %2B", "{0} {}", '{"a": [1]}'),
)
FORGED = ("", SECRET[:3], SECRET + "x", SECRET.lower(), "wrong", "\N{HONEYBEE}", None, [SECRET], 0)
NO_MESSAGE = (b"", b"hello", b"null", b"[1]", b'"text"', b"{}", b'{"id": "1', b"\xff")
_JSON = "application/json"
_NO_ANSWER = 0


class Post(NamedTuple):
    """One request."""

    body: bytes
    method: str = "POST"
    content_type: str = _JSON


class WrongAnswerError(Exception):
    """A receiver answered what it must not, or not in time."""


class Gauntlet:
    """Sends one receiver all that its provider may send, and what nobody should.

    What takes longer than `limit` seconds has no answer. With `hurried`, a receiver that takes
    its time for each message gets those of one step at once.
    """

    def __init__(
        self, provider: str, running: Running, limit: float, *, hurried: bool = False
    ) -> None:
        self._provider = provider
        self._running = running
        self._limit = limit
        self._hurried = hurried
        self._numbers = count(1)
        self._sent: list[Payload] = []
        self._dubious: set[str] = set()
        self._id, self._text = ("id", "body") if provider == "ip1" else ("refid", "message")

    def run(self) -> None:
        """Send everything. Raises WrongAnswerError at the first answer that is wrong."""
        self._send(*self._plain())
        self._send(*self._fields())
        self._send(*self._order())
        self._send(*self._texts())
        self._send(*self._batch())
        self._send(*[self._message("at the same time")] * 10, at_once=True)
        self._send(*self._copies())
        if self._provider == "intelepeer":
            self._forge()
        self._assault()
        self._send(*[self._message(f"one of fifty, {n}") for n in range(50)], at_once=True)
        self._send(self._message("Still there?"))

    def stored(self, *, settle: float = 0.0) -> list[str]:
        """Return what is wrong with what is stored within `settle` seconds."""
        expected = Counter({(each[self._id], each[self._text]) for each in self._sent})
        until = time.monotonic() + settle
        while (found := self._found()) != expected and time.monotonic() < until:
            time.sleep(0.02)
        lost, added = expected - found, found - expected
        return [f"lost {each!r:.90}" for each in lost] + [f"added {each!r:.90}" for each in added]

    def _found(self) -> Counter[tuple[object, object]]:
        address = urlsplit(self._running.readback_url)
        try:
            body = self._ask(Post(b"", "GET"), address.path)[1]
        except OSError:
            return Counter()
        rows = [(each[self._id], each[self._text]) for each in json.loads(body)]
        return Counter(row for row in rows if row[0] not in self._dubious)

    # What the provider may send

    def _message(self, text: str = "Hi", **fields: Any) -> Payload:
        number = next(self._numbers)
        if self._provider == "ip1":
            return _ip1(number, text) | fields
        return _intelepeer(number, text) | fields

    def _plain(self) -> list[Payload]:
        """One message twice, its text again from the same sender and from another, and more."""
        first = self._message()
        sender = {"ip1": "sender", "intelepeer": "from"}[self._provider]
        other = self._message(**{sender: "46700000009" if sender == "sender" else "+46700000009"})
        return [first, first, self._message(), other, self._message("And another")]

    def _fields(self) -> list[Payload]:
        if self._provider == "intelepeer":
            return [
                self._message(x_unknown={"a": [None]}),
                self._message(**{"from": "1-1234"}),
                self._message(to="57-123456"),
                self._message(refid="SM" + "0" * 29 + "F"),
            ]
        bare = self._message()
        del bare["mcc"], bare["mnc"]
        odd = [{"created": "2026-01-01T00:00:00Z", "code": 101, "duration": 0}]
        return [
            bare,
            self._message(x_unknown={"a": [None]}),
            self._message(mcc=None, mnc=None),
            self._message(priority=2),
            self._message(type="Flash"),
            self._message(statuses=odd),
            self._message(statuses=[odd[0] | {"code": 199}]),
        ]

    def _order(self) -> list[Payload]:
        """Three messages, the last one first."""
        return [self._message(f"number {n}") for n in range(3)][::-1]

    def _texts(self) -> list[Payload]:
        return [self._message(text) for text in TEXTS]

    def _batch(self) -> list[Payload]:
        if self._provider == "intelepeer":
            return []
        first = self._message()
        tails = range(int(first["id"], 16), int(first["id"], 16) + 3)
        return [first | {"id": f"{tail:024x}", "body": f"of a batch, {tail}"} for tail in tails]

    def _copies(self) -> list[Payload]:
        return [*self._sent]

    # What nobody should send

    def _forge(self) -> None:
        forgeries = [self._message(signature=each) for each in FORGED]
        unsigned = self._message()
        del unsigned["signature"]
        for payload in (*forgeries, unsigned):
            post = Post(_json(payload))
            status = self._status(post)
            if not 300 <= status < 500:
                raise WrongAnswerError(status, post)

    def _assault(self) -> None:
        posts = [*map(Post, NO_MESSAGE), *self._spoilt()]
        for post, status in zip(posts, self._statuses(posts, self._hurried), strict=True):
            if status == _NO_ANSWER or status >= 500:
                raise WrongAnswerError(status, post)
        for method in ("GET", "HEAD"):
            self._status(Post(_json(self._message("by a safe method")), method))

    def _spoilt(self) -> Iterator[Post]:
        """Give messages that a lenient receiver may take."""
        for name in [name for name in self._dubious_message() if name != "signature"]:
            whole = self._dubious_message()
            yield Post(_json({key: value for key, value in whole.items() if key != name}))
            yield Post(_json(whole | {name: float("nan")}))
            yield Post(json.dumps(whole | {name: "\ud800"}).encode())
        for method in ("PUT", "PATCH", "DELETE"):
            yield Post(_json(self._dubious_message()), method)
        for kind in ("text/plain", "application/json; charset=nonsense"):
            yield Post(_json(self._dubious_message()), content_type=kind)
        nest = b"[" * 100_000 + b"]" * 100_000
        yield Post(_json(self._dubious_message())[:-1] + b', "x": ' + nest + b"}")
        yield Post(nest)

    def _dubious_message(self) -> Payload:
        payload = self._message("dubious")
        self._dubious |= {payload[self._id], "\ud800"}
        return payload

    # Sending

    def _send(self, *payloads: Payload, at_once: bool = False) -> None:
        """Send valid messages, each of which must be acknowledged in time."""
        self._sent += payloads
        posts = [Post(_json(each)) for each in payloads]
        for post, status in zip(
            posts, self._statuses(posts, at_once or self._hurried), strict=True
        ):
            if status != 200:
                raise WrongAnswerError(status, post)

    def _statuses(self, posts: Sequence[Post], at_once: bool) -> Iterable[int]:
        if not at_once:
            return map(self._settled, posts)
        with ThreadPoolExecutor(max(len(posts), 1)) as threads:
            return list(threads.map(self._settled, posts))

    def _settled(self, post: Post) -> int:
        """Return the status of the last of five attempts: a receiver may be busy for a moment."""
        for _ in range(4):
            if (status := self._status(post)) < 500:
                return status
        return self._status(post)

    def _status(self, post: Post) -> int:
        """Return the status of the answer; none, or none in time, is 0."""
        try:
            return self._ask(post, urlsplit(self._running.url).path)[0]
        except (OSError, http.client.HTTPException):
            return _NO_ANSWER

    def _ask(self, post: Post, path: str) -> tuple[int, bytes]:
        address = urlsplit(self._running.url)
        assert address.hostname
        start = time.monotonic()
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=self._limit)
        try:
            connection.request(post.method, path, post.body, {"Content-Type": post.content_type})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if time.monotonic() - start > self._limit:
            raise TimeoutError
        return answer.status, body


def _json(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def _ip1(number: int, text: str) -> Payload:
    second = 0x6A000000 + number
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
    return {
        "id": f"{second:08x}{number << 20 | 1:016x}",
        "batchId": f"{second:08x}{number << 20:016x}",
        "owner": "ip1-10001",
        "sender": "46712345678",
        "recipient": "456189040623",
        "body": text,
        "direction": "mo",
        "segments": len(text) // 153 + 1,
        "type": "SMS",
        "datacoding": "GSM" if text.isascii() else "UCS",
        "priority": 1,
        "statuses": [{"created": moment, "code": 201, "duration": 1}],
        "modified": moment,
        "mcc": "431",
        "mnc": "20",
    }


def _intelepeer(number: int, text: str) -> Payload:
    return {
        "refid": f"{number:032X}",
        "from": "+7708675309",
        "to": "+13038675309",
        "message": text,
        "signature": SECRET,
    }
