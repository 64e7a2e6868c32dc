"""This fails, and is meant to: what the state machine says of an inbox with no duplicate check."""

from __future__ import annotations

from pytest_mohook.stateful import receiver_machine

from careless import CarelessInbox


def _kept(inbox: CarelessInbox) -> list[tuple[str, str]]:
    return inbox.kept


TestCareless = receiver_machine(app=CarelessInbox, provider="ip1", readback=_kept).TestCase
