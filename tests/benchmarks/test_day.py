"""A day of virtual time is told as it was, and one that went wrong is not taken for a good one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.benchmarks.day import IN_PROCESS, MEMORY, Lived, against_chance, against_log, live
from tests.benchmarks.receivers import failing_receiver

Log = list[tuple[str, int]]
SECONDS = 600


@pytest.mark.slow
def test_some_minutes_are_lived_in_both_ways() -> None:
    """Over HTTP and in the same process, what was counted is what chance lets expect."""
    against_chance(live(MEMORY, IN_PROCESS, SECONDS), SECONDS)
    with failing_receiver(share=0.2, seed=1) as receiver:
        lived = live(MEMORY, receiver.url, SECONDS)
        against_chance(lived, SECONDS)
        against_log(lived, receiver.log())


def counted(delivered: int, failed: int, attempts: int) -> Lived:
    """Return a day that ended with these figures."""
    figures = {"delivered": delivered, "failed": failed, "attempts": attempts}
    return Lived(1.0, 50, 60, 0, figures)


GOOD = counted(delivered=2, failed=1, attempts=8)
LOG: Log = [("a", 500), ("b", 200), ("a", 200), *[("c", 500)] * 5]


def test_a_log_that_tells_the_same_is_taken() -> None:
    """Each message ends with its only 200, or after five refusals."""
    against_log(GOOD, LOG)


@pytest.mark.parametrize(
    ("lived", "log"),
    [
        pytest.param(counted(2, 1, 7), LOG[:-1], id="one given up too early"),
        pytest.param(counted(2, 1, 9), [*LOG, ("c", 500)], id="one given up too late"),
        pytest.param(counted(2, 1, 9), [*LOG, ("b", 200)], id="one delivered twice"),
        pytest.param(counted(2, 1, 9), [*LOG, ("b", 500)], id="one sent after it was delivered"),
        pytest.param(counted(2, 1, 9), [*LOG, ("d", 500)], id="one that nobody counts"),
        pytest.param(counted(2, 1, 9), LOG, id="an attempt that was not made"),
        pytest.param(counted(3, 1, 8), LOG, id="one that was never delivered"),
        pytest.param(counted(2, 2, 8), LOG, id="one that was never given up"),
    ],
)
def test_a_log_that_tells_something_else_is_refused(lived: Lived, log: Log) -> None:
    """What was lost, sent twice or counted wrong is noticed."""
    with pytest.raises(AssertionError):
        against_log(lived, log)


def good() -> Lived:
    """Return a day of 10,000 messages as it ought to be."""
    providers = {
        "ip1": {"delivered": 5_000, "failed": 0},
        "intelepeer": {"delivered": 4_998, "failed": 2},
    }
    figures = {"delivered": 9_998, "failed": 2, "attempts": 12_500, "failed_attempts": 2_502}
    return Lived(1.0, 50, 60, 0, {**figures, "by_provider": providers})


def lost_at_ip1(lived: Lived) -> Lived:
    """Leave one message of ip1 out."""
    lived.figures["by_provider"]["ip1"]["delivered"] -= 1
    return lived


def lost_at_intelepeer(lived: Lived) -> Lived:
    """Leave one message of IntelePeer out."""
    lived.figures["by_provider"]["intelepeer"]["delivered"] -= 1
    return lived


def uncounted(lived: Lived) -> Lived:
    """Count one failed attempt too few."""
    lived.figures["failed_attempts"] -= 1
    return lived


def waiting(lived: Lived) -> Lived:
    """Let one message wait for ever."""
    return lived._replace(pending=1)


def unlucky(lived: Lived) -> Lived:
    """Let IntelePeer give up far too often."""
    lived.figures["by_provider"]["intelepeer"] |= {"delivered": 4_960, "failed": 40}
    lived.figures.update(delivered=9_960, failed=40, failed_attempts=2_540)
    return lived


def tireless(lived: Lived) -> Lived:
    """Let attempts be made as if half of them failed."""
    lived.figures.update(attempts=20_000, failed_attempts=10_002)
    return lived


def test_a_day_as_chance_has_it_is_taken() -> None:
    """Nothing is lost, and of five thousand about two are given up."""
    against_chance(good(), 10_000)


@pytest.mark.parametrize(
    "spoilt", [lost_at_ip1, lost_at_intelepeer, uncounted, waiting, unlucky, tireless]
)
def test_a_day_that_chance_hardly_has_is_refused(spoilt: Callable[[Lived], Lived]) -> None:
    """What is lost, waits, or was tried too seldom or too often is noticed."""
    with pytest.raises(AssertionError):
        against_chance(spoilt(good()), 10_000)
