"""What comes late is a message all the same: no order is promised."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import assumption
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, basis=assumption("order"), needs_readback=True)
_MANY = 6


@_check("order.reverse", "Messages that come in the reverse of their times and ids are stored.")
def reverse(trial: Trial) -> None:
    """Send messages whose times and ids descend, the newest first; each must be stored."""
    drafts = sorted(
        (trial.payload(f"Counted down, {number}") for number in range(_MANY)),
        key=lambda each: str(each[trial.wire.id]),
        reverse=True,
    )
    for number, draft in enumerate(drafts):
        trial.send(**_earlier(trial, draft, timedelta(minutes=number)))
    trial.judge()


def _earlier(trial: Trial, draft: dict[str, Any], span: timedelta) -> dict[str, Any]:
    """Return id, text and times of a draft, the times before those that it has."""
    fields = {name: draft[name] for name in (trial.wire.id, trial.wire.text)}
    if trial.provider != "ip1":
        return fields
    modified = f"{trial.mohook.now - span:%Y-%m-%dT%H:%M:%SZ}"
    statuses = [each | {"created": modified} for each in draft["statuses"]]
    return fields | {"modified": modified, "statuses": statuses}


@_check("order.overtaken", "A message that newer ones have overtaken is stored.")
def overtaken(trial: Trial) -> None:
    """Fail the first attempt of a message, send newer ones, then let the first come again."""
    trial.mohook.fail_next("500")
    trial.send("The first, and the last to arrive")
    trial.mohook.advance(seconds=30)
    for number in range(2):
        trial.send(f"Newer, {number}")
    trial.judge()


@_check(
    "order.yesterday",
    "A message that was held up for a day is stored after newer ones.",
    providers=["ip1"],  # the other gives no times
)
def yesterday(trial: Trial) -> None:
    """Send a plain message, then one whose times lie a day before."""
    trial.send("Sent today")
    late = trial.payload("Sent yesterday")
    trial.send(**_earlier(trial, late, timedelta(days=1)))
    trial.judge()
