"""The machine finds each planted bug, in a short history."""

from __future__ import annotations

from operator import methodcaller

import pytest
from hypothesis import strategies as st

from tests.pytest_mohook.stateful import shops
from tests.pytest_mohook.stateful.running import failure, run, steps

BUGS: list[tuple[type[shops.Shop], str, str]] = [
    (shops.StoresAll, "ip1", "duplicated"),
    (shops.StoresAll, "intelepeer", "duplicated"),
    (shops.ByText, "ip1", "lost"),
    (shops.BySender, "intelepeer", "lost"),
    (shops.ByBatch, "ip1", "lost"),
    (shops.FailsAfterStoring, "ip1", "duplicated"),
    (shops.Cuts, "ip1", "altered"),
    (shops.Strips, "intelepeer", "altered"),
    (shops.Normalises, "ip1", "altered"),
    (shops.NeedsBmp, "ip1", "refused"),
    (shops.NeedsOperator, "ip1", "refused"),
    (shops.KnowsAllFields, "ip1", "refused"),
    (shops.KnowsOnePriority, "ip1", "refused"),
    (shops.KnowsOneStatus, "ip1", "refused"),
    (shops.NeedsLongCodes, "intelepeer", "refused"),
    (shops.NeedsHex, "intelepeer", "refused"),
    (shops.Answers204, "ip1", "refused"),
    (shops.Answers204, "intelepeer", "unacknowledged"),
    (shops.RefusesCopies, "ip1", "refused"),
    (shops.StoresNothing, "ip1", "lost"),
    (shops.RefusesAll, "ip1", "refused"),
]
MOST_STEPS = 5
"""Mostly there are two or three. The shrinker does not always find its way past swarm testing."""


@pytest.mark.slow
@pytest.mark.parametrize(("shop", "provider", "kind"), BUGS)
def test_a_planted_bug_is_found(shop: type[shops.Shop], provider: str, kind: str) -> None:
    """Within the default number of examples; a missing duplicate check in three steps."""
    error = failure(shop, provider)
    assert error.findings[0].kind == kind
    assert len(steps(error)) <= (3 if shop is shops.StoresAll else MOST_STEPS), steps(error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shop", "kind"), [(shops.Forgetful, "duplicated"), (shops.Buffering, "lost")]
)
def test_what_a_restart_forgets_is_found(shop: type[shops.Forgetful], kind: str) -> None:
    """By restarting, and not without: there is no such rule then."""
    error = failure(shop, "ip1", restart=methodcaller("restart"), concurrent=False)
    assert error.findings[0].kind == kind
    assert sum("restart()" in step for step in steps(error)) == 1
    assert len(steps(error)) <= MOST_STEPS, steps(error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shop", "kind"), [(shops.NewestOnly, "lost"), (shops.ForgetsInADay, "duplicated")]
)
def test_what_time_and_order_bring_to_light_is_found(shop: type[shops.Shop], kind: str) -> None:
    """Whatever the texts are."""
    error = failure(shop, "ip1", messages=st.just({"body": "Hi"}))
    assert error.findings[0].kind == kind
    assert len(steps(error)) <= MOST_STEPS, steps(error)


@pytest.mark.slow
def test_a_race_between_looking_and_storing_is_found() -> None:
    """By two copies at the same time, and not where the app is called for one after the other."""
    run(shops.Racing, "ip1", concurrent=False)
    error = failure(shops.Racing, "ip1")
    assert error.findings[0].kind == "duplicated"
    assert "state.fail_next(step='duplicate')" in steps(error)
    assert len(steps(error)) <= MOST_STEPS, steps(error)
