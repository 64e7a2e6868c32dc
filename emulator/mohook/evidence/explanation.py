"""Why a message stands where it stands: what happened, what follows, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from mohook.assumptions import Entry, ledger
from mohook.delivery.faults import MEANINGS, FaultKind, parse_step
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import FAILURES, LOST_ACK, TIMEOUT, in_words
from mohook.delivery.retry import RetryPolicy
from mohook.durations import format_duration
from mohook.providers import PROVIDERS
from mohook.settings import Settings

__all__ = ["RETRY_ROWS", "Explanation", "explanation"]

RETRY_ROWS: Mapping[str, tuple[str, ...]] = {
    "ip1": ("ip1-retry", "ip1-retry-interval", "ip1-retry-limit"),
    "intelepeer": ("intelepeer-attempts", "intelepeer-retry-spacing"),
}
"""By provider: the rows of the ledger that its retry policy rests on."""
_COUNT_OF = {"intelepeer-attempts": "intelepeer-retry-spacing"}
"""A row without a switch, and the row whose switch changes what it says."""
_UNCHANGED_ALONE = ("ip1-retry-limit",)
"""Rows that say nothing of their own until somebody sets them."""
_WAITS = "A message to a number without a webhook waits until there is one."
_NOBODY_SAYS = "Neither provider says what becomes of such a message."


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, what follows, the rule behind it and who says so, in short sentences.

    `assumptions` are the ids of the rows of the ledger that `rule` and `source` are made of.
    """

    what: str
    next: str
    rule: str
    source: str
    assumptions: tuple[str, ...] = ()


def explanation(message: Message, attempt: Attempt | None, settings: Settings) -> Explanation:
    """Return why an attempt of a message ended so and what came of it.

    With None for the attempt, why the message has none.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> message = Message("m1", "ip1", "46", "47", "Hi", "ip1:ip1-1", b"{}", noon, None, None,
    ...                   State.HELD)
    >>> explanation(message, None, Settings()).what
    'It is held: its number has no webhook.'
    """
    entries = {entry.assumption.id: entry for entry in ledger(settings)}
    ids = tuple(_rows(message, attempt, settings))
    sentences = [_rule(entries[each], entries, settings) for each in ids]
    if attempt and attempt.decision in ("retry", "given-up"):
        sentences.insert(0, _in_all(PROVIDERS[message.provider].retry_policy(settings)))
    sources = dict.fromkeys(_source(entries[each]) for each in ids)
    if not ids and message.state is State.HELD:
        sentences, sources = [_WAITS], {_NOBODY_SAYS: None}
    return Explanation(
        what=_what(attempt) if attempt else _what_without(message),
        next=_next(message, attempt, settings) if attempt else _next_without(message),
        rule=" ".join(sentences),
        source=" ".join(sources),
        assumptions=ids,
    )


# What happened


def _what(attempt: Attempt) -> str:
    outcome = _sentence(in_words(attempt.outcome))
    if attempt.copy_of is not None:
        return f"A copy of attempt {attempt.copy_of}, made by the script on the way. {outcome}"
    if attempt.fault is None:
        return outcome
    kind = parse_step(attempt.fault).kind
    scripted = f"Scripted, {attempt.fault}: {MEANINGS[kind]}."
    if kind is FaultKind.LOSE_ACK:
        if attempt.outcome != LOST_ACK:
            return f"Scripted, {attempt.fault}: there was no answer to lose. {outcome}"
        return f"{scripted} It had answered {attempt.status_code}."
    return scripted if "not reached" in MEANINGS[kind] else f"{scripted} {outcome}"


def _what_without(message: Message) -> str:
    if message.via != "webhook":
        return f"It went to {message.via}: nothing is posted."
    if message.state is State.HELD:
        return "It is held: its number has no webhook."
    return "No attempt has been made yet."


# What follows


def _next(message: Message, attempt: Attempt, settings: Settings) -> str:
    if attempt.copy_of is not None:
        return f"Nothing: attempt {attempt.copy_of} decides."
    later = [each for each in message.attempts if each.number > attempt.number]
    followed = next((each for each in later if each.copy_of is None), None)
    if attempt.decision == "retry":
        return _retried(message, attempt, followed, settings)
    ended = "Delivered" if attempt.decision == "delivered" else "Given up"
    if followed:
        return f"{ended}. It was sent again by hand at {_time(followed.started_at)}."
    return f"{ended}: no attempt follows."


def _retried(
    message: Message, attempt: Attempt, followed: Attempt | None, settings: Settings
) -> str:
    most = PROVIDERS[message.provider].retry_policy(settings).max_attempts
    count = _tries(message.attempts, attempt) + 1
    named = f"Attempt {count} of {most}" if most and count <= most else f"Attempt {count}"
    if followed:
        after = format_duration(followed.started_at - attempt.started_at)
        return f"{named} followed at {_time(followed.started_at)}, {after} after this one."
    if message.state is State.HELD:
        return f"{named} is held: its number has no webhook any more."
    if message.state is not State.PENDING or message.next_attempt_at is None:
        where = "" if message.via == "webhook" else f": the message went to {message.via}"
        return f"No attempt has followed{where}."
    return f"{named} is due at {_time(message.next_attempt_at)}."


def _next_without(message: Message) -> str:
    if message.state is State.HELD:
        return "It is sent as soon as its number has a webhook."
    if message.state is State.PENDING and message.next_attempt_at:
        return f"The first attempt is due at {_time(message.next_attempt_at)}."
    return "No attempt follows."


def _tries(attempts: Sequence[Attempt], attempt: Attempt) -> int:
    """Return which try an attempt was, counted as the policy counts: anew after each end."""
    before = [each for each in attempts if each.number < attempt.number and each.copy_of is None]
    return 1 + sum(1 for _ in takewhile(lambda each: each.decision == "retry", reversed(before)))


# By which rule


def _rows(message: Message, attempt: Attempt | None, settings: Settings) -> Iterator[str]:
    """Yield the ids of the rows that decided, the most telling first."""
    if attempt is None or attempt.decision is None:
        if attempt is not None:
            yield "identity-across-attempts"
        elif message.via == "cpaas":
            yield "intelepeer-cpaas"
        return
    yield from _cause(attempt)
    ends = settings.delivery.transport_failures == "give-up" and attempt.outcome in FAILURES
    if attempt.decision == "delivered" or ends:
        return
    plain = {entry.assumption.id: entry.changed for entry in ledger(settings)}
    rows = RETRY_ROWS[message.provider]
    yield from (each for each in rows if each not in _UNCHANGED_ALONE or plain[each])


def _cause(attempt: Attempt) -> Iterator[str]:
    if attempt.outcome == TIMEOUT:
        yield "time-limit"
    if attempt.outcome in FAILURES:
        yield "transport-failures"
        return
    if attempt.outcome.startswith("3"):
        yield "redirects"
    yield "acknowledgement"


def _in_all(policy: RetryPolicy) -> str:
    """Return a policy in words: how many attempts there are, and how far apart."""
    gaps = (
        policy.spacing
        if policy.max_attempts is None
        else policy.spacing * (policy.max_attempts > 1)
    )
    apart = ", ".join(map(format_duration, gaps if len(set(gaps)) > 1 else gaps[:1]))
    many = "Attempts without end" if policy.max_attempts is None else _counted(policy.max_attempts)
    return f"{many}, {apart} apart." if apart else f"{many}."


def _counted(most: int) -> str:
    return "1 attempt in all" if most == 1 else f"{most} attempts in all"


def _rule(entry: Entry, entries: Mapping[str, Entry], settings: Settings) -> str:
    """Return what a row says, or that it was changed and to what."""
    by = entries[_COUNT_OF.get(entry.assumption.id, entry.assumption.id)]
    if not (by.changed and (by is entry or _count_changed(settings))):
        return entry.assumption.says
    if by is not entry:
        return f"Changed by {by.assumption.switch}: otherwise, {_inner(entry.assumption.says)}"
    changed = f"Changed here: {by.assumption.switch} is {by.value}, by default {by.default}."
    return f"{changed} By default, {_inner(entry.assumption.says)}"


def _count_changed(settings: Settings) -> bool:
    now, plain = (
        PROVIDERS["intelepeer"].retry_policy(each).max_attempts for each in (settings, Settings())
    )
    return now != plain


def _source(entry: Entry) -> str:
    return f"{_sentence(f'{entry.assumption.grade.value}: {entry.assumption.source}')}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _inner(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _time(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
