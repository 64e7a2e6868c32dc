"""What one check has sent to a receiver, noted for all; and whether anybody is there any more."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from mohook.delivery.message import Attempt
from mohook.delivery.outcome import TIMEOUT, in_words
from pytest_mohook.check.answers import Answer, is_listening
from pytest_mohook.check.errors import (
    ReadbackBrokenError,
    ReadbackError,
    ReadbackUnreachableError,
    ReceiverGoneError,
)
from pytest_mohook.check.model import Group
from pytest_mohook.check.target import Target
from pytest_mohook.check.traffic import Accepted
from pytest_mohook.oracle.answers import reached, scripted
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["Contact"]

_HOSTILE = f".{Group.HOSTILE}."


class Contact:
    """Notes the requests of the check `by`; raises ReceiverGoneError where nobody listens now."""

    def __init__(self, target: Target, by: str) -> None:
        self._target = target
        self._by = by
        self.made: list[tuple[WebhookRequest, Answer]] = []
        """Requests that are no deliveries, and what came of them."""
        self.unanswered: bool = False
        """Whether an answer did not come within the time limit."""
        self.unheard: bool = False
        """Whether an answer did not come, for whatever reason."""

    def attempted(self, began: float, made: Sequence[Attempt]) -> None:
        """Note the attempts of a move that began then."""
        real = [each for each in made if not scripted(each)]
        for each in filter(reached, real):
            request = WebhookRequest("POST", headers(), each.request_body)
            cut = each.status_code is None and each.outcome != TIMEOUT
            taken = _is_2xx(each.status_code)
            self._accepted(request, in_words(each.outcome), began, cut=cut, taken=taken)
        unheard = {each.outcome for each in real if each.status_code is None}
        self.unanswered |= TIMEOUT in unheard
        self.unheard |= bool(unheard)
        if unheard - {TIMEOUT}:
            self.require_listener()

    def answered(
        self, made: Sequence[WebhookRequest], answers: Sequence[Answer], began: float
    ) -> None:
        """Note requests that are no deliveries, none of which began before."""
        self.made += zip(made, answers, strict=True)
        for request, answer in zip(made, answers, strict=True):
            if answer.accepted:
                cut = answer.status is None and not answer.too_late
                taken = _is_2xx(answer.status)
                self._accepted(request, answer.in_words, began, cut=cut, taken=taken)
        self.unanswered |= any(each.too_late for each in answers)
        if any(each.status is None for each in answers):
            self.unheard = True
            self.require_listener()

    def _accepted(
        self, request: WebhookRequest, said: str, began: float, *, cut: bool, taken: bool
    ) -> None:
        made = Accepted(self._by, request, said, began, monotonic(), cut, taken)
        self._target.traffic.note(made)

    def was_read(self, began: float) -> None:
        """Note that what is stored could be read; storing may take as long as it settles."""
        self._target.traffic.was_read(began - self._target.settle.total_seconds())

    def accuse(self, problem: ReadbackError) -> ReadbackError:
        """Return what is to be raised where what is stored cannot be read.

        That is a ReadbackBrokenError where nothing but requests of this check can be why, or
        where it is hostile: no valid message that came shortly before is suspected then.
        """
        self.require_listener()
        if isinstance(problem, ReadbackUnreachableError):
            return problem
        suspects = self._target.traffic.suspects()
        own = [each for each in suspects if each.by == self._by]
        hostile = [each for each in suspects if _HOSTILE in each.by]
        if not own or (own != suspects and _HOSTILE not in self._by):
            return problem
        return ReadbackBrokenError(problem, own[0].request, len(hostile or own))

    def require_listener(self) -> None:
        """Raise ReceiverGoneError where nobody listens any more."""
        target = self._target
        if not is_listening(target.url):
            last = target.traffic.last_words(target.url, target.settings)
            raise ReceiverGoneError(target.url, last)


def _is_2xx(status: int | None) -> bool:
    return status is not None and 200 <= status < 300
