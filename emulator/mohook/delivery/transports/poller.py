"""Waiting for sockets on behalf of libcurl: epoll where there is one, selectors elsewhere."""

from __future__ import annotations

import select
import selectors
import sys
from contextlib import suppress
from typing import Protocol

__all__ = ["READ", "WRITE", "Poller", "new_poller"]

READ = 1
WRITE = 2


class Poller(Protocol):
    """The set of sockets to watch. Events are READ, WRITE or both."""

    def watch(self, fd: int, events: int) -> None:
        """Watch `fd` for `events`, whatever was asked for it before."""

    def forget(self, fd: int) -> None:
        """Stop watching `fd`, which may be closed already."""

    def poll(self, timeout: float | None) -> list[tuple[int, int]]:
        """Return (fd, events) that are ready; block up to `timeout` seconds."""

    def spoke_while_idle(self, fd: int) -> bool:
        """Whether `fd` had something to read after it was forgotten, as of the last `poll`."""

    def close(self) -> None:
        """Free the descriptors that polling itself uses."""


if sys.platform == "linux":

    class EpollPoller:
        """epoll, lazily told: a kept-alive connection costs one system call a request.

        A descriptor that libcurl lets go stays registered, because the next request
        nearly always takes the same connection. `modify` then tells by its error whether the
        number still means the same socket, and an event nobody waits for unregisters it.
        """

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._wanted: dict[int, int] = {}
            self._spoke: set[int] = set()

        def watch(self, fd: int, events: int) -> None:
            mask = events if events < WRITE else (events & READ) | select.EPOLLOUT
            try:
                if fd in self._wanted:
                    self._epoll.modify(fd, mask)
                else:
                    self._epoll.register(fd, mask)
            except FileNotFoundError:
                self._epoll.register(fd, mask)
            self._wanted[fd] = events
            if fd in self._spoke:
                self._spoke.discard(fd)

        def forget(self, fd: int) -> None:
            wanted = self._wanted.get(fd)
            if wanted:
                self._wanted[fd] = 0
                if wanted & WRITE:
                    with suppress(OSError):  # closed already
                        self._epoll.modify(fd, select.EPOLLIN)  # what tells that it has ended

        def poll(self, timeout: float | None) -> list[tuple[int, int]]:
            ready = []
            for fd, mask in self._epoll.poll(timeout):
                if wanted := self._wanted.get(fd):
                    ready.append((fd, READ if mask == select.EPOLLIN else _events(mask, wanted)))
                else:
                    self._unregister(fd)
            return ready

        def spoke_while_idle(self, fd: int) -> bool:
            return fd in self._spoke

        def _unregister(self, fd: int) -> None:
            self._wanted.pop(fd, None)
            self._spoke.add(fd)
            try:
                self._epoll.unregister(fd)
            except OSError:
                return  # closed since: epoll has dropped it by itself

        def close(self) -> None:
            self._epoll.close()

    def _events(mask: int, wanted: int) -> int:
        if mask & (select.EPOLLERR | select.EPOLLHUP):
            return wanted
        return (READ if mask & select.EPOLLIN else 0) | (WRITE if mask & select.EPOLLOUT else 0)


class SelectorPoller:
    """The standard library's selector, for systems without epoll."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, fd: int, events: int) -> None:
        self.forget(fd)
        self._selector.register(fd, events)

    def forget(self, fd: int) -> None:
        try:
            self._selector.unregister(fd)
        except KeyError:
            return  # never watched, or forgotten before

    def poll(self, timeout: float | None) -> list[tuple[int, int]]:
        return [(key.fd, events) for key, events in self._selector.select(timeout)]

    def spoke_while_idle(self, fd: int) -> bool:
        try:
            return bool(select.select([fd], [], [], 0)[0])
        except (OSError, ValueError):
            return False  # closed, or a number that select cannot take: nothing is known

    def close(self) -> None:
        self._selector.close()


def new_poller() -> Poller:
    """Return the quickest poller of this system."""
    return EpollPoller() if sys.platform == "linux" else SelectorPoller()
