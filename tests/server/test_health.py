"""Health tells the truth: ready, or what keeps the emulator."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.store.sql.opening import open_store
from tests.server.bench import Bench


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
