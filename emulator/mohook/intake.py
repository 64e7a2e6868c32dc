"""From a submission to messages: checked, routed, and in their provider's wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from json import JSONEncoder
from random import Random
from threading import Lock
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from mohook.delivery.message import Message, State
from mohook.delivery.origin import origin
from mohook.directory.route import Directory, Route
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.provider import Draft, Payload, Provider
from mohook.settings import Settings
from mohook.submission import Submission

__all__ = ["Intake", "encode", "provider_named"]

_STRICT = JSONEncoder(ensure_ascii=False, allow_nan=False)


class Intake:
    """Makes messages of submissions, in one thread at a time. One seed decides all ids."""

    def __init__(
        self,
        settings: Settings,
        routers: Mapping[str, Directory],
        random: Random,
        next_id: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._routers = routers
        self._random = random
        self._next_id = next_id
        self._lock = Lock()

    def messages(self, submissions: Sequence[Submission], now: datetime) -> list[Message]:
        """Return the messages of all submissions, each its own request to the provider."""
        if isinstance(submissions, Submission):
            msg = "one submission: expected a list of them; put it in brackets"
            raise InputError(msg)
        made: list[Message] = []
        with self._lock:
            for submission in submissions:
                provider = provider_named(submission.provider)
                received = (self._received(provider, submission, now),)
                if submission.batch:
                    made += self._messages(provider, received * submission.count)
                else:
                    for _ in range(submission.count):
                        made += self._messages(provider, received)
        return made

    def batch(self, submissions: Sequence[Submission], now: datetime) -> list[Message]:
        """Return the messages of one request to the provider, which all must share."""
        names = {each.provider for each in submissions}
        if len(names) != 1:
            msg = f"a batch of {sorted(names)}: expected one message or more, all of one provider"
            raise InputError(msg)
        provider = provider_named(names.pop())
        with self._lock:
            received = [
                one
                for each in submissions
                for one in (self._received(provider, each, now),) * each.count
            ]
            return self._messages(provider, received)

    def _received(
        self, provider: Provider, submission: Submission, now: datetime
    ) -> tuple[Draft, Route]:
        name, sender, recipient, body, fields, count, _ = submission
        if count < 1:
            msg = f"count {count!r}: expected 1 or more, how often to send the message"
            raise InputError(msg)
        if not (isinstance(sender, str) and isinstance(recipient, str) and isinstance(body, str)):
            msg = f"{submission}: expected sender, recipient and body to be texts"
            raise InputError(msg)
        provider.check(sender, recipient, self._settings)
        if fields:
            _require_json(fields)
        route = self._routers[name].route(recipient, now)
        return Draft(sender, recipient, body, now, route.account, fields), route

    def _messages(
        self, provider: Provider, received: Sequence[tuple[Draft, Route]]
    ) -> list[Message]:
        """Return the messages of one request; a provider may make several of a long one."""
        drafts = [draft for draft, _ in received]
        of_each = provider.payloads(drafts, self._random, self._settings)
        return [
            self._message(provider, draft, route, payload)
            for (draft, route), payloads in zip(received, of_each, strict=True)
            for payload in payloads
        ]

    def _message(self, provider: Provider, draft: Draft, route: Route, payload: Payload) -> Message:
        sender, recipient, body, now, _, _ = draft
        endpoint, webhook, cpaas, _ = route
        text = payload.get(provider.wire.text)
        return Message(
            self._next_id(),
            provider.name,
            sender,
            recipient,
            text if isinstance(text, str) else body,
            endpoint,
            encode(payload),
            now,
            origin(webhook) if webhook else None,
            now if webhook else None,
            State.PENDING if webhook else State.DELIVERED if cpaas else State.HELD,
            via="cpaas" if cpaas else "webhook",
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
        return to_json(payload)
    except PydanticSerializationError as problem:
        raise _not_json(problem) from problem


def _require_json(fields: Mapping[str, Any]) -> None:
    """Raise InputError for values that `to_json` would take, but JSON has no form for."""
    try:
        _STRICT.encode(dict(fields))
    except (ValueError, TypeError, RecursionError) as problem:
        raise _not_json(problem) from problem


def _not_json(problem: Exception) -> InputError:
    return InputError(
        f"the message cannot be written as JSON ({problem}); look at the values of its fields"
    )
