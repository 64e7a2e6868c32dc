"""Health tells the truth: ready, or what keeps the emulator."""

from __future__ import annotations

import pytest

from mohook.emulator import Emulator
from mohook.errors import StoreError
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
