"""A message as the source of a test for pytest, which replays what happened to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from mohook.assumptions import ledger
from mohook.delivery.engine import REORDER_HOLD
from mohook.delivery.faults import FaultKind, parse_step
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.retry import RetryAt
from mohook.delivery.timeline import timeline
from mohook.durations import format_duration
from mohook.evidence.python import literal, mark, span_arguments
from mohook.evidence.sending import Sending, sending_of
from mohook.masking import masked_url
from mohook.providers import PROVIDERS
from mohook.settings import Settings

__all__ = ["pytest_source"]

_HEADERLESS = "# The fixture sends no header of yours: what serve.headers adds is not sent here."
_MANY = 3
_SEED = "\0seed"
"""Stands for a name in a literal. Literals are escaped, so that none holds a NUL."""


def pytest_source(message: Message, attempts: Sequence[Attempt], settings: Settings) -> str:
    """Return a test with the `mohook` fixture: the same message, script and time, the same end.

    It sends to the URL that the attempts went to, under an id that the receiver has never
    seen; what was not scripted is up to the receiver. A secret is read from the environment
    when the test runs: `RECEIVER_URL` where the URL has credentials, `INTELEPEER_SECRET` where
    messages are signed with a code of the user's own, `SIGNATURE` where it was set by hand.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> message = Message("m1", "ip1", "46", "47", "Hi", "ip1:ip1-10001", b'{"body":"Hi"}', noon,
    ...                   None, None, State.HELD)
    >>> print(pytest_source(message, [], Settings()).partition("def ")[2])
    test_m1(mohook):
        message = mohook.ip1.send("Hi", sender="46", recipient="47")
        assert message.held
    <BLANKLINE>
    """
    sending = sending_of(message, settings)
    replay = _Replay(message, [each for each in attempts if each.copy_of is None], settings)
    body = [*replay.lines(sending)]
    words = {"seed": _SEED, **_words(message.provider, settings)}
    told = timeline([replace(message, attempts=list(attempts))]).splitlines()
    needed = {"random"} | {"os" for each in [*body, *replay.urls] if "os.environ" in each}
    lines = [
        *(f"# {_printable(each)}" for each in told),
        *([_HEADERLESS] if settings.serve.headers else []),
        "",
        *(f"import {each}" for each in sorted(needed)),
        "",
        "import pytest",
        "",
        *replay.urls,
        "SEED = random.SystemRandom().randrange(2**62)  # ids that the receiver has never seen",
        "",
        "",
        mark("mohook", (), words).replace(literal(_SEED), "SEED"),
        f"def test_{re.sub(r'[^0-9a-zA-Z_]', '_', message.id)}(mohook):",
        *(f"    {each}" for each in body),
    ]
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Replay:
    """The lines of a test, made try by try; `urls` are the lines that name where it posts."""

    message: Message
    tries: Sequence[Attempt]
    settings: Settings
    urls: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def lines(self, sending: Sending) -> Iterator[str]:
        line = f"mohook.{self.message.provider}"
        first = self.tries[0].url if self.tries else self.message.destination
        if first:
            yield f"{line}.connect({self._name(first)})"
        yield from sending.before
        if steps := _steps(self.tries):
            yield f"mohook.fail_next({steps})"
        yield f"message = {self._line()}.send({sending.arguments})"
        yield from self._moves(line)
        yield from self._end(line)

    def _line(self) -> str:
        if self.message.via == "cpaas":
            number = literal(self.message.recipient)
            return f"mohook.intelepeer.number({number}, cpaas_enabled=True)"
        return f"mohook.{self.message.provider}"

    def _name(self, url: str) -> str:
        """Return the name of a URL, and write the line that gives it."""
        if url not in self._names:
            number = f"_{len(self._names) + 1}" if self._names else ""
            name = self._names[url] = f"URL{number}"
            value = literal(url)
            if masked_url(url) != url:
                value = f'os.environ["RECEIVER_{name}"]  # {_printable(masked_url(url))}'
            self.urls.append(f"{name} = {value}")
        return self._names[url]

    def _moves(self, line: str) -> Iterator[str]:
        """Yield what lets each further attempt happen: time, another URL, sending by hand."""
        span, count = self._held_back(0), 1
        for at, (before, attempt) in enumerate(zip(self.tries, self.tries[1:], strict=False), 1):
            again = before.decision != "retry"
            if again or attempt.url != before.url:
                yield from _advance(span)
                span = timedelta()
            if attempt.url != before.url:
                yield f"{line}.connect({self._name(attempt.url)})"
            if again:
                yield "message.resend()"
            else:
                span += self._gap(before, count)
            count = 1 if again else count + 1
            span += self._held_back(at)
        yield from _advance(span)

    def _gap(self, before: Attempt, count: int) -> timedelta:
        """Return how long after a try the next one is due, on a clock that stands meanwhile."""
        policy = PROVIDERS[self.message.provider].retry_policy(self.settings)
        decided = policy.decide(count, acknowledged=False, now=before.started_at)
        if isinstance(decided, RetryAt):
            return decided.at - before.started_at
        return (before.next_attempt_at or before.started_at) - before.started_at

    def _held_back(self, at: int) -> timedelta:
        fault = self.tries[at].fault if self.tries else None
        step = parse_step(fault) if fault else None
        if step is None:
            return timedelta()
        return step.delay or (REORDER_HOLD if step.kind is FaultKind.REORDER else timedelta())

    def _end(self, line: str) -> Iterator[str]:
        state = self.message.state
        if state is State.PENDING and not self.tries:
            yield "assert message.attempts  # there was none yet"
            return
        if state is State.HELD and self.tries:
            yield f"{line}.disconnect()"
        yield f"assert message.{state.value}"


def _advance(span: timedelta) -> Iterator[str]:
    if span:
        yield f"mohook.advance({span_arguments(span)})"


def _steps(tries: Sequence[Attempt]) -> str:
    """Return the script of the tries as arguments; after the last step all is as it really is."""
    words = [each.fault or "ok" for each in tries]
    while words and words[-1] == "ok":
        words.pop()
    shown: list[str] = []
    for word, alike in groupby(words):
        count = len(list(alike))
        one = literal(word)
        shown += [one] * count if count <= _MANY else [f"*[{one}] * {count}"]
    return ", ".join(shown)


def _words(provider: str, settings: Settings) -> dict[str, Any]:
    """Return the words of the mark: each switch that does not stand where it does by default."""
    words: dict[str, Any] = {}
    for entry in ledger(settings):
        switch = entry.assumption.switch or ""
        signed = switch.startswith("intelepeer.signature.")  # said by the line that signs
        if entry.changed and entry.assumption.provider in ("both", provider) and not signed:
            table, _, name = switch.partition(".")
            words.setdefault(table, {})[name] = _plain(attrgetter(switch)(settings))
    return words


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return format_duration(value) if isinstance(value, timedelta) else value


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
