"""Deliveries a second: the whole path of `mohook serve`, a bare pycurl loop, a requests loop.

All three post the same bodies to the same receiver, in turns, on the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from tests.benchmarks.bare import PAYLOAD, by_perform, by_socket_action
from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row, best, ratio

__all__ = ["emulator", "throughput"]

ROUNDS = 5
WHOLE_PATH = 40_000
BARE = 40_000
REQUESTS = 2_000


def throughput() -> Iterator[Row]:
    """Give the rates, and the ratios between them."""
    with fast_receiver() as url, emulator(url) as base:
        rounds = [
            (
                whole_path(base),
                by_perform(url, BARE),
                by_socket_action(url, BARE),
                requests_loop(url),
            )
            for _ in range(ROUNDS)
        ]
    whole, bare, sockets, loop = (best(rates) for rates in zip(*rounds, strict=True))
    yield Row("whole path: accepted, sent, recorded", f"{whole:,.0f}/s")
    yield Row("bare pycurl multi loop, by perform", f"{bare:,.0f}/s")
    yield Row("bare pycurl multi loop, by socket_action", f"{sockets:,.0f}/s")
    yield Row("requests loop", f"{loop:,.0f}/s")
    yield Row(
        "whole path against bare pycurl", ratio(whole, bare), "at least 0.50", whole >= bare / 2
    )
    yield Row("whole path against requests", ratio(whole, loop), "at least 15", whole >= 15 * loop)


@contextmanager
def emulator(url: str, *, keep: int = 1_000, state: str | None = None) -> Iterator[str]:
    """Run `mohook serve` as a user does, ip1's callback set to `url`; give its address."""
    command = [sys.executable, "-m", "mohook", "serve", "--json", "--port", "0", "--quiet"]
    command += ["--ip1-callback", url, "--keep", str(keep)] + (["--state", state] if state else [])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def whole_path(base: str) -> float:
    """Return deliveries a second, from the first byte accepted to the last one recorded."""
    lines = b"\n".join(
        b'{"provider":"ip1","from":"46712345678","to":"456189040623","body":"Hello %d"}' % number
        for number in range(WHOLE_PATH)
    )
    before = figures(base)["delivered"]
    started = time.perf_counter()
    post(f"{base}/mohook/v1/messages", lines)
    while (delivered := figures(base)["delivered"] - before) < WHOLE_PATH:
        time.sleep(0.05)
    assert delivered == WHOLE_PATH
    return WHOLE_PATH / (time.perf_counter() - started)


def post(url: str, body: bytes) -> None:
    """Post messages in bulk."""
    headers = {"Content-Type": "application/x-ndjson"}
    with urlopen(Request(url, body, headers), timeout=120) as answer:
        assert answer.status == 201


def figures(base: str) -> dict[str, int]:
    """Return the dashboard's figures."""
    with urlopen(f"{base}/mohook/v1/reports/sms", timeout=30) as answer:
        read: dict[str, int] = json.load(answer)
    return read


def requests_loop(url: str) -> float:
    """Return requests a second of one session, one after the other."""
    import requests

    with requests.Session() as session:
        started = time.perf_counter()
        for _ in range(REQUESTS):
            answer = session.post(
                url, data=PAYLOAD, headers={"Content-Type": "application/json"}, timeout=10
            )
            assert answer.status_code == 200
        return REQUESTS / (time.perf_counter() - started)
