"""Receivers for the catalogue: a right one, and for each check one that it must find."""

from __future__ import annotations

import hmac
import html
import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote_plus

from mohook.providers import PROVIDERS
from mohook.providers.ip1.statuses import STATUS_CODES

__all__ = ["LIMIT", "PLANTED", "SECRET", "Receiver", "of_hostile", "that_stores_all"]

Payload = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

SECRET = "SECRET CODE"
LIMIT = 0.4  # seconds that an answer may take


def _same(text: str) -> str:
    return text


def _nothing(_: Payload) -> bool:
    return False


def _equal(given: object, right: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), right.encode())


def _literal(_: Payload) -> str:
    return SECRET


class CrashError(Exception):
    """A receiver fails."""


@dataclass(eq=False)
class Receiver:
    """A WSGI app that takes messages of one provider: right, but for what is given.

    `text` is what becomes of a text. `refuses` and `fails` are asked of each payload. `signed`
    compares the signature with the right one. `key` says which messages are the same.
    """

    provider: str
    text: Callable[[str], str] = _same
    refuses: Callable[[Payload], object] = _nothing
    fails: Callable[[Payload], object] = _nothing
    signed: Callable[[Any, str], object] = _equal
    signature: Callable[[Payload], str] = _literal
    key: Callable[[Payload], object] | None = None
    status: int = 200
    status_of_copies: int = 200
    takes: frozenset[str] = frozenset({"POST"})
    load: Callable[[bytes], Any] = json.loads
    copies: bool = False
    window: float = 0.0
    """Seconds between looking and storing, in which a copy may come."""
    remembers: int = 1_000_000
    pause: Callable[[str], float] = lambda _: 0.0
    one_at_a_time: bool = False
    rows: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = PROVIDERS[self.provider].wire
        self.seen: dict[object, None] = {}
        self.lock = Lock()
        self.turn = Lock()

    def readback(self) -> list[tuple[str, str]]:
        """Return what is stored: ids and texts."""
        return [*self.rows]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            status = self.answer(environ["REQUEST_METHOD"], body, environ)
        except CrashError:
            status = 500
        start_response(f"{status} Said", [("Content-Length", "0")])
        return [b""]

    def answer(self, method: str, body: bytes, environ: Mapping[str, Any]) -> int:
        del environ
        if method not in self.takes:
            return 405
        try:
            payload = self.load(body)
            texts = [payload[each] for each in (self.names.id, self.names.sender, self.names.text)]
            "".join(texts).encode()  # no half characters
            signed = self.provider == "ip1" or self.verified(payload)
        except (ValueError, TypeError, KeyError, RecursionError):
            return 400
        return self.take(payload) if signed else 403

    def verified(self, payload: Payload) -> bool:
        return bool(self.signed(payload["signature"], self.signature(payload)))

    def take(self, payload: Payload) -> int:
        if self.refuses(payload):
            return 422
        if self.fails(payload):
            raise CrashError
        if self.one_at_a_time:
            with self.turn:
                time.sleep(self.pause(payload[self.names.text]))
        else:
            time.sleep(self.pause(payload[self.names.text]))
        return self.keep(payload)

    def keep(self, payload: Payload) -> int:
        key = payload[self.names.id] if self.key is None else self.key(payload)
        with self.lock:
            known = key in self.seen and not self.copies
            if not self.window:
                self.remember(key)
        if known:
            return self.status_of_copies
        time.sleep(self.window)
        with self.lock:
            self.remember(key)
        self.store(payload)
        return self.status

    def remember(self, key: object) -> None:
        self.seen[key] = None
        while len(self.seen) > self.remembers:
            del self.seen[next(iter(self.seen))]

    def store(self, payload: Payload) -> None:
        self.rows.append((payload[self.names.id], self.text(payload[self.names.text])))


class StoresTheOneBefore(Receiver):
    """It acknowledges a message and stores it when the next one comes."""

    waiting: Payload | None = None

    def store(self, payload: Payload) -> None:
        with self.lock:
            payload, self.waiting = self.waiting or {}, payload
        if payload:
            super().store(payload)


class DropsWhatIsOld(Receiver):
    """It drops a message whose place is before that of the last one."""

    newest: object = ""

    def place(self, payload: Payload) -> object:
        return payload["modified"] if self.provider == "ip1" else payload["refid"]

    def store(self, payload: Payload) -> None:
        place = self.place(payload)
        if place >= self.newest:  # type: ignore[operator]
            self.newest = place
            super().store(payload)


class DropsWhatIsOvertaken(DropsWhatIsOld):
    """The same, by what the texts of the check say."""

    def place(self, payload: Payload) -> str:
        return "b" if str(_sms(payload)[1]).startswith("Newer") else "a"


class StoresWhatIsNoMessage(Receiver):
    """It stores everything that comes, by whatever method."""

    def answer(self, method: str, body: bytes, environ: Mapping[str, Any]) -> int:
        status = super().answer(method, body, environ)
        if status != 200:
            self.rows.append(("None", ""))
        return 200


class FailsAtWhatIsNoMessage(Receiver):
    """It answers everything that it does not take with a 500."""

    def answer(self, method: str, body: bytes, environ: Mapping[str, Any]) -> int:
        mime = environ.get("CONTENT_TYPE")
        odd = mime != "application/json" or {*environ} & _ODD
        status = super().answer(method, body, environ)
        return 500 if odd or status != 200 or b"Spoilt" in body else status


_ODD = {"HTTP_CONTENT_ENCODING", "HTTP_COOKIE", "HTTP_RANGE", "HTTP_ORIGIN"}


def _of(**wrong: Any) -> Callable[[str], Receiver]:
    return lambda provider: Receiver(provider, **wrong)


def _texts(change: Callable[[str], str]) -> Callable[[str], Receiver]:
    return _of(text=change)


def _refuses(refuses: Callable[[Payload], object]) -> Callable[[str], Receiver]:
    return _of(refuses=refuses)


def _takes(signed: Callable[[Any, str], object]) -> Callable[[str], Receiver]:
    return _of(signed=lambda given, right: _equal(given, right) or signed(given, right))


def _as_number(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def _as_json(text: str) -> str:
    try:
        return str(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _without(characters: str) -> Callable[[str], Receiver]:
    return _texts(lambda text: re.sub(f"[{characters}]", "", text))


def _sms(payload: Payload) -> tuple[object, object]:
    """Return sender and text."""
    return (
        payload.get("sender", payload.get("from")),
        payload.get("body", payload.get("message")),
    )


def _id(payload: Payload) -> str:
    return str(payload.get("id", payload.get("refid")))


_CONTENT: dict[str, Callable[[str], Receiver]] = {
    "content.empty": _of(fails=lambda payload: _sms(payload)[1] == ""),
    "content.one-character": _texts(lambda text: "" if len(text) == 1 else text),
    "content.gsm-alphabet": _texts(
        lambda text: text.encode("latin-1", "replace").decode("latin-1")
    ),
    "content.gsm-extension": _without("€^"),
    "content.numbers": _texts(_as_number),
    "content.words": _texts(lambda text: "" if text in ("null", "undefined") else text),
    "content.html": _texts(html.escape),
    "content.sql": _texts(lambda text: text.replace("'", "''")),
    "content.json": _texts(_as_json),
    "content.formats": _texts(lambda text: text.replace("%s", "None")),
    "content.url-encoding": _texts(unquote_plus),
    "content.white-space": _texts(lambda text: text.strip()),
    "content.line-breaks": _texts(lambda text: text.replace("\r\n", "\n")),
    "content.nul": _texts(lambda text: text.partition("\0")[0]),
    "content.control-characters": _without("\x01-\x08"),
    "content.scripts": _texts(lambda text: text.encode("cp1252", "replace").decode("cp1252")),
    "content.combining": _texts(lambda text: unicodedata.normalize("NFC", text)),
    "content.right-to-left": _without("\u202e\u200f"),
    "content.beyond-bmp": _without("\U00010000-\U0010ffff"),
    "content.joined-emoji": _without("\u200d\ufe0f"),
    "content.invisible": _without("\ufeff"),
    "content.one-part": _texts(lambda text: text[:150]),
    "content.several-parts": _texts(lambda text: text[:160]),
    "content.split-pairs": _texts(lambda text: text[:75]),
    "content.longest": _texts(lambda text: text[:10_000]),
}
_IDENTITY: dict[str, Callable[[str], Receiver]] = {
    "ack.exactly-200": _of(status=202),
    "ack.means-stored": StoresTheOneBefore,
    "identity.copy": _of(status_of_copies=409),
    "identity.copies-at-once": _of(window=0.01),
    "identity.lost-acknowledgement": _of(copies=True),
    "identity.failed-before": _of(status=500, copies=True),
    "identity.failed-between": _of(copies=True),
    "identity.overtaken-by-retry": _of(copies=True),
    "identity.much-later": _of(remembers=100),
    "identity.ids-one-character-apart": _of(key=lambda payload: _id(payload)[:-1]),
    "identity.sm-ids-one-character-apart": _of(key=lambda payload: _id(payload)[3:]),
    "identity.ids-like-numbers": _of(key=lambda payload: _as_number(_id(payload))),
    "order.reverse": DropsWhatIsOld,
    "order.overtaken": DropsWhatIsOvertaken,
    "order.yesterday": DropsWhatIsOld,
}
_TOLERANCE: dict[str, Callable[[str], Receiver]] = {
    "tolerance.unknown-fields": _refuses(lambda payload: "reference" in payload),
    "tolerance.unknown-status-fields": _refuses(lambda payload: len(payload["statuses"][0]) > 3),
    "tolerance.unknown-status-codes": _of(
        fails=lambda payload: payload["statuses"][0]["code"] not in STATUS_CODES
    ),
    "tolerance.known-status-codes": _refuses(
        lambda payload: payload["statuses"][0]["code"] not in (101, 201)
    ),
    "tolerance.status-not-final": _refuses(lambda payload: not payload["statuses"][0]["duration"]),
    "tolerance.operator-absent": _refuses(lambda payload: "mcc" not in payload),
    "tolerance.operator-null": _of(fails=lambda payload: payload.get("mcc", "") is None),
    "tolerance.operator-given": _refuses(lambda payload: payload.get("mnc") == "004"),
    "tolerance.operator-in-part": _refuses(
        lambda payload: ("mcc" in payload) != ("mnc" in payload)
    ),
    "tolerance.priority": _refuses(lambda payload: payload["priority"] != 1),
    "tolerance.flash": _refuses(lambda payload: payload["type"] != "SMS"),
    "tolerance.ucs": _refuses(lambda payload: payload["datacoding"] != "GSM"),
    "tolerance.parts": _refuses(lambda payload: len(str(_sms(payload)[1])) > 160),
    "tolerance.times": _refuses(
        lambda payload: payload["modified"] > payload["statuses"][0]["created"]
    ),
    "tolerance.batch": _of(key=lambda payload: payload["batchId"]),
    "tolerance.refid-hex": _refuses(lambda payload: not payload["refid"].startswith("SM")),
    "tolerance.refid-sm": _refuses(lambda payload: payload["refid"].startswith("SM")),
    "tolerance.short-code-sender": _refuses(lambda payload: payload["from"][0] != "+"),
    "tolerance.short-code-recipient": _refuses(lambda payload: payload["to"][0] != "+"),
    "tolerance.short-codes-on-both-sides": _refuses(
        lambda payload: "-" in payload["from"] and "-" in payload["to"]
    ),
    "tolerance.senders": _refuses(lambda payload: len(str(_sms(payload)[0])) > 13),
    "tolerance.json-forms": _of(load=lambda body: json.loads(body if body[:1] == b"{" else b"")),
    "tolerance.same-text-again": _of(key=_sms),
    "tolerance.same-text-from-another": _of(key=lambda payload: _sms(payload)[1]),
}
_FORGERY: dict[str, Callable[[str], Receiver]] = {
    "forgery.right-signature": _of(signed=lambda *_: False),
    "forgery.absent": _of(
        load=lambda body: {"signature": SECRET} | json.loads(body),
    ),
    "forgery.null": _takes(lambda given, _: given is None),
    "forgery.empty": _takes(lambda given, _: given == ""),
    "forgery.wrong": _takes(lambda given, right: len(str(given)) == len(right)),
    "forgery.prefix": _takes(lambda given, right: given and right.startswith(str(given))),
    "forgery.suffix": _takes(lambda given, right: str(given).startswith(right)),
    "forgery.last-part": _takes(lambda given, right: given and right.endswith(str(given))),
    "forgery.changed-case": _takes(lambda given, right: str(given).lower() == right.lower()),
    "forgery.no-string": _takes(lambda given, _: given is True),
    "forgery.not-ascii": _of(signed=lambda given, right: _only_ascii(given, right)),
}
_TIME: dict[str, Callable[[str], Receiver]] = {
    "time.plain": _of(pause=lambda _: 2 * LIMIT),
    "time.longest-text": _of(pause=lambda text: 2 * LIMIT if len(text) > 10_000 else 0),
    "time.fifty-at-once": _of(pause=lambda _: LIMIT / 20, one_at_a_time=True),
}


def _only_ascii(given: object, right: str) -> bool:
    try:
        return isinstance(given, str) and hmac.compare_digest(given, right)
    except TypeError as problem:
        raise CrashError from problem


PLANTED: Mapping[str, Callable[[str], Receiver]] = MappingProxyType(
    _CONTENT | _IDENTITY | _TOLERANCE | _FORGERY | _TIME
)
"""By the name of a check: makes a receiver that it must find. Hostile ones: see `of_hostile`."""


def of_hostile(provider: str) -> Receiver:
    """Return a receiver that answers 500 to all that is not as it should be."""
    return FailsAtWhatIsNoMessage(provider)


def that_stores_all(provider: str) -> Receiver:
    """Return a receiver that stores all that it gets."""
    return StoresWhatIsNoMessage(provider)
