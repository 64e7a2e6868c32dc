"""What one check has sent to a receiver, noted for all; and whether anybody is there any more."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from mohook.delivery.message import Attempt
from mohook.delivery.outcome import TIMEOUT, in_words
from pytest_mohook.check.answers import Answer, is_listening
from pytest_mohook.check.errors import ReceiverGoneError
from pytest_mohook.check.target import Target
from pytest_mohook.check.traffic import Accepted
from pytest_mohook.oracle.answers import reached, scripted
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["Contact"]


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
            self._accepted(request, in_words(each.outcome), began, cut=cut)
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
                self._accepted(request, answer.in_words, began, cut=cut)
        self.unanswered |= any(each.too_late for each in answers)
        if any(each.status is None for each in answers):
            self.unheard = True
            self.require_listener()

    def _accepted(self, request: WebhookRequest, said: str, began: float, *, cut: bool) -> None:
        self._target.traffic.note(Accepted(self._by, request, said, began, monotonic(), cut))

    def require_listener(self) -> None:
        """Raise ReceiverGoneError where nobody listens any more."""
        target = self._target
        if not is_listening(target.url):
            last = target.traffic.last_words(target.url, target.settings)
            raise ReceiverGoneError(target.url, last)
