"""The guards: no name that is not ours, no page from elsewhere, no body beyond the cap."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from mohook.server.guards import is_own_host
from mohook.settings import ServeSettings
from tests.server.bench import API, NDJSON, Bench, message

BenchOf = Callable[..., Bench]

OWN = ["localhost", "LOCALHOST:7670", "127.0.0.1:7670", "127.1.2.3", "[::1]:7670", "app.localhost"]
FOREIGN = [
    "evil.example", "evil.example:7670", "localhost.evil.example", "127.0.0.1.evil.example",
    "192.168.1.4", "0.0.0.0", "[::]", "[::ffff:1.2.3.4]", "localhost@evil.example",
    "evil.example/localhost", "localhost:7670:80", "localhost:x", "", "[", "localhost evil",
]  # fmt: skip


@pytest.mark.parametrize("host", OWN)
def test_names_of_this_machine_are_answered(bench: Bench, host: str) -> None:
    """Loopback names and addresses are ours, with and without a port."""
    assert bench.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", [f"{API}/health", "/", "/_rest/v4/my/did/sms/webhook", "/nope"])
def test_foreign_names_are_misdirected(bench: Bench, host: str, path: str) -> None:
    """Any other Host is a 421 on every path, so that rebinding a name gains nothing."""
    answer = bench.client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    in_provider_form = path.startswith("/_rest")
    assert (answer.content_type == "application/json") is in_provider_form


@pytest.mark.parametrize(
    ("name", "bound", "own"),
    [
        ("192.168.1.4", "192.168.1.4", True),
        ("192.168.1.5", "192.168.1.4", False),
        ("bench.lan", "bench.lan", True),
        ("Bench.LAN.", "bench.lan", True),
        ("mohook", "0.0.0.0", True),
        ("10.0.0.7", "0.0.0.0", True),
        ("fd00::7", "::", True),
        ("evil.example", "0.0.0.0", False),
        ("", "0.0.0.0", False),
        ("mohook", "127.0.0.1", False),
        ("", "", False),
    ],
)
def test_the_bound_host_is_ours(name: str, bound: str, own: bool) -> None:
    """Bound to an address, that is ours; bound to all, any address and any name without a dot."""
    assert is_own_host(name, bound) is own


CHANGING = [
    ("POST", "/messages"), ("POST", "/reset"), ("DELETE", "/faults"), ("PUT", "/snapshot"),
    ("PUT", "/ip1/accounts/a"), ("POST", "/clock/advance"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_from_elsewhere_change_nothing(
    bench: Bench, method: str, path: str, headers: dict[str, str]
) -> None:
    """A call that a page of another origin makes is a 403 wherever something changes."""
    bench.post("/faults", {"steps": ["500"]})
    answer = bench.client.open(API + path, method=method, json=message(), headers=headers)
    assert answer.status_code == 403
    assert len(bench.get("/faults").json["faults"]) == 1


def test_the_own_page_may_change(bench: Bench) -> None:
    """A page that this server gave may call; so may a program, which sends no Origin."""
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert bench.post("/messages", message(), headers=own).status_code == 201
    assert bench.post("/messages", message()).status_code == 201


def test_nothing_is_shared_with_other_origins(bench: Bench) -> None:
    """No answer lets a page of another origin read it, preflight included."""
    elsewhere = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    asked = [
        bench.get("/messages", headers=elsewhere),
        bench.client.options(f"{API}/messages", headers=elsewhere),
    ]
    for answer in asked:
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert asked[1].status_code == 405


def test_no_answer_is_guessed_at_or_kept(bench: Bench) -> None:
    """Whatever a message contains, a browser takes an answer for what it says it is."""
    asked = [bench.get("/messages"), bench.get("/nothing"), bench.client.get("/"),
             bench.client.get("/_rest/nothing"), bench.get("/events")]  # fmt: skip
    for answer in asked:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_provider_call_across_sites_is_refused_in_its_form(bench: Bench) -> None:
    """IntelePeer's paths are for servers: a page that posts there gets 403, no problem details."""
    answer = bench.client.post(
        "/_rest/v4/authenticate", json={}, headers={"Origin": "https://evil.example"}
    )
    assert (answer.status_code, answer.json["code"]) == (403, 403)


@pytest.mark.parametrize("content_type", ["application/json", NDJSON])
def test_a_body_over_the_cap_is_refused(bench_of: BenchOf, content_type: str) -> None:
    """One byte more than the cap is a 413; the cap itself is not."""
    small = bench_of(serve=ServeSettings(clock="manual", request_cap=200))

    def posted(size: int) -> Any:
        body = b" " * (size - 2) + b"{}"
        return small.client.post(f"{API}/messages", data=body, content_type=content_type)

    assert (posted(201).status_code, posted(200).status_code) == (413, 422)
    assert "200 bytes" in posted(201).json["detail"]


def raw(url: str, request: bytes) -> bytes:
    """Return everything that comes back for bytes on a socket, until it is closed."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def test_broken_http_is_told_as_a_problem(url: str) -> None:
    """What the HTTP server itself refuses comes as problem details too."""
    answer = raw(url, b"GET /mohook/v1/health HTTP/1.1\r\nHost : x\r\n\r\n")
    assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert b"application/problem+json" in answer


def test_a_huge_body_is_refused_before_it_is_read(url: str) -> None:
    """A declared length far beyond the cap ends the connection with 413, unread."""
    head = b"POST /mohook/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999"
    answer = raw(url, head + b"\r\n\r\n{")
    assert b" 413 " in answer.partition(b"\r\n")[0]
    assert b"application/problem+json" in answer


def test_a_request_without_host_is_misdirected(url: str) -> None:
    """HTTP/1.0 without a Host names nobody: refused like a foreign one."""
    answer = raw(url, b"GET /mohook/v1/health HTTP/1.0\r\n\r\n")
    assert b" 421 " in answer.partition(b"\r\n")[0]
