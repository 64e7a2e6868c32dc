"""Whatever provider and network do, in whatever order: each SMS is one ticket, text intact."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_mohook.stateful import receiver_machine

from desk.models import Ticket
from desk.wsgi import application


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_every_history_is_survived(provider: str) -> None:
    """Each history begins without tickets; an error of the database spoils its own alone."""
    run_state_machine_as_test(
        receiver_machine(
            app=application,
            provider=provider,
            path=f"/sms/{provider}",
            readback=_tickets,
            reset=_forget,
        ),
        settings=settings(max_examples=10, deadline=None),
    )


def _forget() -> None:
    Ticket.objects.all().delete()


def _tickets() -> Iterable[tuple[str, str]]:
    return Ticket.objects.values_list("message_id", "text")
