"""200 and nothing else: what tells the provider that it need not send a message again."""

from __future__ import annotations

from functools import partial
from typing import Final

from mohook.delivery.outcome import in_words
from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import EXACTLY_200
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, basis=EXACTLY_200, alone=True)
_IN_A_ROW = 5


@_check("ack.exactly-200", "A valid message is answered 200, and nothing else.")
def exactly_200(trial: Trial) -> None:
    """Send a plain message; the first answer must be 200, not 201, 204 or a redirect."""
    message = trial.send("Hi my name is earl")
    first = message.attempts[0].outcome
    acknowledged = message.delivered
    trial.require(
        acknowledged, f"expected 200, and the receiver {_did(first)}: the provider sends again"
    )


def _did(outcome: str) -> str:
    return in_words(outcome) if outcome.isdigit() else f"gave none: {in_words(outcome)}"


@_check(
    "ack.means-stored",
    "What is answered 200 is stored, the last message too.",
    needs_readback=True,
)
def means_stored(trial: Trial) -> None:
    """Send a few messages one after the other, and nothing more; each must be stored once."""
    for number in range(_IN_A_ROW):
        trial.send(f"Message {number + 1} of {_IN_A_ROW}")
    trial.judge()
