"""A delivery history: what is sent to a receiver and what goes wrong on the way, step by step.

It is data: drawn by a hunt, written to a file, played again. Ids are not in it: each time that
it is played, messages have ids that the receiver has never seen.
"""

from __future__ import annotations

import reprlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mohook.delivery.faults import parse_step
from mohook.durations import parse_duration
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from pytest_mohook.strategies.hostile import HostileKind

__all__ = [
    "Advance",
    "Again",
    "Fail",
    "History",
    "Post",
    "Resend",
    "Send",
    "Step",
    "history_from",
    "history_json",
]

VERSION = 1
"""Of the JSON."""


@dataclass(frozen=True, slots=True)
class Send:
    """Messages that come at one instant: one by one, or at ip1 in one `batch`.

    `messages` are fields by wire name, as `send` takes them, without an id. A reference id of
    IntelePeer's has the form that stands there: `SM…`.
    """

    messages: tuple[Mapping[str, Any], ...]
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Fail:
    """What goes wrong with the next attempt, as `fail_next` takes it."""

    step: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Time passes: a while (`10m`), until the next attempt is due, or until none is."""

    by: str


@dataclass(frozen=True, slots=True)
class Resend:
    """A message is sent again by hand: the one so many from the first, counted around."""

    which: int


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody says the same again: a new message, with sender and text of an earlier one."""

    which: int


@dataclass(frozen=True, slots=True)
class Post:
    """A request that no provider makes: hostile, and in which respect.

    Where `identity`, the id of the message that it was spoilt from, stands in the body, it is
    another one each time that the history is played.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes
    kind: HostileKind
    reason: str
    identity: str


Step = Send | Again | Fail | Advance | Resend | Post


@dataclass(frozen=True, slots=True)
class History:
    """The steps that one provider takes; then all that is pending has its attempts."""

    provider: str
    steps: tuple[Step, ...]

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """The fields of all messages, in the order in which they are sent."""
        return [
            message for step in self.steps if isinstance(step, Send) for message in step.messages
        ]


def history_json(history: History) -> dict[str, Any]:
    """Return a history as JSON.

    >>> history_json(History("ip1", (Fail("lose-ack"), Send(({"body": "Hi"},)))))["steps"]
    [{'fail_next': 'lose-ack'}, {'send': [{'body': 'Hi'}]}]
    """
    return {
        "mohook": "history",
        "version": VERSION,
        "provider": history.provider,
        "steps": [_step_json(step) for step in history.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    match step:
        case Send(messages, batch):
            return {"send_batch" if batch else "send": [dict(each) for each in messages]}
        case Fail(what):
            return {"fail_next": what}
        case Advance(by):
            return {"advance": by}
        case Resend(which):
            return {"resend": which}
        case Again(which):
            return {"send_again": which}
        case Post(method, headers, body, kind, reason, identity):
            request = {"method": method, "headers": dict(headers), **_body_json(body)}
            said = {"kind": kind.value, "reason": reason, "identity": identity}
            return {"post": {**request, **said}}


def _body_json(body: bytes) -> dict[str, str]:
    """Return bytes as a text where they are one, which a person can read and change."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def history_from(given: object) -> History:
    """Return the history that a JSON document holds. Raises InputError for what is none.

    >>> history_from({"mohook": "history", "version": 1, "provider": "ip1", "steps": []})
    History(provider='ip1', steps=())
    """
    if not isinstance(given, Mapping) or given.get("mohook") != "history":
        raise _wrong(given, 'an object with "mohook": "history", as `mohook fuzz --out` writes it')
    if given.get("version") != VERSION:
        raise _wrong(given.get("version"), f"version {VERSION}: another release wrote this")
    provider, steps = given.get("provider"), given.get("steps")
    if not isinstance(provider, str) or provider not in PROVIDERS:
        raise _wrong(provider, f"a provider, one of {', '.join(PROVIDERS)}")
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise _wrong(steps, "a list of steps")
    return History(provider, tuple(_step_from(step, provider) for step in steps))


def _step_from(given: object, provider: str) -> Step:
    if not isinstance(given, Mapping) or len(given) != 1:
        raise _wrong(given, 'a step, such as {"fail_next": "lose-ack"}')
    [(name, value)] = given.items()
    if name in ("send", "send_batch"):
        return Send(_messages_from(value), batch=name == "send_batch" and provider == "ip1")
    if name == "fail_next" and isinstance(value, str):
        return Fail(str(parse_step(value)))
    if name == "advance" and isinstance(value, str):
        if value not in ("next", "idle"):
            parse_duration(value)
        return Advance(value)
    if name in _OF_ANOTHER and isinstance(value, int) and not isinstance(value, bool):
        return _OF_ANOTHER[name](value)
    if name == "post" and isinstance(value, Mapping):
        return _post_from(value)
    raise _wrong(given, f"one of {', '.join(_NAMES)}, with what belongs to it")


_OF_ANOTHER: Mapping[object, type[Resend] | type[Again]] = {"resend": Resend, "send_again": Again}
_NAMES = ("send", "send_batch", "send_again", "fail_next", "advance", "resend", "post")


def _post_from(given: Mapping[str, Any]) -> Post:
    try:
        whole = given.get("body")
        body = b64decode(given["base64"]) if whole is None else str(whole).encode()
        return Post(
            str(given["method"]),
            {str(name): str(value) for name, value in given["headers"].items()},
            body,
            HostileKind(given["kind"]),
            str(given["reason"]),
            str(given["identity"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise _wrong(
            given, f"method, headers, body or base64, kind, reason, identity ({problem!r})"
        ) from None


def _messages_from(given: object) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise _wrong(given, 'a list of messages, such as [{"body": "Hi"}]')
    for each in given:
        if not isinstance(each, Mapping):
            raise _wrong(each, 'the fields of a message, such as {"body": "Hi"}')
    return tuple(given)


def _wrong(given: object, expected: str) -> InputError:
    return InputError(f"history: {reprlib.repr(given)}: expected {expected}")
