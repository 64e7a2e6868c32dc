"""A small receiver that misbehaves by script: it stands for the application under test."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

__all__ = ["HANG", "SampleReceiver", "receiving"]

HANG = 0
"""Stands among the statuses of a script for no answer at all."""


class SampleReceiver(ThreadingHTTPServer):
    """Answers each path with the statuses of its script in turn; the last one repeats.

    `ended` lets go of the requests that hang.
    """

    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, scripts: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.ended = Event()
        self._scripts = scripts
        self._asked = dict.fromkeys(scripts, 0)
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_status(self, path: str) -> int:
        """Return what the next answer on this path is; 404 where there is no script."""
        script = self._scripts.get(path)
        if script is None:
            return 404
        with self._lock:
            place = min(self._asked[path], len(script) - 1)
            self._asked[path] += 1
        return script[place]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away; that is how the demo ends on Ctrl-C."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SampleReceiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = self.server.next_status(self.path)
        if status == HANG:
            self.server.ended.wait()
            self.close_connection = True
            return
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo shows the other side of each request."""


@contextmanager
def receiving(scripts: Mapping[str, tuple[int, ...]]) -> Iterator[SampleReceiver]:
    """Run a sample receiver on a free port for the length of a block."""
    receiver = SampleReceiver(scripts)
    thread = Thread(target=receiver.serve_forever, args=(0.05,), name="receiver", daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        receiver.shutdown()
        receiver.server_close()
