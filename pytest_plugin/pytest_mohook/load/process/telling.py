"""How Locust is told of each attempt, so that its page, its CSV and its report show it."""

from __future__ import annotations

from collections.abc import Callable

from locust.env import Environment

from mohook.delivery.outcome import in_words
from pytest_mohook.load.process.carrier import Tried

__all__ = ["NotAcknowledgedError", "told_to"]


class NotAcknowledgedError(Exception):
    """The receiver did not acknowledge an attempt; the text says how it ended."""


def told_to(environment: Environment, provider: str) -> Callable[[Tried], None]:
    """Return what tells an environment: first attempts and retries have a line each.

    Response times count from when an attempt was due.
    """
    fire = environment.events.request.fire

    def tell(tried: Tried) -> None:
        problem = None if tried.acknowledged else NotAcknowledgedError(in_words(tried.posted[0]))
        fire(  # type: ignore[no-untyped-call] # Locust's
            request_type="POST",
            name=f"{provider} {'message' if tried.number == 1 else 'retry'}",
            response_time=tried.latency * 1000,
            response_length=tried.posted.length,
            exception=problem,
            context={},
        )

    return tell
