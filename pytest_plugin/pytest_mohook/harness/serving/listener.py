"""A free port of 127.0.0.1 that is answered from threads, by HTTP/1.1, until it is closed."""

from __future__ import annotations

import logging
import socket
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from waitress.server import create_server  # type: ignore[import-untyped]
from waitress.task import ThreadedTaskDispatcher  # type: ignore[import-untyped]

from mohook.listening import url_at

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["AT_ONCE", "Listener"]

AT_ONCE = 64
"""Requests that an app may have at the same time: as many as the emulator sends to it at once."""

_HOST = "127.0.0.1"
_PATIENCE = 1.0  # seconds for an app that still answers when it is closed

_quiet = logging.getLogger("pytest_mohook.listening")
_quiet.setLevel(logging.ERROR)  # that a request waits for a thread is meant so


class Listener:
    """Serves a WSGI app from the moment it is made, with connections that are kept alive.

    `url` tells where. At most `at_once` requests are in the app at the same time.
    """

    def __init__(self, app: WSGIApplication, at_once: int) -> None:
        self._socket = socket.create_server((_HOST, 0))
        self.url: str = url_at(_HOST, self._socket.getsockname()[1])
        self._threads = _Threads(at_once)
        self._server = create_server(
            app, sockets=[self._socket], _dispatcher=self._threads, ident=None
        )
        self._loop = Thread(target=self._server.run, name="mohook-listener", daemon=True)
        self._loop.start()
        self._closed = False

    def close(self) -> None:
        """Stop at once; an app that does not return is left behind after a second."""
        if self._closed:
            return
        self._closed = True
        self._threads.shutdown(timeout=_PATIENCE)
        self._end_loop()
        self._loop.join(_PATIENCE)

    def _end_loop(self) -> None:
        """Let the thread that waits on the sockets close them: no other may.

        The trigger goes with them, so it must have been pulled to the end.
        """
        pulled = Event()

        def close_all() -> None:
            pulled.wait(_PATIENCE)
            for channel in list(self._server.active_channels.values()):
                channel.handle_close()
            self._server.close()

        try:
            self._server.trigger.pull_trigger(close_all)
        finally:
            pulled.set()


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc] # untyped
    """Starts a thread when a request finds none that is idle: most apps need one alone."""

    queue_logger = _quiet

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def add_task(self, task: Any) -> None:
        """Hand a request to a thread."""
        with self.lock:
            running = len(self.threads)
            busy = self.active_count + len(self.queue) >= running
        if busy and running < self._most:
            self.set_thread_count(running + 1)
        super().add_task(task)
