"""Serves the app over HTTP with waitress: a real port, threads, and a clean end."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
from ipaddress import ip_address
from threading import Event, Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from flask import Flask

from mohook.errors import SettingsError
from mohook.listening import url_at
from mohook.server.connections import ConnectionServer, bound_server
from mohook.server.current import attached
from mohook.server.events import CLOSING, MOST_STREAMS
from mohook.server.settling import MOST_WAITS

__all__ = ["HttpServer"]

THREADS = MOST_STREAMS + MOST_WAITS + 16
"""However many requests wait and stream, others find a thread."""

_PATIENCE = 5.0  # seconds for what is being answered when the server ends
_GRACE_FOR_BODIES = 65_536  # what a body may be over the cap and still be refused by the app


class HttpServer:
    """One app on one address. Use it in a `with` block, or call `start` and `stop`.

    Port 0 takes a free port; `port` and `url` tell the real one. The socket is bound when the
    object is made, so a port that is taken is told at once, as SettingsError; so is an address
    that other machines reach, where no control token is set.
    """

    def __init__(self, app: Flask, host: str = "127.0.0.1", port: int = 7670) -> None:
        self._app = app
        self._host = host
        self._socket = _bound(host, port, guarded=_has_token(app))
        self.port: int = self._socket.getsockname()[1]
        self._server = self._new_server()
        self._thread = Thread(target=self._server.run, name="mohook-http", daemon=True)
        self._stopped = False

    def _new_server(self) -> ConnectionServer:
        # It warns when a request has to wait for a thread; what fails it still tells.
        logging.getLogger("waitress").setLevel(logging.ERROR)
        cap = self._app.config["MAX_CONTENT_LENGTH"] + _GRACE_FOR_BODIES
        return bound_server(self._app, self._socket, threads=THREADS, cap=cap)

    @property
    def url(self) -> str:
        """Where a program on this machine finds the server."""
        return url_at(self._host, self.port)

    def start(self) -> None:
        """Begin to answer, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End: streams at once, what is being answered within five seconds."""
        if self._stopped:
            return
        self._stopped = True
        self._app.extensions[CLOSING].set()
        self._server.task_dispatcher.shutdown(timeout=_PATIENCE)
        if not self._thread.is_alive():
            self._server.close()
            return
        self._flush()
        self._close_in_its_thread()
        self._thread.join(_PATIENCE)

    def _close_in_its_thread(self) -> None:
        """Let the thread that answers close what it waits on: no other may.

        It closes the trigger too, so it must wait until that has been pulled to the end.
        """
        pulled = Event()

        def close() -> None:
            pulled.wait(_PATIENCE)
            self._close_all()

        try:
            self._server.trigger.pull_trigger(close)
        finally:
            pulled.set()

    def _flush(self) -> None:
        deadline = monotonic() + 1.0
        while self._unsent() and monotonic() < deadline:
            sleep(0.005)

    def _unsent(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.total_outbufs_len for channel in channels)

    def _close_all(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _has_token(app: Flask) -> bool:
    return attached(app).settings.serve.control_token is not None


def _bound(host: str, port: int, *, guarded: bool) -> socket.socket:
    try:
        family, kind, protocol, _, address = _found(host, port)
        _require_token(host, address[0], guarded=guarded)
        listener = socket.socket(family, kind, protocol)
    except OSError as problem:
        msg = f"--host {host!r}: no such address ({problem}); try --host 127.0.0.1"
        raise SettingsError(msg) from problem
    with contextlib.suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as problem:
        listener.close()
        raise SettingsError(_refused(host, port, problem)) from problem
    return listener


def _require_token(host: str, address: str, *, guarded: bool) -> None:
    if not guarded and not ip_address(address.partition("%")[0]).is_loopback:
        msg = (
            f"--host {host}: other machines reach this address: set a token that they must show, "
            "with --control-token or MOHOOK_CONTROL_TOKEN (`openssl rand -hex 16` prints one), or "
            "listen on --host 127.0.0.1"
        )
        raise SettingsError(msg)


def _found(host: str, port: int) -> Any:
    return socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]


def _refused(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"--port {port}: something listens on {host}:{port} already, perhaps another mohook; "
            "choose another port, or --port 0 for a free one"
        )
    if problem.errno == errno.EACCES:
        return f"--port {port}: not allowed to listen there; choose one above 1023, or --port 0"
    return f"--host {host!r} --port {port}: cannot listen there ({problem}); try --host 127.0.0.1"
