"""Kills at random moments under load: what was lost, and what was sent without reason."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.table import Row
from tests.crashing.killing import killed, killed_among
from tests.crashing.reckoning import Reckoning
from tests.postgres import state_url

__all__ = ["crash"]

KILLS, KILLS_AMONG = 52, 20


def crash() -> Iterator[Row]:
    """Give, on SQLite and on PostgreSQL, what many kills have done."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _rows("SQLite", killed(str(Path(folder, "state.sqlite")), KILLS, seed=11))
    with state_url() as where:
        yield from _rows("PostgreSQL", killed(where, KILLS, seed=12))
    with state_url() as where:
        told = killed_among(where, 3, KILLS_AMONG, seed=13)
        yield from _rows("PostgreSQL, one of three emulators each time", told)


def _rows(kind: str, told: Reckoning) -> Iterator[Row]:
    what = f"{kind}, {told.crashes} kills, {told.accepted:,} messages answered 201"
    yield Row(f"{what}: never delivered", str(len(told.lost)), "0", not told.lost)
    yield Row(f"{kind}: requests in all, unrecorded", f"{told.requests:,}, {told.unrecorded:,}")
    yield Row(
        f"{kind}: sent more often than journal and kills explain",
        str(len(told.unexplained)),
        "0",
        not told.unexplained,
    )
