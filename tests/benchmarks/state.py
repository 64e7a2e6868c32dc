"""`mohook serve --state` on an SQLite file: how fast, and with a million messages that wait."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mohook.delivery.message import Message
from mohook.delivery.origin import origin
from mohook.store.sql.opening import open_store
from tests.benchmarks.bare import by_perform
from tests.benchmarks.memory import resident
from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row, best, ratio
from tests.benchmarks.throughput import BARE, figures, whole_path
from tests.postgres import state_url

__all__ = ["state"]

ROUNDS = 3
FEW, MANY = 1_000, 1_000_000
_LOT = 20_000


def state() -> Iterator[Row]:
    """Give the rates side by side, and what a million pending messages cost."""
    with fast_receiver() as url, tempfile.TemporaryDirectory() as folder, state_url() as database:
        yield from _rates(url, str(Path(folder, "empty.sqlite")), database)
        yield from _waiting(url, folder)


def _rates(url: str, path: str, database: str) -> Iterator[Row]:
    with _serving(url) as memory, _serving(url, path) as file, _serving(url, database) as tables:
        served = (memory[1], file[1], tables[1])
        rounds = [
            (by_perform(url, BARE), *(whole_path(base) for base in served)) for _ in range(ROUNDS)
        ]
    bare, in_memory, on_file, on_postgres = (best(rates) for rates in zip(*rounds, strict=True))
    yield Row("bare pycurl multi loop, by perform", f"{bare:,.0f}/s")
    yield Row("whole path in memory", f"{in_memory:,.0f}/s")
    yield Row("whole path on an SQLite file", f"{on_file:,.0f}/s")
    aim = "at least 0.35"
    yield Row("… against bare pycurl", ratio(on_file, bare), aim, on_file >= 0.35 * bare)
    yield Row("whole path on PostgreSQL", f"{on_postgres:,.0f}/s")
    aim = "at least 0.15"
    yield Row("… against bare pycurl", ratio(on_postgres, bare), aim, on_postgres >= 0.15 * bare)


def _waiting(url: str, folder: str) -> Iterator[Row]:
    later = datetime.now(UTC) + timedelta(hours=6)
    few, many = (str(Path(folder, f"{name}.sqlite")) for name in ("few", "many"))
    _fill(few, FEW, url, later)
    _fill(many, MANY, url, later)
    with _serving(url, few) as beside_few, _serving(url, many) as beside_many:
        rounds = [(whole_path(beside_few[1]), whole_path(beside_many[1])) for _ in range(ROUNDS)]
        held = resident(beside_many[0].pid)
    slow, quick = (best(rates) for rates in zip(*rounds, strict=True))
    measure = f"deliveries a second beside {MANY:,} pending, against {FEW:,}"
    yield Row(measure, ratio(quick, slow), "at least 0.80", quick >= 0.8 * slow)
    yield Row("resident memory meanwhile", f"{held} MB", "under 300 MB", held < 300)
    due = str(Path(folder, "due.sqlite"))
    _fill(due, MANY, url, datetime.now(UTC))
    started = time.perf_counter()
    with _serving(url, due) as (_, base):
        while not figures(base)["delivered"]:
            time.sleep(0.01)
        seconds = time.perf_counter() - started
    measure = f"restart with {MANY:,} pending, until the first is delivered"
    yield Row(measure, f"{seconds:.1f} s", "under 3 s", seconds < 3)


def _fill(path: str, number: int, url: str, due: datetime) -> None:
    payload = b'{"body":"Hello","id":"0123456789abcdef01234567"}'
    with closing(open_store(path)) as store:
        for _ in range(0, number, _LOT):
            store.accept(
                [
                    Message(
                        store.next_id(), "ip1", "46712345678", "456189040623", "Hello",
                        "ip1:ip1-10001", payload, due, origin(url), due,
                    )
                    for _ in range(min(number, _LOT))
                ]
            )  # fmt: skip


@contextmanager
def _serving(url: str, where: str | None = None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    command = [sys.executable, "-m", "mohook", "serve", "--json", "--port", "0", "--quiet"]
    command += ["--ip1-callback", url, "--keep", "1000"] + (["--state", where] if where else [])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
