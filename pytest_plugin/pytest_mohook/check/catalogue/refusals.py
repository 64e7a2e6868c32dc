"""What a receiver may refuse in any way that it likes, and must not fail at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from pytest_mohook.check.answers import Answer
from pytest_mohook.check.trial import Trial
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["Wrong", "answers_without_failing"]

_ERROR = 500
_BUSY = 503
_AGAIN = (0.1, 0.4, 1.0)  # seconds until who is busy is asked again
_LARGE = 100_000  # bytes


class Wrong(NamedTuple):
    """A request that is wrong, and in words why."""

    reason: str
    request: WebhookRequest


def answers_without_failing(trial: Trial, made: Sequence[Wrong]) -> list[Answer]:
    """Make the requests; fail where one is answered with a 5xx, or not at all.

    A connection that is closed before a large body has been read is a fair answer.
    """
    answers: list[Answer] = []
    for start in range(0, len(made), trial.at_once):
        several = made[start : start + trial.at_once]
        for wrong, answer in zip(
            several, trial.post_together([each.request for each in several]), strict=True
        ):
            answers.append(_unless_busy(trial, wrong, answer))
            _require_sound(trial, wrong, answers[-1])
    return answers


def _unless_busy(trial: Trial, wrong: Wrong, answer: Answer) -> Answer:
    for pause in _AGAIN:
        if answer.status != _BUSY:
            break
        time.sleep(pause)
        answer = trial.post(wrong.request)
    return answer


def _require_sound(trial: Trial, wrong: Wrong, answer: Answer) -> None:
    if answer.status is None:
        fair = len(wrong.request.body) > _LARGE and not answer.too_late
        why = f"{wrong.reason}: expected an answer, and there was {answer.in_words}"
        trial.require(fair, why, wrong.request)
    elif answer.status >= _ERROR:
        why = f"{wrong.reason}: expected a refusal with a 4xx, the receiver {answer.in_words}"
        trial.fail(why, wrong.request)
