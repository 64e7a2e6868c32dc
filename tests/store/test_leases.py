"""Leases give back what nobody has ended, and hold nothing else."""

from __future__ import annotations

from weakref import ref

from mohook.delivery.message import Message
from mohook.store.leases import Leases
from tests.store.made import new_message


class Claimed(list[Message]):
    """A list whose end can be seen."""


def test_what_has_ended_is_let_go_of_before_its_lease_runs_out() -> None:
    """Days of a clock moved by hand fit into one lease: they are not held in memory."""
    leases, message = Leases(), new_message("m1")
    message.claim = 1
    claimed = Claimed([message])
    held = ref(claimed)
    leases.add(40.0, 1, claimed)
    del claimed
    assert list(leases.run_out(0.0)) == []
    assert held() is not None
    message.claim = None
    assert list(leases.run_out(0.0)) == []
    assert held() is None


def test_what_nobody_has_ended_is_given_back_once() -> None:
    """A lease that runs out gives back those that are still under it, and no others."""
    leases, ended, left, renewed = Leases(), new_message("m1"), new_message("m2"), new_message("m3")
    for message in (ended, left, renewed):
        message.claim = 1
    leases.add(40.0, 1, [ended, renewed, left])
    ended.claim, renewed.claim = None, 2
    assert list(leases.run_out(39.0)) == []
    assert list(leases.run_out(40.0)) == [left]
    assert left.claim is None
    assert renewed.claim == 2
    assert list(leases.run_out(41.0)) == []
