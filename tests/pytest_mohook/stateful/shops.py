"""Receivers: right ones of several styles, and the same with one planted bug each."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from mohook.providers.intelepeer import payload as intelepeer
from mohook.providers.ip1 import payload as ip1

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Shop", "asgi_shop", "flask_shop", "flask_stored"]

Payload = dict[str, Any]
Row = tuple[str, str]


class Shop:
    """Right: a plain WSGI app that keeps texts by id, of either provider."""

    def __init__(self) -> None:
        self.rows: dict[object, Row] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        status = HTTPStatus(self.take(json.loads(body)) or 200)
        start(f"{status.value} {status.phrase}", [])
        return []

    def take(self, payload: Payload) -> int | None:
        """Take one message; return the status to answer where that is not 200."""
        self.rows.setdefault(self.key(payload), (identity(payload), self.text(payload)))
        return None

    def key(self, payload: Payload) -> object:
        return identity(payload)

    def text(self, payload: Payload) -> str:
        return str(payload.get("body", payload.get("message")))

    def stored(self) -> list[Row]:
        return list(self.rows.values())


def texts(shop: Shop) -> list[str]:
    return [text for _, text in shop.stored()]


def identity(payload: Payload) -> str:
    return str(payload.get("id", payload.get("refid")))


def sender(payload: Payload) -> str:
    return str(payload.get("sender", payload.get("from")))


class Busy(Shop):
    """Right: it is busy for every third request, and stores nothing of it."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def take(self, payload: Payload) -> int | None:
        self.count += 1
        return 503 if self.count % 3 == 0 else super().take(payload)


class AnswersLate(Shop):
    """Right at ip1, which comes again: 500 where it has just stored, 200 where it had before."""

    def take(self, payload: Payload) -> int | None:
        known = self.key(payload) in self.rows
        super().take(payload)
        return None if known else 500


class Kept(Shop):
    """Right: what it has stored outlives it."""

    def restart(self) -> Shop:
        again = type(self)()
        again.rows = self.rows
        return again


class Locked(Shop):
    """Right: it looks and stores under one lock."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()

    def take(self, payload: Payload) -> int | None:
        with self.lock:
            if identity(payload) not in self.rows:
                self.rows[identity(payload)] = (identity(payload), self.text(payload))
        return None


class StoresAll(Shop):
    """Bug: no duplicate check."""

    def key(self, payload: Payload) -> object:
        return len(self.rows), identity(payload)


class ByText(Shop):
    """Bug: the same text is taken for the same message."""

    def key(self, payload: Payload) -> object:
        return self.text(payload)


class BySender(Shop):
    """Bug: the same text of the same sender is taken for the same message."""

    def key(self, payload: Payload) -> object:
        return sender(payload), self.text(payload)


class ByBatch(Shop):
    """Bug: a request is taken for a message."""

    def key(self, payload: Payload) -> object:
        return payload["batchId"]


class NewestOnly(Shop):
    """Bug: what comes late is taken for old news."""

    newest = ""

    def take(self, payload: Payload) -> int | None:
        late = payload["modified"] < self.newest
        self.newest = max(self.newest, payload["modified"])
        return None if late else super().take(payload)


class ForgetsInADay(Shop):
    """Bug: it knows the ids of a day, as if nobody sent anything again after that."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, datetime] = {}

    def take(self, payload: Payload) -> int | None:
        now = datetime.fromisoformat(payload["modified"])
        newest = max([now, *self.seen.values()])
        self.seen = {one: at for one, at in self.seen.items() if newest - at < timedelta(days=1)}
        if identity(payload) not in self.seen:
            self.rows[len(self.rows)] = (identity(payload), self.text(payload))
        self.seen.setdefault(identity(payload), now)
        return None


class Racing(Shop):
    """Bug: between looking and storing, another may store."""

    def __init__(self) -> None:
        super().__init__()
        self.list: list[Row] = []

    def take(self, payload: Payload) -> int | None:
        known = {one for one, _ in self.list}
        if identity(payload) not in known:
            self.list.append((identity(payload), self.text(payload)))
        return None

    def stored(self) -> list[Row]:
        return list(self.list)


class Forgetful(Shop):
    """Bug: it remembers in the process alone what it has seen."""

    def __init__(self, table: list[Row] | None = None) -> None:
        super().__init__()
        self.table = [] if table is None else table

    def take(self, payload: Payload) -> int | None:
        if identity(payload) not in self.rows:
            self.table.append((identity(payload), self.text(payload)))
        return super().take(payload)

    def restart(self) -> Shop:
        return type(self)(self.table)

    def stored(self) -> list[Row]:
        return list(self.table)


class Buffering(Forgetful):
    """Bug: it acknowledges first and stores when it has two, which a restart loses."""

    def __init__(self, table: list[Row] | None = None) -> None:
        super().__init__(table)
        self.buffer: dict[str, str] = {}

    def take(self, payload: Payload) -> int | None:
        if identity(payload) not in dict(self.table):
            self.buffer[identity(payload)] = self.text(payload)
        if len(self.buffer) == 2:
            self.table += self.buffer.items()
            self.buffer.clear()
        return None

    def stored(self) -> list[Row]:
        return [*self.table, *self.buffer.items()]


class FailsAfterStoring(Shop):
    """Bug: it stores, answers 500 the first time, and stores again."""

    def take(self, payload: Payload) -> int | None:
        again = [one for one, _ in self.rows.values()].count(identity(payload))
        self.rows[len(self.rows)] = (identity(payload), self.text(payload))
        return None if again else 500


class Cuts(Shop):
    """Bug: a column of 160 characters."""

    def text(self, payload: Payload) -> str:
        return super().text(payload)[:160]


class Strips(Shop):
    """Bug: a form field that is stripped."""

    def text(self, payload: Payload) -> str:
        return super().text(payload).strip()


class Normalises(Shop):
    """Bug: one that means well."""

    def text(self, payload: Payload) -> str:
        return unicodedata.normalize("NFC", super().text(payload))


class NeedsBmp(Shop):
    """Bug: a database of three-byte UTF-8."""

    def text(self, payload: Payload) -> str:
        text = super().text(payload)
        if max(text, default="") > "\uffff":
            raise ValueError(text)
        return text


class NeedsOperator(Shop):
    """Bug: an mcc that is there is taken for a text."""

    def take(self, payload: Payload) -> int | None:
        payload.get("mcc", "").strip()
        return super().take(payload)


class KnowsAllFields(Shop):
    """Bug: a field that it does not know is an error."""

    KNOWN = frozenset((*ip1.WIRE_ORDER, *intelepeer.WIRE_ORDER))

    def take(self, payload: Payload) -> int | None:
        return super().take(payload) if payload.keys() <= self.KNOWN else 400


class KnowsOnePriority(Shop):
    """Bug: priority is 1."""

    def take(self, payload: Payload) -> int | None:
        return super().take(payload) if payload["priority"] == 1 else 422


class KnowsOneStatus(Shop):
    """Bug: a status is one of those that the documents name."""

    def take(self, payload: Payload) -> int | None:
        known = {101, 102, 103, 104, 110, 111, 112, 113, 114, 201, 202, 203, 402, 403, 404}
        return super().take(payload) if payload["statuses"][0]["code"] in known else 422


class NeedsLongCodes(Shop):
    """Bug: a number begins with a plus sign."""

    def take(self, payload: Payload) -> int | None:
        return super().take(payload) if payload["from"].startswith("+") else 400


class NeedsHex(Shop):
    """Bug: a reference id is a hex number."""

    def take(self, payload: Payload) -> int | None:
        int(payload["refid"], 16)
        return super().take(payload)


class Answers204(Shop):
    """Bug: nothing to say is no 200."""

    def take(self, payload: Payload) -> int | None:
        super().take(payload)
        return 204


class RefusesCopies(Shop):
    """Bug: what it has already is a conflict."""

    def take(self, payload: Payload) -> int | None:
        known = self.key(payload) in self.rows
        super().take(payload)
        return 409 if known else None


class StoresNothing(Shop):
    """Bug: a 200 and no more."""

    def take(self, payload: Payload) -> int | None:
        assert identity(payload)
        return 200


class RefusesAll(Shop):
    """Bug: stores exactly what it acknowledges, which is nothing."""

    def take(self, payload: Payload) -> int | None:
        assert identity(payload)
        return 500


def flask_shop() -> Flask:
    """Right: Flask and SQLite, a unique column for the id."""
    app = Flask("shop")
    app.rows = sqlite3.connect(":memory:", check_same_thread=False)  # type: ignore[attr-defined]
    app.rows.execute("CREATE TABLE sms (id TEXT PRIMARY KEY, body TEXT NOT NULL)")  # type: ignore[attr-defined]

    @app.post("/sms")
    def take() -> str:
        payload = request.get_json()
        row = payload.get("id", payload.get("refid")), payload.get("body", payload.get("message"))
        with app.rows:  # type: ignore[attr-defined]
            app.rows.execute("INSERT OR IGNORE INTO sms VALUES (?, ?)", row)  # type: ignore[attr-defined]
        return ""

    return app


def flask_stored(app: Any) -> list[Row]:
    return list(app.rows.execute("SELECT id, body FROM sms"))


def asgi_shop() -> Callable[..., Awaitable[None]]:
    """Right: a bare ASGI app."""
    rows: dict[str, Payload] = {}

    async def app(scope: Payload, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event.get("more_body")
        payload = json.loads(body)
        rows.setdefault(payload.get("id", payload.get("refid")), payload)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app.rows = rows  # type: ignore[attr-defined]
    return app


def asgi_stored(app: Any) -> list[Payload]:
    return list(app.rows.values())
