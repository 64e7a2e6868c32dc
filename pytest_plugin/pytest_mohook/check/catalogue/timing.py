"""An answer within the time limit, however long the text is and however many come at once."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_mohook.check import registry
from pytest_mohook.check.answers import Answer
from pytest_mohook.check.catalogue.documents import TIME_LIMIT
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial
from pytest_mohook.strategies.lengths import GSM, UCS, repeated

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, basis=TIME_LIMIT, alone=True)
_FIFTY = 50
_MOST_PARTS = 255


@_check("time.plain", "A plain message is answered within the time limit.")
def plain(trial: Trial) -> None:
    """Send a plain message; the first answer must be there in time."""
    _in_time(trial, ["In time"])


@_check("time.longest-text", "The longest text is answered within the time limit.")
def longest_text(trial: Trial) -> None:
    """Send texts of 255 parts, one of either encoding; the first answer must be there in time."""
    longest = [repeated("0123456789", GSM.most(_MOST_PARTS)), repeated("ç", UCS.most(_MOST_PARTS))]
    _in_time(trial, longest)


def _in_time(trial: Trial, texts: list[str]) -> None:
    for text in texts:
        answer = trial.post(trial.request(trial.payload(text)))
        _require_in_time(trial, answer, "a message")


@_check("time.fifty-at-once", "Fifty messages at once are answered in time, and none is lost.")
def fifty_at_once(trial: Trial) -> None:
    """Post fifty messages side by side; no answer may be late, and each must be stored.

    A connection that is refused or reset in the rush comes again, as a delivery would.
    """
    payloads = [trial.payload(f"One of fifty, {number}") for number in range(_FIFTY)]
    made = [*map(trial.request, payloads)]
    answers = trial.post_together(made)
    for answer in answers:
        if answer.too_late or answer.status is not None:
            _require_in_time(trial, answer, "one of fifty messages at once")
    trial.acknowledged([m for m, a in zip(made, answers, strict=True) if not trial.acknowledges(a)])
    trial.kept(payloads)


def _require_in_time(trial: Trial, answer: Answer, what: str) -> None:
    """Fail where there is no answer, or a late one; which one it is is another check's claim."""
    limit = trial.target.settings.delivery.time_limit.total_seconds()
    trial.require(answer.status is not None, f"{what} had {answer.in_words}")
    late = f"{what} was answered after {answer.seconds:.1f} seconds, expected {limit:g} at most"
    trial.require(answer.seconds <= limit, late)
