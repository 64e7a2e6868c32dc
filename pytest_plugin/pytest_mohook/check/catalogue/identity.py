"""Each message once, however often it comes."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Final

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import AGAIN, assumption
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, needs_readback=True)
_SAME = assumption("identity-across-attempts")

_ROUNDS = 12
_MOST_SECONDS = 2.0  # for those of a slow receiver
_COPIES = 3
_MESSAGES = 3
_OTHERS = 300
_WAVE = 10
_PATIENCE = 1.0  # seconds


@_check(
    "identity.copy",
    "A copy of a delivered message is answered 200 again, and not stored again.",
    basis=_SAME,
)
def copy(trial: Trial) -> None:
    """Deliver a message, then send it twice more; each copy must be acknowledged, one stored."""
    message = trial.send("Once is enough")
    trial.judge()
    for _ in range(2):
        message.resend()
        trial.deliver()
    trial.let_settle()
    trial.judge()


@_check(
    "identity.copies-at-once",
    "Copies of a message that arrive at the same time are one message.",
    basis=_SAME,
)
def copies_at_once(trial: Trial) -> None:
    """Post copies of messages in one moment, round after round; each message is stored once."""
    until = monotonic() + _MOST_SECONDS
    for round_ in trial.some(range(_ROUNDS)):
        payloads = [trial.payload(f"Copied, {round_} {number}") for number in range(_MESSAGES)]
        made = [*map(trial.request, payloads)]
        trial.post_at_once([each for each in made for _ in range(_COPIES)])
        trial.acknowledged(made)
        trial.let_settle()
        trial.kept(payloads)
        if monotonic() >= until:
            return


@_check(
    "identity.lost-acknowledgement",
    "A message whose acknowledgement was lost is stored once.",
    basis=AGAIN,
)
def lost_acknowledgement(trial: Trial) -> None:
    """Lose the answers to the first two attempts, so that the same message comes again."""
    trial.mohook.fail_next("lose-ack", "lose-ack")
    trial.send("Sent once, received three times")
    trial.deliver()
    trial.let_settle()
    trial.judge()


@_check(
    "identity.failed-before",
    "A message whose first attempts never arrived is stored once it does.",
    basis=AGAIN,
)
def failed_before(trial: Trial) -> None:
    """Answer the first attempts with 500 in the receiver's place; the next one is the first."""
    trial.mohook.fail_next("500", "refused", "500")
    trial.send("Third time lucky")
    trial.judge()


@_check(
    "identity.failed-between",
    "A message that was processed, then failed on the way, then came again is stored once.",
    basis=AGAIN,
)
def failed_between(trial: Trial) -> None:
    """Lose one answer, fail an attempt before the receiver, lose another; then let it come."""
    trial.mohook.fail_next("lose-ack", "500", "lose-ack")
    trial.send("There and back again")
    trial.deliver()
    trial.let_settle()
    trial.judge()


@_check(
    "identity.overtaken-by-retry",
    "A slow first attempt that its own retry overtakes is the same message.",
    basis=AGAIN,
)
def overtaken_by_retry(trial: Trial) -> None:
    """Send half of a request, then the whole on another connection, then the rest of the first."""
    payload = trial.payload("The tortoise and the hare")
    request = trial.request(payload)
    slow = trial.begin(request, held=len(request.body) // 2)
    quick = trial.begin(request, held=0)
    # Else it takes one connection at a time: the first must end before the second begins.
    overtakes = quick.is_answered(within=_PATIENCE)
    for each in (quick, slow) if overtakes else (slow, quick):
        trial.finish(request, each)
    trial.acknowledged([request])
    trial.let_settle()
    trial.kept([payload])


@_check(
    "identity.much-later",
    "A copy that comes after hundreds of other messages is known all the same.",
    basis={
        "ip1": f"{AGAIN['ip1']}; {assumption('ip1-retry')}",
        "intelepeer": f"{AGAIN['intelepeer']}; {assumption('intelepeer-retry-spacing')}",
    },
)
def much_later(trial: Trial) -> None:
    """Deliver two messages, then hundreds of others, then the two again; each is stored once."""
    first = [trial.payload(f"Early, {number}") for number in range(2)]
    others = [trial.payload(f"In between, {number}") for number in range(_OTHERS)]
    made = [*map(trial.request, first)]
    trial.acknowledged(made)
    until = monotonic() + _MOST_SECONDS
    while others and monotonic() < until:
        wave, others = others[:_WAVE], others[_WAVE:]
        trial.acknowledged([*map(trial.request, wave)], at_once=_WAVE)
        first += wave
    trial.acknowledged(made)
    trial.let_settle()
    trial.kept(first)
