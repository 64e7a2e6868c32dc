"""Deliveries a second, beside other tools: the same bodies, receiver and machine, in turns.

mohook's figures hold more than the others': a journal of each attempt, or a judgement of each
message. Locust and `hey` send one body over and over.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.bare import PAYLOAD
from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row, best, ratio
from tests.benchmarks.throughput import emulator, requests_loop, whole_path

__all__ = ["tools"]

ROUNDS = 3
AT_ONCE = 64
SECONDS = 5
HEY_REQUESTS = 40_000
STEADY = 1_000  # messages a second

FAST_HTTP_USER = f"""
from locust import FastHttpUser, task

class Sender(FastHttpUser):
    @task
    def message(self):
        kind = {{"Content-Type": "application/json"}}
        self.client.post("/inbound", data={PAYLOAD!r}, headers=kind)
"""


def tools() -> Iterator[Row]:
    """Give the rates, and how mohook stands to each."""
    with tempfile.TemporaryDirectory() as name, fast_receiver() as url, emulator(url) as base:
        folder = Path(name)
        (folder / "locustfile.py").write_text(FAST_HTTP_USER)
        (folder / "payload.json").write_bytes(PAYLOAD)
        measured: dict[str, Callable[[], float]] = {
            "`mohook serve`, whole path": lambda: whole_path(base),
            f"`mohook load --users {AT_ONCE}`": lambda: _load(url, folder),
            f"Locust FastHttpUser, {AT_ONCE} users": lambda: _locust(url, folder),
            "requests loop": lambda: requests_loop(url),
        }
        if shutil.which("hey"):
            measured[f"hey -c {AT_ONCE}, one core"] = lambda: _hey(url, folder, "-cpus", "1")
            measured[f"hey -c {AT_ONCE}, all cores"] = lambda: _hey(url, folder)
        rounds: dict[str, list[float]] = {what: [] for what in measured}
        for _ in range(ROUNDS):
            for what, measure in measured.items():
                rounds[what].append(measure())
        yield from _rows({what: best(rates) for what, rates in rounds.items()})
        yield _lateness(url, folder)


def _rows(rates: dict[str, float]) -> Iterator[Row]:
    whole, *_ = rates.values()
    for what, rate in rates.items():
        against = "" if rate == whole else f" (the whole path is {ratio(whole, rate)} of it)"
        yield Row(what, f"{rate:,.0f}/s{against}")
    if not shutil.which("hey"):
        yield Row("hey", "not installed: apt-get install hey")


def _load(url: str, folder: Path) -> float:
    told = _storm(url, folder, "--users", str(AT_ONCE))
    return float(told["messages"]["delivered"] / told["seconds"])


def _storm(url: str, folder: Path, *shape: str) -> dict[str, Any]:
    words = [url, "--provider", "ip1", *shape, "--seconds", str(SECONDS), "--max-parts", "1"]
    ran = _ran([sys.executable, "-m", "mohook", "load", *words, "--json"], folder)
    told: dict[str, Any] = json.loads(ran)
    return told


def _locust(url: str, folder: Path) -> float:
    host = url.removesuffix("/inbound")
    words = [
        "--headless",
        "-u",
        str(AT_ONCE),
        "-r",
        str(AT_ONCE),
        "-t",
        str(SECONDS),
        "--host",
        host,
    ]
    ran = _ran([sys.executable, "-m", "locust", *words, "--json", "--loglevel", "ERROR"], folder)
    [stats] = json.loads(ran)
    assert stats["num_failures"] == 0
    took = stats["last_request_timestamp"] - stats["start_time"]
    return float(stats["num_requests"] / took)


def _hey(url: str, folder: Path, *words: str) -> float:
    command = ["hey", *words, "-n", str(HEY_REQUESTS), "-c", str(AT_ONCE), "-m", "POST"]
    ran = _ran([*command, "-T", "application/json", "-D", "payload.json", url], folder)
    answered = re.search(r"\[200\]\s+(\d+) responses", ran)
    assert answered
    assert int(answered[1]) == HEY_REQUESTS
    found = re.search(r"Requests/sec:\s+([0-9.]+)", ran)
    assert found
    return float(found[1])


def _lateness(url: str, folder: Path) -> Row:
    """Tell how late a storm begins its attempts by itself, far from its own limit."""
    told = _storm(url, folder, "--rate", str(STEADY))
    late = told["latency_ms"]["begun_late_by"]
    return Row(
        f"`mohook load --rate {STEADY}`: attempts begun late by (median / 99th percentile)",
        f"{late['p50']:.1f} / {late['p99']:.1f} ms",
    )


def _ran(command: list[str], folder: Path) -> str:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MOHOOK_", "LOCUST_"))}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
