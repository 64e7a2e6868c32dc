"""Every path of the emulator's own HTTP: control API, IntelePeer's API, portal, called in process.

The paths come from the app itself: one that is added is fuzzed without anybody's thinking of it.
"""

from __future__ import annotations

import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from flask import Flask
from hypothesis import strategies as st
from werkzeug.datastructures import Authorization

from mohook.delivery.clock import MANUAL_START
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.settings import Ip1Settings, ServeSettings, Settings
from mohook.submission import Submission
from tests.fuzzing.drawn import (
    broken_json,
    header_values,
    json_values,
    near,
    near_text,
    raw_json,
    spoilt,
    texts,
)
from tests.fuzzing.target import Check, Target
from tests.server.unplugged import Unplugged

__all__ = ["TARGETS", "Call"]

API = "/mohook/v1"
_PROVIDER = "/_rest/v4"
_MESSAGE = {
    "provider": "ip1", "from": "46712345678", "to": "456189040623", "body": "Hi", "count": 2,
    "batch": False, "fields": {"mcc": "240", "id": "5c61"},
}  # fmt: skip
_WEBHOOK = {"endpoints": ["+12161112222", "1-1234"], "webhook": "https://user:pass@www.my.com/"}
_BODIES: dict[str, Any] = {
    f"{API}/messages": _MESSAGE,
    f"{API}/resend": {"since": "2026-01-01T12:00:00Z"},
    f"{API}/clock": {"mode": "manual"},
    f"{API}/clock/advance": {"seconds": 3.5, "max_attempts": 3},
    f"{API}/faults": {
        "match": {"provider": "ip1", "to": "1", "from": "2", "body": "x"},
        "steps": ["500", "delay:5s", "lose-ack"],
        "times": 2,
    },
    f"{API}/ip1/accounts/<owner>": {"callback_url": "http://127.0.0.1:1/", "numbers": ["46700"]},
    f"{API}/intelepeer/customers/<name>": {
        "token": "a", "username": "b", "password": "c", "secret": "d",
        "signature": {"mode": "hmac", "hash": "sha1"},
    },
    f"{API}/intelepeer/numbers/<number>": {
        "customer": None, "sms_enabled": True, "cpaas_enabled": False, "webhook": "http://a/",
    },
    f"{API}/intelepeer/webhook": {"webhook": "http://127.0.0.1:1/"},
    f"{_PROVIDER}/my/did/sms/webhook": _WEBHOOK,
    f"{_PROVIDER}/authenticate": {"username": "ann", "password": "secret"},
}  # fmt: skip
_QUERIES = {
    "provider": "ip1", "state": "pending", "to": "456189040623", "after": "m1", "limit": "3",
    "wait": "0", "batch": "true", "reveal": "true", "format": "csv", "search": "Hi",
    "before": "m2", "rows": "1", "endpoint": "+12161112222", "key": "ip1.retry", "value": "1m",
}  # fmt: skip
_HEADERS = {
    "Host": "localhost", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin",
    "Accept": "text/event-stream", "Last-Event-ID": "3", "Authorization": "Bearer abc",
    "Content-Type": "application/json", "X-Forwarded-For": "1.2.3.4", "Range": "bytes=0-9",
    "If-None-Match": '"a"', "Accept-Language": "en",
}  # fmt: skip
_TOKEN = "a-token-of-some-length"
_PAIR = b64encode(f":{_TOKEN}".encode()).decode()
_UNSENDABLE = re.compile(r"[\r\n\x00]|[^\x00-\xff]")
_PATH_PARTS = ["m1", "f1", "ip1-10001", "acme", "+12161112222", "css/base.css", "js/main.js"]


@dataclass(frozen=True)
class Call:
    """One request, of whatever a client can send."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@cache
def _rules() -> list[tuple[str, str]]:
    """Return every path of the app with every method that it takes."""
    app = create_app(Unplugged(_settings()))
    rules = app.url_map.iter_rules()
    return sorted((method, str(rule)) for rule in rules for method in rule.methods or ())


def _settings() -> Settings:
    serve = ServeSettings(clock="manual", seed=7, keep=50, request_cap=1_000_000)
    return Settings(serve=serve, ip1=Ip1Settings(callback_url="http://127.0.0.1:1/", retry_limit=2))


def _filled(draw: Callable[..., Any], rule: str) -> str:
    parts = [
        quote(draw(st.one_of(st.sampled_from(_PATH_PARTS), texts)).encode("utf-8", "replace"))
        if part.startswith("<")
        else part
        for part in rule.split("/")
    ]
    return "/".join(parts)


def _drawn(
    draw: Callable[..., Any], known: dict[str, str], values: Any
) -> tuple[tuple[str, str], ...]:
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=3))
    return tuple((name, draw(st.one_of(st.just(known[name]), values))) for name in names)


@st.composite
def _calls(draw: Callable[..., Any], odd: str = "") -> Call:
    """Draw a call; what is not right about it is its `odd` part alone, or anything."""
    method, rule = draw(st.sampled_from(_rules()))
    odd = odd or draw(st.sampled_from(["body", "query", "headers", "path", "all"]))
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    if odd in ("query", "all"):
        query = _drawn(draw, _QUERIES, texts)
    if odd in ("headers", "all"):
        headers = _drawn(draw, _HEADERS, header_values)
    path = rule
    if "<" in rule:
        path = _filled(draw, rule)
    elif odd == "path":
        path = draw(near_text(rule))
    body = draw(_bodies(rule)) if odd in ("body", "all") else raw_json(_BODIES.get(rule, {}))
    return Call(method, path, query, headers, body)


def _bodies(rule: str) -> Any:
    if rule not in _BODIES:
        return st.one_of(st.just(b""), json_values.map(raw_json), broken_json)
    right = near(_BODIES[rule]).map(raw_json)
    return st.one_of(right, right, right, right.flatmap(spoilt), broken_json)


class _Failures(logging.Handler):
    """Keeps what the app logs when it answers 500: the failure itself is what a finding shows."""

    def __init__(self) -> None:
        super().__init__()
        self.last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.last = record.exc_info[1]


@dataclass
class _Served:
    """An emulator and its app, as it was at the beginning for each input."""

    emulator: Emulator = field(default_factory=lambda: Unplugged(_settings()))
    failures: _Failures = field(default_factory=_Failures)

    def __post_init__(self) -> None:
        self.app: Flask = create_app(self.emulator)
        self.client: Any = self.app.test_client()

    def begin(self) -> None:
        self.failures.last = None
        self.emulator.change_clock("manual")
        self.emulator.reset()
        self.emulator.clock.set(MANUAL_START)
        self.emulator.send([Submission("ip1", "46712345678", "456189040623", "Hi")])

    def call(self, call: Call) -> Any:
        answer = self.client.open(
            quote(call.path.encode("utf-8", "surrogatepass"), safe="/%") or "/",
            method=call.method,
            query_string=[(name, value.encode("utf-8", "replace")) for name, value in call.query],
            headers=call.headers or {"Content-Type": "application/json"},
            data=call.body,
            buffered=False,
        )
        try:
            if answer.mimetype == "text/event-stream":
                next(iter(answer.response), b"")
            else:
                answer.get_data()
        finally:
            answer.close()
        return answer


@contextmanager
def _serving(emulator: Emulator | None = None) -> Iterator[_Served]:
    served = _Served(emulator) if emulator else _Served()
    log = logging.getLogger("mohook")
    log.addHandler(served.failures)
    log.propagate = False
    try:
        yield served
    finally:
        log.removeHandler(served.failures)
        log.propagate = True
        served.emulator.stop()


def _judge(served: _Served, call: Call, answer: Any) -> None:
    if answer.status_code >= 500:
        told = f"{call.method} {call.path}: {answer.status_code}"
        raise AssertionError(told) from served.failures.last
    assert served.emulator.failure is None
    if answer.status_code >= 400 and call.method != "HEAD" and answer.mimetype != "text/html":
        refusal = json.loads(answer.get_data())
        assert {"detail", "code"} & refusal.keys(), refusal
    if answer.mimetype.endswith("json") and call.method != "HEAD":
        json.loads(answer.get_data())


@contextmanager
def _any_call() -> Iterator[Check]:
    with _serving() as served:

        def check(calls: list[Call]) -> None:
            served.begin()
            for call in calls:
                _judge(served, call, served.call(call))

        yield check


def _shows_it(authorization: str) -> bool:
    try:
        shown = Authorization.from_header(authorization)
    except ValueError:  # Werkzeug's, for `Basic` and what is no ASCII
        return False
    return shown is not None and _TOKEN in (shown.token, shown.password, shown.username)


@contextmanager
def _guarded() -> Iterator[Check]:
    serve = ServeSettings(clock="manual", control_token=_TOKEN)
    with _serving(Unplugged(Settings(serve=serve))) as served:

        def check(authorization: str) -> None:
            authorization = _UNSENDABLE.sub("", authorization)
            call = Call("GET", f"{API}/messages", (), (("Authorization", authorization),))
            answer = served.call(call)
            _judge(served, call, answer)
            assert answer.status_code == 401 or _shows_it(authorization)

        yield check


@contextmanager
def _lines() -> Iterator[Check]:
    with _serving() as served:

        def check(body: bytes) -> None:
            served.begin()
            before = served.emulator.store.journal.last
            kind = (("Content-Type", "application/x-ndjson"),)
            call = Call("POST", f"{API}/messages", (), kind, body)
            answer = served.call(call)
            _judge(served, call, answer)
            if answer.status_code != 201:
                assert served.emulator.store.journal.last == before

        yield check


def _taken() -> dict[str, Any]:
    """Return the snapshot of an emulator in which a little of everything has happened."""
    emulator = Unplugged(_settings())
    emulator.faults.add(["500", "ok"], times=2)
    emulator.intelepeer.put_default_webhook("http://user:pass@127.0.0.1:1/")
    emulator.send([Submission("ip1", "46712345678", "456189040623", "Hi")])
    emulator.send([Submission("intelepeer", "+13031112222", "+12161112222", "Hello \U0001f41d")])
    emulator.settle()
    taken: dict[str, Any] = json.loads(json.dumps(emulator.snapshot()))
    taken["random"] = [[3, [1] * 624 + [624], None], [3, [2] * 624 + [624], None]]
    emulator.stop()
    return taken


@contextmanager
def _snapshots() -> Iterator[Check]:
    with _serving() as served:

        def check(snapshot: Any) -> None:
            served.begin()
            before = json.dumps(served.emulator.snapshot())
            call = Call("PUT", f"{API}/snapshot", (), (), raw_json(snapshot))
            answer = served.call(call)
            _judge(served, call, answer)
            if answer.status_code != 204:
                assert json.dumps(served.emulator.snapshot()) == before
                return
            restored = served.emulator.snapshot()
            served.emulator.restore(json.loads(json.dumps(restored)))
            assert json.dumps(served.emulator.snapshot()) == json.dumps(restored)
            for path in _LOOKED_AT:
                _judge(served, Call("GET", path), served.call(Call("GET", path)))
            _advance(served)

        yield check


_LOOKED_AT = ["/", "/messages/m1", "/messages/m2", "/providers", "/reports", "/faults", "/state",
              f"{API}/messages", f"{API}/reports/sms", f"{API}/reports/mdr", f"{API}/events",
              f"{API}/faults", f"{API}/clock", f"{API}/ip1/accounts"]  # fmt: skip


def _advance(served: _Served) -> None:
    """Deliver what was restored: a snapshot that was taken must not end delivery."""
    step = raw_json({"until": "next", "max_attempts": 20})
    for _ in range(3):
        call = Call("POST", f"{API}/clock/advance", (), (), step)
        _judge(served, call, served.call(call))


def _some(calls: Any) -> Any:
    return st.lists(calls, min_size=1, max_size=3)


_right_lines = st.lists(near(_MESSAGE).map(raw_json), max_size=5).map(b"\n".join)

TARGETS = [
    Target("any call of any path", _some(_calls()), _any_call),
    Target("bodies of every path", _some(_calls("body")), _any_call),
    Target("headers, Last-Event-ID among them", _some(_calls("headers")), _any_call),
    Target(
        "Authorization where there is a control token",
        st.one_of(
            header_values,
            *map(near_text, (f"Bearer {_TOKEN}", f"Basic {_PAIR}", f'Digest username="{_TOKEN}"')),
        ),
        _guarded,
    ),
    Target("NDJSON", st.one_of(_right_lines, _right_lines.flatmap(spoilt), broken_json), _lines),
    Target("snapshots", st.deferred(lambda: near(_taken(), 4)), _snapshots),
]
