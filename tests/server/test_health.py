"""Health tells the truth: ready, or what keeps the emulator."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread, active_count
from typing import Any

import pytest

from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.server import in_time
from mohook.store.sql.opening import open_store
from tests.server.bench import Bench
from tests.stalling import Stalling, stalling_state


def test_an_emulator_that_is_well_is_ready(bench: Bench) -> None:
    """With its version and its clock."""
    told = bench.get("/health")
    assert (told.status_code, told.json["status"]) == (200, "ready")
    assert told.json["clock"] == "manual"


@pytest.mark.parametrize(
    ("problem", "kind", "words"),
    [
        (RuntimeError("a bug"), "delivery-stopped", "restart the emulator"),
        (StoreError("no room on the disk"), "store-away", "no room on the disk"),
    ],
)
def test_what_keeps_delivery_is_told(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    problem: Exception,
    kind: str,
    words: str,
) -> None:
    """As a 503 that says what is wrong."""
    monkeypatch.setattr(Emulator, "failure", property(lambda _: problem))
    told = bench.get("/health")
    assert told.status_code == 503
    assert told.json["type"] == f"urn:mohook:problem:{kind}"
    assert words in told.json["detail"]


def test_a_store_that_cannot_be_asked_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing is being delivered that would have met it; without a database's password."""

    def away(_: object) -> None:
        raise StoreError("postgresql://ann:hush@db/mohook does not answer")

    monkeypatch.setattr(bench.emulator.store, "messages", away)
    told = bench.get("/health")
    assert told.status_code == 503
    assert "does not answer" in told.json["detail"]
    assert "hush" not in told.text


def test_a_state_that_is_spoilt_under_it_is_told(tmp_path: Path) -> None:
    """A real file of SQLite, out of which somebody takes the messages; put back, all is well."""
    path = tmp_path / "state.sqlite"
    emulator = Emulator(store=open_store(str(path), keep=10))
    bench = Bench(emulator)
    assert bench.get("/health").status_code == 200
    with closing(sqlite3.connect(path)) as other:
        other.execute("ALTER TABLE mohook_messages RENAME TO taken")
        told = bench.get("/health")
        assert told.status_code == 503
        assert told.json["type"] == "urn:mohook:problem:store-away"
        assert str(path) in told.json["detail"]
        other.execute("ALTER TABLE taken RENAME TO mohook_messages")
    assert bench.get("/health").status_code == 200
    emulator.stop()


def answered(bench: Bench, path: str) -> Any:
    """Return what comes back, and fail where nothing does."""
    told: list[Any] = []
    asking = Thread(target=lambda: told.append(bench.client.get(path)), daemon=True)
    asking.start()
    asking.join(20)
    assert told, f"{path} hangs"
    return told[0]


def test_a_store_that_hangs_is_told_in_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is asked, one question alone waits for an answer."""
    monkeypatch.setattr(in_time, "PATIENCE", 0.02)
    goes_on = Event()
    monkeypatch.setattr(bench.emulator.store, "messages", lambda _: goes_on.wait())
    monkeypatch.setattr(bench.emulator.store, "figures", lambda: goes_on.wait())
    before = active_count()
    for _ in range(3):
        told = answered(bench, "/mohook/v1/health")
        assert told.status_code == 503
        assert told.json["type"] == "urn:mohook:problem:store-away"
        assert "has not answered for 0.02 s" in told.json["detail"]
        assert b"mohook_healthy 0.0" in answered(bench, "/metrics").data
    assert active_count() <= before + 2
    goes_on.set()
    monkeypatch.undo()
    while bench.get("/health").status_code != 200:
        pass


@pytest.fixture
def way() -> Iterator[tuple[Stalling, str]]:
    """Give a way to PostgreSQL, and the URL of an empty state at its end."""
    with stalling_state() as given:
        yield given


@pytest.mark.postgres
@pytest.mark.slow
def test_a_database_that_hangs_is_told_in_time(
    way: tuple[Stalling, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes connections, and answers no more; when it goes on, so does the health."""
    between, where = way
    bench = Bench(Emulator(store=open_store(where)))
    assert bench.get("/health").status_code == 200
    assert b"mohook_backlog_messages{" in bench.client.get("/metrics").data
    between.stall()
    monkeypatch.setattr(in_time, "PATIENCE", 0.1)
    told = answered(bench, "/mohook/v1/health")
    assert told.status_code == 503
    assert "look whether the database still runs" in told.json["detail"]
    scrape = answered(bench, "/metrics").data
    assert b"mohook_healthy 0.0" in scrape
    assert b"mohook_backlog_messages{" not in scrape
    between.go_on()
    while bench.get("/health").status_code != 200:
        pass
    bench.emulator.stop()
