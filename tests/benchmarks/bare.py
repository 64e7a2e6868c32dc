"""libcurl's multi interface with nothing around it, driven in both ways that it has.

Like the emulator, the loops keep the status, the headers and the body of every answer.
"""

from __future__ import annotations

import selectors
import time
from io import BytesIO

import pycurl

__all__ = ["PAYLOAD", "by_perform", "by_socket_action"]

PARALLEL = 64
PAYLOAD = (
    b'{"id":"5c613848879973045cf39ac4","batchId":"5c613848879973045cf39ac3",'
    b'"owner":"ip1-10001","sender":"46712345678","recipient":"456189040623",'
    b'"body":"Hi my name is earl","direction":"mo","segments":1,"type":"SMS",'
    b'"datacoding":"GSM","priority":1,"statuses":[{"created":"2018-10-23T17:43:21Z",'
    b'"code":201,"duration":1}],"modified":"2018-10-23T17:43:19Z"}'
)


class Loop:
    """Handles in a multi stack: takes new requests as others end."""

    def __init__(self, url: str, count: int) -> None:
        self.multi = pycurl.CurlMulti()
        self.left = count
        self.open = count
        self._answers: dict[pycurl.Curl, tuple[BytesIO, BytesIO]] = {}
        self._idle = [self._easy(url) for _ in range(PARALLEL)]

    def _easy(self, url: str) -> pycurl.Curl:
        curl = pycurl.Curl()
        head, body = self._answers[curl] = (BytesIO(), BytesIO())
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json"])
        curl.setopt(pycurl.HEADERFUNCTION, head.write)
        curl.setopt(pycurl.WRITEFUNCTION, body.write)
        curl.setopt(pycurl.TIMEOUT_MS, 10_000)
        return curl

    def start(self) -> None:
        """Start as many requests as there are idle handles."""
        while self._idle and self.left:
            curl = self._idle.pop()
            for buffer in self._answers[curl]:
                buffer.seek(0)
                buffer.truncate()
            curl.setopt(pycurl.POSTFIELDS, PAYLOAD)
            self.multi.add_handle(curl)
            self.left -= 1

    def reap(self) -> None:
        """Take the requests that have ended."""
        queued = 1
        while queued:
            queued, answered, failed = self.multi.info_read()
            assert not failed
            for curl in answered:
                assert curl.getinfo(pycurl.RESPONSE_CODE) == 200
                self.multi.remove_handle(curl)
                self._idle.append(curl)
                self.open -= 1


def by_perform(url: str, count: int) -> float:
    """Return requests a second, driven by `perform` and `select`."""
    loop = Loop(url, count)
    started = time.perf_counter()
    while loop.open:
        loop.start()
        loop.multi.perform()
        loop.reap()
        if loop.open:
            loop.multi.select(1.0)
    return count / (time.perf_counter() - started)


def by_socket_action(url: str, count: int) -> float:
    """Return requests a second, driven by `socket_action` and a selector."""
    loop = Loop(url, count)
    selector = selectors.DefaultSelector()
    events = {
        pycurl.POLL_IN: selectors.EVENT_READ,
        pycurl.POLL_OUT: selectors.EVENT_WRITE,
        pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
    }

    def on_socket(what: int, fd: int, _multi: object, _data: object) -> None:
        if fd in selector.get_map():
            selector.unregister(fd)
        if what != pycurl.POLL_REMOVE:
            selector.register(fd, events[what])

    loop.multi.setopt(pycurl.M_SOCKETFUNCTION, on_socket)
    started = time.perf_counter()
    while loop.open:
        loop.start()
        if loop.multi.timeout() == 0:
            loop.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        for key, mask in selector.select(1.0):
            loop.multi.socket_action(key.fd, mask)
        loop.reap()
    return count / (time.perf_counter() - started)
