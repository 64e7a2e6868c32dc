"""Whatever a receiver does is an outcome: never a crash, a stuck loop or a growing buffer."""

from __future__ import annotations

import gc
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from mohook.delivery.transports.curl import CurlTransport
from mohook.delivery.transports.transport import Exchange, Request
from tests._receivers import Behaviour, Receiver, certificates, scripted
from tests._receivers import floods as flood
from tests._receivers import hangups as hangup
from tests._receivers import silence as silent
from tests._receivers.hangups import OK, says_and_keeps
from tests.delivery.hostile_table import (
    ANSWER_CAP,
    CHUNKED,
    HEAD_CAP,
    LONG,
    ROWS,
    SMALL,
    Addressed,
    Row,
    moved,
)


def new_transport(time_limit: float, *, follow: bool = False) -> CurlTransport[str]:
    limit = timedelta(seconds=time_limit)
    return CurlTransport(time_limit=limit, answer_cap=ANSWER_CAP, follow_redirects=follow)


def post(transport: CurlTransport[str], url: str, body: bytes = SMALL) -> Exchange:
    transport.start(Request(url, body), "it")
    [(token, exchange)] = transport.wait(30)
    assert token == "it"
    return exchange


def address(row: Row, receiver: Addressed) -> str:
    return receiver.url.replace("http:", "https:") if row.https else receiver.url


@pytest.fixture(scope="module")
def healthy() -> Iterator[Receiver]:
    with scripted() as receiver:
        yield receiver


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_a_hostile_receiver_ends_as_its_outcome_and_harms_nothing(
    row: Row, healthy: Receiver
) -> None:
    """The outcome is named, in time and capped, and the same transport delivers afterwards."""
    transport = new_transport(row.time_limit, follow=row.follow)
    with row.opened() as receiver, closing(transport):
        started = time.monotonic()
        exchange = post(transport, address(row, receiver), row.body)
        elapsed = time.monotonic() - started

        assert exchange.outcome in row.outcomes
        assert elapsed < row.at_most
        assert len(exchange.response_body) <= ANSWER_CAP
        assert len(exchange.response_head) <= HEAD_CAP
        assert (exchange.error is None) == exchange.outcome.isdigit()
        assert transport.in_flight == 0
        assert post(transport, healthy.url).outcome == "200"
        if isinstance(receiver, Receiver) and not row.follow:
            assert len(receiver.requests) <= 1


@pytest.mark.slow
def test_all_hostile_receivers_at_once_leave_a_healthy_one_alone(healthy: Receiver) -> None:
    """Each request comes back exactly once, and the healthy one before any time limit."""
    with ExitStack() as stack:
        transport = stack.enter_context(closing(new_transport(2.0)))
        rows = {row.name: row for row in ROWS if not row.follow}
        for row in rows.values():
            url = address(row, stack.enter_context(row.opened()))
            transport.start(Request(url, row.body), row.name)
        transport.start(Request(healthy.url, SMALL), "healthy")
        outcomes: dict[str, str] = {}
        came_back: list[str] = []
        while transport.in_flight:
            for token, exchange in transport.wait(10):
                came_back.append(token)
                outcomes[token] = exchange.outcome
        assert sorted(came_back) == sorted([*rows, "healthy"])
        assert outcomes.pop("healthy") == "200"
        silent_names = {row.name for row in rows.values() if "timeout" in row.outcomes}
        assert silent_names <= {name for name, ended in outcomes.items() if ended == "timeout"}


@pytest.mark.slow
def test_floods_do_not_starve_a_request_beside_them(healthy: Receiver) -> None:
    """While receivers send as fast as they can, `wait` keeps its timeout and others get in."""
    with ExitStack() as stack:
        transport = stack.enter_context(closing(new_transport(30.0)))
        for _ in range(6):
            behave = flood.endless(CHUNKED + b"4;", b"a=b;")
            flooding = stack.enter_context(Receiver(behave))
            transport.start(Request(flooding.url, SMALL), "flood")
        for _ in range(8):
            started = time.monotonic()
            assert transport.wait(0.05) == []
            transport.start(Request(healthy.url, SMALL), "healthy")
            assert [token for token, _ in transport.wait(10)] == ["healthy"]
            assert time.monotonic() < started + 10  # the floods end after thirty


def test_a_gzip_bomb_is_kept_as_it_came() -> None:
    """The body in the exchange is the bytes on the wire: nothing is unpacked."""
    with Receiver(flood.sends_gzip_bomb) as receiver, closing(new_transport(LONG)) as transport:
        assert post(transport, receiver.url).response_body == flood.bomb()


@pytest.mark.parametrize("follow", [False, True])
def test_a_redirect_to_another_port_is_followed_only_when_asked(*, follow: bool) -> None:
    """Not followed, it is a status like any other; followed, the same POST arrives there."""
    with (
        scripted() as target,
        Receiver(moved(307, target.url)) as first,
        closing(new_transport(LONG, follow=follow)) as transport,
    ):
        exchange = post(transport, first.url)
    assert exchange.outcome == ("200" if follow else "307")
    assert [(a.method, a.body) for a in target.requests] == ([("POST", SMALL)] if follow else [])


def test_extra_bytes_after_an_answer_do_not_answer_the_next_request() -> None:
    """What was sent beyond the length is dropped with its connection."""
    trap = OK + b"HTTP/1.1 500 Stale\r\nContent-Length: 0\r\n\r\n"
    with (
        Receiver(says_and_keeps(trap)) as receiver,
        closing(new_transport(LONG)) as transport,
    ):
        assert [post(transport, receiver.url).outcome for _ in range(3)] == ["200"] * 3


def test_a_connection_that_went_stale_costs_no_message() -> None:
    """A kept connection that its receiver closed is replaced, and each POST arrives once."""
    with (
        Receiver(hangup.answers_one_request_a_connection) as receiver,
        closing(new_transport(LONG)) as transport,
    ):
        for number in range(3):
            assert post(transport, receiver.url, b"%d" % number).outcome == "200"
            assert receiver.connections[number].ended.wait(5)
        assert [arrived.body for arrived in receiver.requests] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize(
    "end",
    [
        pytest.param(hangup.closes_without_an_answer, id="close"),
        pytest.param(hangup.resets_after_reading, id="reset"),
    ],
)
def test_one_attempt_is_one_post_even_when_a_kept_connection_dies(
    end: Behaviour, *, follow: bool
) -> None:
    """A request that was read and not answered is reset, never silently sent once more."""
    with (
        Receiver(hangup.takes_the_second_request_and(end)) as receiver,
        closing(new_transport(LONG, follow=follow)) as transport,
    ):
        outcomes = [post(transport, receiver.url, body).outcome for body in (b"1", b"2")]
    assert [arrived.body for arrived in receiver.requests] == [b"1", b"2"]
    assert outcomes == ["200", "reset"]


def test_closing_the_transport_in_mid_flight_frees_every_descriptor() -> None:
    """Requests that hang when the transport closes leave no socket behind."""
    with Receiver(silent.hangs_before_headers) as receiver:
        before = len(list(Path("/dev/fd").iterdir()))
        with closing(new_transport(LONG)) as transport:
            for number in range(50):
                transport.start(Request(receiver.url, SMALL), str(number))
            while len(receiver.requests) < 50:
                transport.wait(0.01)
            assert transport.in_flight == 50
        assert transport.in_flight == 0
        assert len(list(Path("/dev/fd").iterdir())) == before + 50  # the receiver's own side


def test_no_socket_is_left_to_the_collector(healthy: Receiver) -> None:
    """Every socket that was opened for libcurl is closed by its opener."""
    with warnings.catch_warnings(record=True) as caught, closing(new_transport(LONG)) as transport:
        warnings.simplefilter("always")
        post(transport, healthy.url)
        gc.collect()
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.parametrize(
    ("tls", "outcome", "said"),
    [
        pytest.param(certificates.unknown_authority, "200", "", id="good"),
        pytest.param(certificates.expired, "tls", "expired", id="expired"),
    ],
)
def test_a_named_authority_is_trusted_while_its_certificates_last(
    tls: Callable[[], ssl.SSLContext],
    outcome: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SSL_CERT_FILE names the authority that a development receiver's https comes from."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted_by(tmp_path)))
    with scripted(tls=tls()) as receiver, closing(new_transport(LONG)) as transport:
        exchange = post(transport, receiver.url)
    assert exchange.outcome == outcome
    assert said in (exchange.error or "")


@pytest.mark.parametrize("tls", [certificates.unknown_authority, certificates.expired])
def test_any_certificate_is_taken_where_that_is_asked_for(
    tls: Callable[[], ssl.SSLContext],
) -> None:
    """With `insecure` neither the issuer nor the dates of a certificate matter."""
    with (
        scripted(tls=tls()) as receiver,
        closing(CurlTransport[str](insecure=True)) as transport,
    ):
        assert post(transport, receiver.url).outcome == "200"
