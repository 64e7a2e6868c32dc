"""Bodies in and out are capped: what is huge, deep or packed costs no more than it may."""

from __future__ import annotations

import gzip
import json
import resource

import pytest

from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.settings import ServeSettings, Settings
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.readback import sources
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.readback.sources import UrlReadback
from tests._receivers import Connection, Receiver
from tests._receivers.hangups import says
from tests.security.asking import API, asked, connected, request_bytes, whole_answer
from tests.security.conftest import Serve

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
DEEP = 200_000
_WITH_BODY = {"POST", "PUT", "PATCH"}


def taking_bodies() -> list[tuple[str, str]]:
    """Return every path of the control API and of IntelePeer's that takes a body."""
    app = create_app(Emulator())
    found = []
    for rule in app.url_map.iter_rules():
        path = str(rule).replace("<owner>", "a").replace("<name>", "a").replace("<id>", "m1")
        path = path.replace("<number>", "%2B12161112222")
        if path.startswith((API, "/_rest")):
            found += [(method, path) for method in _WITH_BODY & (rule.methods or set())]
    return sorted(found)


@pytest.mark.parametrize(("method", "path"), taking_bodies())
def test_a_body_that_nests_deeply_is_refused_wherever_one_is_taken(
    url: str, method: str, path: str
) -> None:
    """Two hundred thousand brackets are a 4xx at once, or are not looked at; the server goes on."""
    for body in (b"[" * DEEP, b'{"a":' * DEEP, b'{"fields":' + b"[" * DEEP + b"]" * DEEP + b"}"):
        answer = asked(url, path, method, headers=JSON, body=body)
        assert answer.status < 500, (answer.status, answer.body[:200])
        if answer.status >= 400:
            assert len(answer.body) < 5_000
    assert asked(url, f"{API}/health").status == 200


@pytest.mark.parametrize("headers", [JSON, NDJSON], ids=["json", "ndjson"])
@pytest.mark.parametrize("depth", [50, 190, 210, 100_000])
def test_fields_that_nest_deeply_are_delivered_or_refused(
    url: str, headers: dict[str, str], depth: int
) -> None:
    """A message is either accepted and shown, or a 4xx: never accepted and then unreadable."""
    nested = "[" * depth + "]" * depth
    body = (
        '{"provider":"ip1","from":"46712345678","to":"456189040623","body":"x","fields":{"a":'
        f"{nested}}}}}"
    )
    answer = asked(url, f"{API}/messages", "POST", headers=headers, body=body.encode())
    assert answer.status in (201, 400, 422)
    shown = [asked(url, path) for path in (f"{API}/messages", f"{API}/snapshot", "/")]
    assert [each.status for each in shown] == [200, 200, 200]
    kept = json.loads(shown[0].body)["messages"]
    assert len(kept) == (answer.status == 201)
    if kept:
        assert asked(url, f"/messages/{kept[0]['id']}").status == 200


def test_a_body_without_a_length_is_capped_too(serve: Serve) -> None:
    """In chunks that never end: a 413, or the connection closed, once the cap is passed."""
    url = serve(serve=ServeSettings(clock="manual", request_cap=10_000)).url
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    head = request_bytes(f"{API}/messages", "POST", JSON | {"Transfer-Encoding": "chunked"})
    with connected(url) as sock:
        sock.sendall(head.replace(b"Content-Length: 0\r\n", b""))
        try:
            for _ in range(1_000):
                sock.sendall(chunk)
        except ConnectionError:
            pass
        assert whole_answer(sock).status in (413, 0)
    assert asked(url, f"{API}/health").status == 200


def test_a_packed_body_is_not_unpacked(url: str) -> None:
    """A zip bomb sent to us is bytes that are no JSON."""
    bomb = gzip.compress(bytes(50_000_000))
    headers = JSON | {"Content-Encoding": "gzip"}
    assert asked(url, f"{API}/messages", "POST", headers=headers, body=bomb).status in (400, 415)


def test_a_head_without_end_is_refused(url: str) -> None:
    """Headers of a megabyte are a 431; so is a path of one."""
    for head in (
        request_bytes("/", headers={"X-A": "a" * 1_000_000}),
        request_bytes("/" + "a" * 1_000_000),
    ):
        with connected(url) as sock:
            try:
                sock.sendall(head)
            except ConnectionError:
                continue
            assert whole_answer(sock).status in (431, 0)
    assert asked(url, f"{API}/health").status == 200


def packed(body: bytes) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def endless(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while not connection.stopping:
        connection.send(b'{"id":1,"body":"x"},' * 1_000)


def dripping(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while not connection.stopping:
        connection.drip(b" " * 64)


def peak() -> int:
    """Return the most memory that this process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.fixture
def small_readback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_LARGEST", 1_000_000)
    monkeypatch.setattr(sources, "_PATIENCE", 1.0)


@pytest.mark.usefixtures("small_readback")
@pytest.mark.parametrize(
    "behave",
    [says(packed(gzip.compress(bytes(300_000_000), 9))), endless],
    ids=["zip-bomb", "endless"],
)
def test_a_readback_is_read_up_to_a_cap(behave: object) -> None:
    """What unpacks to hundreds of megabytes, or never ends, is refused before memory is taken."""
    with Receiver(behave) as receiver:  # type: ignore[arg-type] # one of two behaviours
        before = peak()
        with pytest.raises(ReadbackError, match="more than 1,000,000 bytes"):
            UrlReadback(receiver.url, Pointers("/id", "/body"), Settings(), receiver.url)()
        assert peak() - before < 50_000_000


@pytest.mark.slow
@pytest.mark.usefixtures("small_readback")
def test_a_readback_that_never_ends_is_ended() -> None:
    """A byte now and then is no answer: the whole of it must come in time."""
    with Receiver(dripping) as receiver, pytest.raises(ReadbackError, match="within 1 seconds"):
        UrlReadback(receiver.url, Pointers("/id", "/body"), Settings(), receiver.url)()
