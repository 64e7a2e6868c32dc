"""PostgreSQL restarted under load: nothing is lost, and what is sent again was forgotten."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.crashing.loading import Load
from tests.crashing.reckoning import Reckoning
from tests.crashing.restarting import outside, restarted
from tests.own_postgres import Mode, OwnPostgres, own_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    """Give a server whose end costs what it had not written: the machine stays."""
    with own_postgres(fsync="off", wal_writer_delay="100ms") as own:
        yield own


def shuffled(seed: int, *, fast: int, immediate: int) -> list[Mode]:
    modes: list[Mode] = [*["fast"] * fast, *["immediate"] * immediate]  # type: ignore[list-item]
    Random(seed).shuffle(modes)
    return modes


def require_explained(told: Reckoning, load: Load) -> None:
    assert told.accepted
    assert told.lost == []
    assert told.unexplained == []
    assert load.refusals
    for status, body in load.refusals:
        problem = json.loads(body)
        assert status == 503, problem
        assert "cannot be read or written just now" in problem["detail"]


@pytest.mark.slow
@pytest.mark.postgres
def test_one_emulator_outlives_restarts(server: OwnPostgres) -> None:
    """In order, or as if the server crashed; a 503 for what was not accepted meanwhile."""
    require_explained(*restarted(server, 1, shuffled(1, fast=5, immediate=3), seed=1))


@pytest.mark.slow
@pytest.mark.postgres
def test_three_emulators_outlive_restarts(server: OwnPostgres) -> None:
    """The same where they share the state."""
    require_explained(*restarted(server, 3, shuffled(2, fast=2, immediate=1), seed=2))


def test_what_was_sent_at_no_crash_is_told() -> None:
    """Two requests of a message within the window and one that is recorded explain no third."""
    log = [("again", 500), ("early", 200), ("again", 500), ("early", 200), ("again", 200)]
    recorded = Counter({"again": 1, "early": 1})
    assert outside([(2, 5)], log, recorded) == []
    assert outside([(2, 4)], log, recorded) == ["again: 1 more, at no crash"]
    assert outside([], log, recorded) == [
        "again: 2 more, at no crash",
        "early: 1 more, at no crash",
    ]
