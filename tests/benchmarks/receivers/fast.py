"""Receivers that answer 200: as fast as they can, nginx or raw asyncio, or after some time."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from tests.benchmarks.receivers.process import serving

__all__ = ["fast_receiver", "late_receiver", "nginx_receiver", "raw_receiver"]

_PATIENCE = 10.0
_CONFIG = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ return 200; }}
    }}
}}
"""


def fast_receiver() -> AbstractContextManager[str]:
    """Return the quickest receiver of this machine; entered, it gives its URL.

    >>> with fast_receiver() as url:
    ...     url.startswith("http://127.0.0.1:")
    True
    """
    return nginx_receiver() if shutil.which("nginx") else raw_receiver()


@contextlib.contextmanager
def raw_receiver() -> Iterator[str]:
    """Give the URL of an asyncio server that answers 200 to everything."""
    with serving("raw") as [port]:
        yield f"http://127.0.0.1:{port}/inbound"


@contextlib.contextmanager
def late_receiver(seconds: float) -> Iterator[str]:
    """Give the URL of an asyncio server that answers 200 to everything, so much later."""
    with serving("late", str(seconds)) as [port]:
        yield f"http://127.0.0.1:{port}/inbound"


@contextlib.contextmanager
def nginx_receiver() -> Iterator[str]:
    """Give the URL of an nginx with one worker that answers 200 to everything."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        config = Path(folder, "nginx.conf")
        config.write_text(_CONFIG.format(folder=folder, port=port))
        # nginx opens its built-in error log before it reads where to write: not ours to show.
        command = ["nginx", "-p", folder, "-c", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_until_listening(process, port, Path(folder, "error.log"))
                yield f"http://127.0.0.1:{port}/inbound"
            finally:
                process.terminate()
                process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, errors: Path) -> None:
    for _ in range(500):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE).close()
            return
        # Waiting for its end is the pause: a broken nginx is noticed at once.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            break
    msg = f"nginx does not listen on port {port}: {errors.read_text() if errors.exists() else ''}"
    raise RuntimeError(msg)
