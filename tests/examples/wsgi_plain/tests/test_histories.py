"""Whatever ip1 and the network do in whatever order: each SMS is kept once, its text intact."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import settings
from pytest_mohook.stateful import receiver_machine

from inbox import Inbox


def _kept(inbox: Inbox) -> Iterable[tuple[str, str]]:
    return inbox.kept.items()


TestInbox = receiver_machine(app=Inbox, provider="ip1", readback=_kept).TestCase
TestInbox.settings = settings(TestInbox.settings, max_examples=25)  # more at night
