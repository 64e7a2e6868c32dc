"""Real HTTP over real sockets: what is recorded is what was on the wire."""

from __future__ import annotations

import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from threading import Thread

import pytest

from mohook.delivery.transports import curl as curl_module
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.curl import CurlTransport, _Bell
from mohook.delivery.transports.transport import Exchange, Request
from tests._receivers import Answer, Connection, Receiver, scripted

BODY = '{"message":"ünï\U0001f600"}'.encode()
REFUSED_URL = "http://127.0.0.1:1/"


@pytest.fixture
def transport() -> Iterator[CurlTransport[str]]:
    with closing(CurlTransport[str]()) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with scripted() as made:
        yield made


def post(transport: CurlTransport[str], url: str, body: bytes = BODY) -> Exchange:
    transport.start(Request(url, body), url)
    [(token, exchange)] = transport.wait(30)
    assert token == url
    return exchange


def test_added_headers_are_sent_and_told_masked(receiver: Receiver) -> None:
    """What is added stands on the wire beside the rest, or in the place of it; nobody tells it."""
    added = (("X-Api-Key", "hush"), ("user-agent", "gateway/1"), ("Authorization", "Bearer hush"))
    with closing(CurlTransport[str](headers=added)) as transport:
        exchange = post(transport, f"http://user:pass@127.0.0.1:{receiver.port}/")
    [connection] = receiver.connections
    lines = ["POST / HTTP/1.1"]
    lines += [f"{name}: {dict(added).get(name, value)}" for name, value in exchange.request_headers]
    assert bytes(connection.received) == "\r\n".join([*lines, "", ""]).encode() + BODY
    assert "hush" not in repr(exchange)
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("target", "login"),
    [
        ("", ""),
        ("/", ""),
        ("/sms", ""),
        ("/sms?x=1&y=%20%C3%BC&z=[a]{b}|c", ""),
        ("//a//b", ""),
        ("/a/../b/./c", ""),
        ("/a%2Fb;c=d:e@f", ""),
        ("?x", ""),
        ("/sms", "user:pass@"),
        ("/sms", "us%40er:p%3A%C3%BCss@"),
        ("/sms", "user@"),
        ("/sms", ":pass@"),
    ],
)
def test_the_bytes_on_the_wire_are_what_is_recorded(
    transport: CurlTransport[str], receiver: Receiver, target: str, login: str
) -> None:
    """Request line, every header in its order, and the body: nothing more and nothing else."""
    origin = f"http://{login}127.0.0.1:{receiver.port}"
    exchange = post(transport, origin + target)
    path = target if target.startswith("/") else f"/{target}"
    lines = [f"POST {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in exchange.request_headers]
    head = "\r\n".join([*lines, "", ""]).encode()
    [connection] = receiver.connections
    assert bytes(connection.received) == head + BODY
    assert [name for name, _ in exchange.request_headers if name != "Authorization"] == [
        "Host",
        "User-Agent",
        "Accept",
        "Content-Type",
        "Content-Length",
    ]


@pytest.mark.parametrize(
    ("login", "pair"),
    [("user:pass@", "user:pass"), ("us%40er:p%3Ass@", "us@er:p:ss"), ("user@", "user:")],
)
def test_credentials_in_the_url_become_the_authorization(
    transport: CurlTransport[str], receiver: Receiver, login: str, pair: str
) -> None:
    """As Basic, percent-decoded; the receiver reads exactly these."""
    post(transport, f"http://{login}127.0.0.1:{receiver.port}/")
    [arrived] = receiver.requests
    assert arrived.header("Authorization") == f"Basic {b64encode(pair.encode()).decode()}"


def test_the_answer_is_kept_as_it_came(transport: CurlTransport[str]) -> None:
    """Status line, headers and body, bytes that are no text included."""
    answer = Answer(503, b"\x00\xffoops", (("X-A", "\xe9"), ("X-A", "b")))
    with scripted(answer) as receiver:
        exchange = post(transport, receiver.url)
    assert (exchange.outcome, exchange.status_code, exchange.error) == ("503", 503, None)
    assert exchange.response_head + exchange.response_body == answer.wire


def test_a_connection_is_used_again(transport: CurlTransport[str], receiver: Receiver) -> None:
    """Requests one after the other share one connection."""
    for number in range(5):
        assert post(transport, receiver.url, b"%d" % number).outcome == "200"
    assert len(receiver.connections) == 1
    assert [arrived.body for arrived in receiver.requests] == [b"0", b"1", b"2", b"3", b"4"]


def test_requests_of_different_sizes_on_one_handle_do_not_mix(
    transport: CurlTransport[str], receiver: Receiver
) -> None:
    """A short body after a long one is short, and empty is empty."""
    bodies = [b"x" * 100_000, b"{}", b"", b'{"a":1}']
    lengths = [post(transport, receiver.url, body).request_headers[-1][1] for body in bodies]
    assert [arrived.body for arrived in receiver.requests] == bodies
    assert lengths == [str(len(body)) for body in bodies]


def test_timings_are_in_the_order_of_the_phases(
    transport: CurlTransport[str],
) -> None:
    """Each phase ends after the one before, and a slow answer shows in the first byte."""
    with scripted(Answer(delay=timedelta(milliseconds=30))) as receiver:
        timings = post(transport, receiver.url).timings
    phases = [
        timings.name_lookup,
        timings.connect,
        timings.request_sent,
        timings.first_byte,
        timings.total,
    ]
    assert phases == sorted(phases)
    assert timings.first_byte >= 0.03
    assert timings.connect > 0
    assert timings.tls == 0


def test_many_requests_fly_at_once_and_each_comes_back_once(
    transport: CurlTransport[str],
) -> None:
    """A hundred requests to a receiver that holds each until all have come."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        holding.wait_for(100)
        connection.send(Answer().wire)

    with Receiver(behave) as holding:
        for number in range(100):
            transport.start(Request(holding.url, b"{}"), str(number))
        assert transport.in_flight == 100
        ended: list[str] = []
        while transport.in_flight:
            ended += [token for token, _ in transport.wait(30)]
    assert sorted(ended, key=int) == [str(number) for number in range(100)]


def test_localhost_by_name_works(transport: CurlTransport[str], receiver: Receiver) -> None:
    """Though the name may also mean an address at which nobody listens."""
    exchange = post(transport, f"http://localhost:{receiver.port}/sms")
    assert exchange.outcome == "200"
    assert receiver.requests[0].header("Host") == f"localhost:{receiver.port}"


def test_a_name_that_nobody_knows_is_its_own_outcome(transport: CurlTransport[str]) -> None:
    """The domain `invalid` has no hosts, by its definition."""
    assert post(transport, "http://receiver.invalid/").outcome == "name"


@pytest.mark.parametrize(
    "url", ["http://[bad/", "http://a b/", "http://", "gopher://127.0.0.1/", "http://ü\ud800/", ""]
)
def test_an_impossible_url_is_an_outcome_and_spoils_no_handle(
    transport: CurlTransport[str], receiver: Receiver, url: str
) -> None:
    """The request fails by itself; before and after it, another one arrives where it should."""
    assert post(transport, receiver.url).outcome == "200"
    failed = post(transport, url)
    assert not failed.outcome.isdigit()
    assert failed.error
    assert post(transport, receiver.url).outcome == "200"
    assert [arrived.path for arrived in receiver.requests] == ["/inbound", "/inbound"]


def test_a_foreign_address_is_forbidden_before_a_packet_is_sent(
    transport: CurlTransport[str],
) -> None:
    """The outcome says so, and the error names the option that would allow it."""
    exchange = post(transport, "http://192.0.2.1/")
    assert (exchange.outcome, exchange.status_code) == ("forbidden", None)
    assert "--allow-host 192.0.2.1" in (exchange.error or "")


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/"])
def test_a_clouds_own_address_is_forbidden_whatever_is_allowed(url: str) -> None:
    """Not even `*` opens it, in either spelling."""
    with closing(CurlTransport[str](allow=AddressRule(("*",)))) as transport:
        assert post(transport, url).outcome == "forbidden"


def test_an_allowed_address_is_tried() -> None:
    """With its pattern it is no longer forbidden, whatever comes of it."""
    limit = timedelta(milliseconds=50)
    with closing(
        CurlTransport[str](time_limit=limit, allow=AddressRule(("192.0.2.*",)))
    ) as transport:
        assert post(transport, "http://192.0.2.1/").outcome in {"timeout", "unreachable", "refused"}


def test_a_wake_ends_a_wait_in_another_thread(transport: CurlTransport[str]) -> None:
    """At once, with nothing in hand."""
    ended: list[object] = []
    waiting = Thread(target=lambda: ended.append(transport.wait(None)))
    waiting.start()
    transport.wake()
    waiting.join(10)
    assert ended == [[]]


@pytest.mark.parametrize("busy", [False, True])
def test_a_wake_that_comes_before_the_wait_ends_it_too(
    transport: CurlTransport[str],
    receiver: Receiver,
    busy: bool,
) -> None:
    """Work that came a moment before is not slept over, not even a second time."""
    if busy:
        post(transport, receiver.url)
    for _ in range(3):
        transport.wake()
        started = time.monotonic()
        assert transport.wait(10) == []
        assert time.monotonic() - started < 5


def test_one_wake_ends_one_wait(transport: CurlTransport[str]) -> None:
    """However often it rang before; the next wait waits its time."""
    for _ in range(5):
        transport.wake()
    transport.wait(10)
    started = time.monotonic()
    assert transport.wait(0.02) == []
    assert time.monotonic() - started >= 0.02


def test_a_ring_while_the_bell_is_silenced_leaves_it_fit_to_ring() -> None:
    """Were it thought to ring for ever, nobody would ever be woken again."""
    bell = _Bell()
    silent = bell._reader

    class Ringing:
        """The bell's reader, in the very moment in which another thread rings."""

        def recv(self, count: int) -> bytes:
            bell.ring()
            return silent.recv(count)

    with closing(bell):
        bell.ring()
        bell._reader = Ringing()  # type: ignore[assignment] # a socket to `recv`
        bell.silence()
        bell._reader = silent
        bell.ring()
        assert silent.recv(64)


def test_a_wait_of_months_is_no_error(
    transport: CurlTransport[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut to what the system takes; a retry due in 100 days must not stop the loop."""
    monkeypatch.setattr(curl_module, "_LONGEST_WAIT", 0.01)
    assert transport.wait(100 * 86_400) == []


def test_a_wait_of_months_is_cut_to_what_the_system_takes(transport: CurlTransport[str]) -> None:
    """Its own bound is one that polling takes."""
    waiting = Thread(target=transport.wait, args=(1e9,))
    waiting.start()
    transport.wake()
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_dead_kept_connection_is_no_reason_to_post_twice() -> None:
    """The receiver reads the second request and closes: it sees it once, the outcome is reset."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        connection.send(Answer().wire)
        connection.read_request()

    with Receiver(behave) as receiver, closing(CurlTransport[str]()) as transport:
        outcomes = [post(transport, receiver.url, body).outcome for body in (b"1", b"2", b"3")]
        assert [arrived.body for arrived in receiver.requests] == [b"1", b"2", b"3"]
    assert outcomes == ["200", "reset", "200"]


def test_closing_drops_what_is_in_flight() -> None:
    """Nothing is left to wait for, and closing twice is closing once."""
    with Receiver(lambda connection: connection.hold()) as receiver:
        transport = CurlTransport[str]()
        for number in range(10):
            transport.start(Request(receiver.url, b"{}"), str(number))
        transport.wait(0)
        transport.close()
        assert transport.in_flight == 0
        transport.close()
    transport.wake()


def test_the_environments_proxy_is_not_asked(
    transport: CurlTransport[str], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bench carrier speaks to the receiver itself."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, REFUSED_URL)
    assert post(transport, receiver.url).outcome == "200"


def test_a_process_without_sockets_left_is_an_outcome(
    transport: CurlTransport[str], receiver: Receiver
) -> None:
    """The limit on open files is told as the reason, and lifted it is no matter any more."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as probe:
        lowest_free = probe.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        exchange = post(transport, receiver.url)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert exchange.outcome == "error"
    assert "Too many open files" in (exchange.error or "")
    assert post(transport, receiver.url).outcome == "200"
