"""Nothing that was accepted is lost, whenever the emulator is killed.

A few kills here; `python -m tests.benchmarks crash` makes many.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.crashing.killing import killed, killed_among
from tests.crashing.loading import Load
from tests.crashing.reckoning import AT_STAKE, Reckoning, reckon
from tests.postgres import state_url

KILLS = 3


def require_explained(told: Reckoning) -> None:
    assert told.accepted
    assert told.lost == []
    assert told.unexplained == []


@pytest.mark.slow
def test_on_a_file_nothing_is_lost_nor_sent_without_reason(tmp_path: Path) -> None:
    """All that was answered 201 is delivered; a kill costs what was in flight one more request."""
    require_explained(killed(str(tmp_path / "state.sqlite"), KILLS, seed=1))


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql_nothing_is_lost_nor_sent_without_reason() -> None:
    """The same where the state is a database on its own."""
    with state_url() as where:
        require_explained(killed(where, KILLS, seed=2))


@pytest.mark.slow
@pytest.mark.postgres
def test_of_three_on_one_queue_one_is_killed_in_the_middle() -> None:
    """What it had in flight is sent by the others, once; all else is sent as the journal tells."""
    with state_url() as where:
        require_explained(killed_among(where, number=3, kills=1, seed=3))


def test_the_reckoning_finds_what_is_wrong() -> None:
    """A loss, a delivery after one that was recorded, one made up, and more than lanes hold."""
    load = Load()
    load.accepted = {"lost", "right", "again", "twice"}
    log = [("lost", 500), ("right", 500), ("right", 200), ("again", 200), ("again", 200)]
    log += [("twice", 200), ("twice", 200), ("made-up", 200)]
    recorded = Counter({"lost": 1, "right": 2, "again": 1, "twice": 2, "made-up": 1, "ghost": 1})
    told = reckon(Reckoning(1, AT_STAKE), load, log, recorded)
    assert told.lost == ["lost"]
    assert [each.partition(":")[0] for each in told.unexplained] == ["twice", "ghost", "made-up"]
    load.accepted = {str(n) for n in range(AT_STAKE + 1)}
    told = reckon(Reckoning(1, AT_STAKE), load, [(n, 200) for n in load.accepted], Counter())
    assert told.unexplained == [f"{AT_STAKE + 1} unrecorded after 1 crashes"]
