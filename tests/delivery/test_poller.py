"""Both pollers keep one contract, in all that libcurl does with descriptors."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterator

import pytest

from mohook.delivery.transports import poller as pollers
from mohook.delivery.transports.poller import READ, WRITE, Poller, SelectorPoller

KINDS: list[Callable[[], Poller]] = [SelectorPoller]
if sys.platform == "linux":
    KINDS.append(pollers.EpollPoller)


@pytest.fixture(params=KINDS)
def poller(request: pytest.FixtureRequest) -> Iterator[Poller]:
    with contextlib.closing(request.param()) as made:
        yield made


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


def test_a_socket_is_reported_while_there_is_something_to_read(poller: Poller, pair: Pair) -> None:
    """Not before, as long as it is not read, and not after."""
    ours, theirs = pair
    poller.watch(ours.fileno(), READ)
    assert poller.poll(0) == []
    theirs.send(b"x")
    assert poller.poll(5) == [(ours.fileno(), READ)]
    assert poller.poll(5) == [(ours.fileno(), READ)]
    ours.recv(1)
    assert poller.poll(0) == []


def test_a_socket_is_reported_when_it_can_be_written(poller: Poller, pair: Pair) -> None:
    """At once, for its buffer is empty."""
    ours, _ = pair
    poller.watch(ours.fileno(), WRITE)
    assert poller.poll(5) == [(ours.fileno(), WRITE)]


def test_both_events_are_told_together(poller: Poller, pair: Pair) -> None:
    """What is ready of what was asked for, in one report."""
    ours, theirs = pair
    poller.watch(ours.fileno(), READ | WRITE)
    assert poller.poll(5) == [(ours.fileno(), WRITE)]
    theirs.send(b"x")
    assert poller.poll(5) == [(ours.fileno(), READ | WRITE)]


def test_only_what_was_asked_for_last_is_told(poller: Poller, pair: Pair) -> None:
    """A later wish replaces the earlier one."""
    ours, theirs = pair
    poller.watch(ours.fileno(), WRITE)
    poller.watch(ours.fileno(), READ)
    assert poller.poll(0) == []
    theirs.send(b"x")
    poller.watch(ours.fileno(), WRITE)
    assert poller.poll(5) == [(ours.fileno(), WRITE)]


@pytest.mark.parametrize("wanted", [READ, READ | WRITE])
def test_the_other_sides_end_is_something_to_read(poller: Poller, pair: Pair, wanted: int) -> None:
    """Whoever waits for an answer learns that none will come."""
    ours, theirs = pair
    poller.watch(ours.fileno(), wanted)
    theirs.close()
    [(fd, events)] = poller.poll(5)
    assert fd == ours.fileno()
    assert events & READ


def test_a_forgotten_socket_is_not_reported(poller: Poller, pair: Pair) -> None:
    """However often it is asked, and though there is something to read."""
    ours, theirs = pair
    poller.watch(ours.fileno(), READ)
    poller.forget(ours.fileno())
    theirs.send(b"x")
    assert poller.poll(0) == []
    assert poller.poll(0) == []


@pytest.mark.parametrize("polled", [False, True])
def test_a_forgotten_socket_can_be_watched_again(poller: Poller, pair: Pair, polled: bool) -> None:
    """What came while it was forgotten is still there to read."""
    ours, theirs = pair
    poller.watch(ours.fileno(), READ)
    poller.forget(ours.fileno())
    theirs.send(b"x")
    if polled:
        poller.poll(0)
    poller.watch(ours.fileno(), READ)
    assert poller.poll(5) == [(ours.fileno(), READ)]


def test_forgetting_what_was_never_watched_or_is_closed_is_no_error(poller: Poller) -> None:
    """A socket may be closed by libcurl a socket before it says so."""
    poller.forget(9999)
    ours, theirs = socket.socketpair()
    fd = ours.fileno()
    poller.watch(fd, READ)
    ours.close()
    theirs.close()
    poller.forget(fd)
    poller.forget(fd)
    assert poller.poll(0) == []


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_number_that_means_another_socket_now_is_watched_anew(
    poller: Poller,
    pair: Pair,
    forgotten: bool,
) -> None:
    """The system gives a closed socket's number to the next one: its events are the new one's."""
    ours, theirs = pair
    old, old_peer = socket.socketpair()
    fd = old.fileno()
    poller.watch(fd, READ)
    if forgotten:
        poller.forget(fd)
    old.close()
    os.dup2(ours.fileno(), fd)
    try:
        poller.watch(fd, READ)
        assert poller.poll(0) == []
        old_peer.close()
        theirs.send(b"x")
        assert poller.poll(5) == [(fd, READ)]
    finally:
        poller.forget(fd)
        os.close(fd)


def test_many_sockets_are_each_reported_once(poller: Poller) -> None:
    """More than select() could hold at a time are no more trouble than one."""
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(50)]
        for ours, theirs in pairs:
            stack.enter_context(ours)
            stack.enter_context(theirs)
            poller.watch(ours.fileno(), READ)
            theirs.send(b"x")
        ready = poller.poll(5)
        assert sorted(ready) == sorted((ours.fileno(), READ) for ours, _ in pairs)


@pytest.mark.parametrize("wanted", [READ, WRITE, READ | WRITE])
def test_an_idle_connection_that_ended_is_told(poller: Poller, pair: Pair, wanted: int) -> None:
    """After the next look at the sockets; one that is only idle is not taken for ended."""
    ours, theirs = pair
    fd = ours.fileno()
    poller.watch(fd, wanted)
    poller.forget(fd)
    poller.poll(0)
    assert not poller.spoke_while_idle(fd)
    theirs.close()
    poller.poll(0)
    assert poller.spoke_while_idle(fd)
    assert not poller.spoke_while_idle(-1)


@pytest.mark.parametrize("wanted", [READ, WRITE, READ | WRITE])
def test_one_look_is_enough_to_see_an_end(poller: Poller, pair: Pair, wanted: int) -> None:
    """Whatever was waited for before it was idle."""
    ours, theirs = pair
    poller.watch(ours.fileno(), wanted)
    poller.forget(ours.fileno())
    theirs.close()
    poller.poll(0)
    assert poller.spoke_while_idle(ours.fileno())
