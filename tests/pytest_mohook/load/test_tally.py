"""Lots add up to counts and latencies; nothing is counted twice or left out."""

from __future__ import annotations

from typing import Any

from pytest_mohook.load.tally import Quantiles, Tally


def lot(index: int = 0, **told: Any) -> dict[str, Any]:
    return {"index": index, "since": 1.0, "sent": 0, "open": 0, "tried": [], "settled": []} | told


def test_quantiles_are_values_that_were_measured() -> None:
    """Of a hundred values the 99th percentile is the 99th, and the maximum the last."""
    found = Quantiles.of(each / 1000 for each in range(100, 0, -1))
    assert found == Quantiles(0.05, 0.09, 0.095, 0.099, 0.1)


def test_of_nothing_there_are_no_quantiles() -> None:
    """No percentile is made up where nothing was measured."""
    assert Quantiles.of([]) is None


def test_workers_add_up_and_each_tells_its_own_total() -> None:
    """What a process has sent in all replaces what it said before, and adds to the others."""
    tally = Tally()
    for told in (lot(0, sent=3), lot(1, sent=4), lot(0, sent=5)):
        tally.add(told)
    assert tally.sent == 9
    assert dict(tally.workers) == {0: 5, 1: 4}


def test_every_message_stands_where_it_ended() -> None:
    """Delivered, given up, pending and unsent are apart; all but the first are undelivered."""
    tally = Tally()
    tally.add(
        lot(
            sent=4,
            tried=[(1, 0.1, 0.0, "200"), (1, 0.2, 0.0, "500"), (2, 0.3, 0.01, "timeout")],
            settled=[("a", 0, "delivered", 0.1, False), ("b", 1, "failed", 0.9, True)],
        )
    )
    assert tally.open == 2  # nobody has told what became of them yet
    tally.add(lot(sent=4, done=True, left=[("c", 2, "pending", 0.0, False)], unsent=2, cut=True))
    assert (tally.delivered, tally.given_up, tally.open, tally.unsent) == (1, 1, 2, 2)
    assert tally.undelivered == 5
    assert tally.cut == 1
    assert dict(tally.outcomes) == {"200": 1, "500": 1, "timeout": 1}
    assert (list(tally.first), list(tally.retries)) == ([0.1, 0.2], [0.3])
    assert list(tally.deliveries) == [0.1]
