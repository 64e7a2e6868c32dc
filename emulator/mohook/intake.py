"""From a submission to messages: checked, routed, and in their provider's wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from json import JSONEncoder
from random import Random
from typing import Protocol
from urllib.parse import urlsplit

from mohook.delivery.message import Message, State
from mohook.directory.route import Route
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.provider import Draft, Payload, Provider
from mohook.settings import Settings
from mohook.submission import Submission

__all__ = ["Intake", "encode", "origin", "provider_named"]

_ENCODE = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Router(Protocol):
    """Tells who receives at a number, and where."""

    def route(self, recipient: str, now: datetime) -> Route:
        """Return the route; raise `UnknownNumberError` outside a closed inventory."""


class Intake:
    """Makes messages of submissions. One seed decides all ids; the caller holds the lock."""

    def __init__(
        self,
        settings: Settings,
        routers: Mapping[str, Router],
        random: Random,
        next_id: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._routers = routers
        self._random = random
        self._next_id = next_id

    def messages(self, submissions: Sequence[Submission], now: datetime) -> list[Message]:
        """Return the messages of all submissions, each its own request to the provider."""
        return [message for each in submissions for message in self._one(each, now)]

    def batch(self, submissions: Sequence[Submission], now: datetime) -> list[Message]:
        """Return the messages of one request to the provider, which all must share."""
        names = {each.provider for each in submissions}
        if len(names) != 1:
            msg = f"a batch of {sorted(names)}: expected one message or more, all of one provider"
            raise InputError(msg)
        provider = provider_named(names.pop())
        return self._sent(provider, [self._draft(provider, each, now) for each in submissions])

    def _one(self, submission: Submission, now: datetime) -> list[Message]:
        provider = provider_named(submission.provider)
        draft = self._draft(provider, submission, now)
        if submission.batch:
            return self._sent(provider, [draft] * submission.count)
        return [
            message for _ in range(submission.count) for message in self._sent(provider, [draft])
        ]

    def _draft(
        self, provider: Provider, submission: Submission, now: datetime
    ) -> tuple[Draft, Route]:
        sender, recipient = submission.sender, submission.recipient
        provider.check(sender, recipient, self._settings)
        route = self._routers[provider.name].route(recipient, now)
        return (
            Draft(sender, recipient, submission.body, now, route.account, submission.fields),
            route,
        )

    def _sent(self, provider: Provider, drafts: Sequence[tuple[Draft, Route]]) -> list[Message]:
        (first, route), *_ = drafts
        payloads = provider.payloads([draft for draft, _ in drafts], self._random, self._settings)
        if len(payloads) == len(drafts):
            return [
                self._message(provider, draft, route, payload)
                for (draft, route), payload in zip(drafts, payloads, strict=True)
            ]
        return [self._message(provider, first, route, payload) for payload in payloads]

    def _message(self, provider: Provider, draft: Draft, route: Route, payload: Payload) -> Message:
        text = payload.get(provider.wire.text)
        destination = origin(route.webhook) if route.webhook else None
        state = State.PENDING if destination else State.HELD
        if route.cpaas:
            state = State.DELIVERED
        return Message(
            self._next_id(),
            provider.name,
            draft.sender,
            draft.recipient,
            text if isinstance(text, str) else draft.body,
            route.endpoint,
            encode(payload),
            draft.at,
            destination,
            draft.at if destination else None,
            state,
            via="cpaas" if route.cpaas else "webhook",
        )


def provider_named(name: str) -> Provider:
    """Return a provider by its word; raise InputError for a word that names none."""
    try:
        return PROVIDERS[name]
    except KeyError:
        msg = f"provider {name!r}: expected one of {', '.join(PROVIDERS)}"
        raise InputError(msg) from None


def encode(payload: Payload) -> bytes:
    """Return the JSON that is posted: UTF-8, no spaces. Raises InputError for what is no JSON."""
    try:
        return _ENCODE(payload).encode()
    except (UnicodeEncodeError, ValueError, TypeError, RecursionError) as problem:
        msg = f"the message cannot be written as JSON ({problem}); look at its fields"
        raise InputError(msg) from problem


@lru_cache(maxsize=4096)
def origin(url: str) -> str:
    """Return the scheme, host and port of a URL: what shares connections.

    >>> origin("http://user:secret@127.0.0.1:5000/sms?x=1")
    'http://127.0.0.1:5000'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
