"""Plays a history on a receiver, and says what it has shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from random import SystemRandom
from secrets import token_hex
from types import MappingProxyType
from typing import Any, NamedTuple

from mohook.durations import parse_duration
from mohook.providers.intelepeer.ids import draw_refid
from pytest_mohook.check.answers import Answer
from pytest_mohook.check.catalogue.documents import AGAIN, EXACTLY_200, SIGNATURE, TEXT
from pytest_mohook.check.errors import ReadbackBrokenError, ReadbackError
from pytest_mohook.check.target import Target
from pytest_mohook.check.trial import Trial
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import Advance, Again, Fail, History, Post, Resend, Send, Step
from pytest_mohook.fuzz.tape import Tape, Taped
from pytest_mohook.oracle.difference import AND
from pytest_mohook.oracle.findings import Finding as Judged
from pytest_mohook.oracle.findings import FindingKind as Kind
from pytest_mohook.oracle.readback import StoredItem
from pytest_mohook.stateful.payloads import as_sent_at
from pytest_mohook.strategies.hostile import HostileKind
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["Played", "UnreadableError", "play"]

_UNSEEN = SystemRandom()
_EXPECTED = {
    Kind.LOST: "what is acknowledged is stored",
    Kind.DUPLICATED: "a message is stored once, however often it comes",
    Kind.ALTERED: "the text is stored as it was sent",
    Kind.UNACKNOWLEDGED: "what is stored is acknowledged",
    Kind.UNKNOWN: "nothing is stored that was not sent",
    Kind.REFUSED: "what is valid is answered 200, sooner or later",
}
_HOSTILE = "RFC 9110, 15.5 and 15.6: a 4xx is what the client did wrong, a 5xx what the server did"
_READABLE = "what is stored can be read, whatever was sent before"
_READ_BASIS = "what one message holds is no reason for what shows all of them to fail"
_SAFE = "RFC 9110, 9.2.1: GET and HEAD change nothing"


class Played(NamedTuple):
    """What a history has shown: a finding, or None where the receiver did right.

    `fields` are those of the message that the finding is about, if it is about one. `story` tells
    what was sent and what came of it, `curl` the last request, `tape` each request in order.
    Of a receiver that did right nothing of this is kept.
    """

    finding: Finding | None
    fields: Mapping[str, Any] = MappingProxyType({})
    story: str = ""
    curl: str = ""
    tape: Sequence[Taped] = ()


class UnreadableError(ReadbackError):
    """Nobody can read any more what is stored, since a history was played; `played` shows it."""

    def __init__(self, problem: ReadbackError, history: History, played: Played) -> None:
        super().__init__(str(problem))
        self.history = history
        self.played = played


def play(history: History, target: Target) -> Played:
    """Do what a history says to a receiver.

    Raises ReceiverGoneError where that has ended; UnreadableError where nothing can be judged
    any more for what the history has sent; ReadbackError where it is for something else.
    """
    tape = Tape()
    with Trial(target, "", careful=False) as trial:
        try:
            finding, fields = _shown(history, trial, tape)
        except ReadbackBrokenError as problem:
            why = trial.blame(problem)
            found = Finding("unreadable", why, _READABLE, _READ_BASIS)
            raise UnreadableError(problem, history, _played(found, {}, trial, tape)) from problem
        return Played(None) if finding is None else _played(finding, fields, trial, tape)


def _played(finding: Finding, fields: Mapping[str, Any], trial: Trial, tape: Tape) -> Played:
    tape.note(trial.mohook.messages)
    return Played(finding, fields, trial.story, trial.last_request, tuple(tape.taped))


def _shown(history: History, trial: Trial, tape: Tape) -> tuple[Finding | None, Mapping[str, Any]]:
    sent: list[Mapping[str, Any]] = []
    for step in history.steps:
        if isinstance(step, Post):
            if wrong := _posted(step, trial, tape):
                return wrong, {}
        else:
            _do(step, trial, sent)
            tape.note(trial.mohook.messages)
    if any(isinstance(step, Post) for step in history.steps):
        sent.append({})
        trial.send(f"Still there? {token_hex(4)}")
    judged = trial.findings()
    if not judged:
        return None, {}
    places = [message.id for message in trial.mohook.messages]
    about = next(iter(judged[0].messages), None)
    return _found(judged[0], history.provider), {} if about is None else sent[places.index(about)]


def _do(step: Step, trial: Trial, sent: list[Mapping[str, Any]]) -> None:
    """Take one step; note in `sent` the fields of what it sends."""
    mohook = trial.mohook
    match step:
        case Send(messages, batch):
            made = [_fresh(trial, fields) for fields in messages]
            (trial.send_batch if batch else trial.send_many)(made)
            sent += messages
        case Again(which) if sent:
            wire = trial.wire
            names = (wire.text, wire.sender, wire.recipient)
            earlier = mohook.messages[which % len(sent)].payload
            same = {name: earlier[name] for name in names}
            trial.send(**same)
            sent.append(same)
        case Resend(which) if sent:
            mohook.messages[which % len(sent)].resend()
        case Fail(what):
            mohook.fail_next(what)
        case Advance("idle"):
            trial.deliver()
        case Advance("next"):
            mohook.run_next()
        case Advance(by):
            mohook.advance(parse_duration(by))


def _fresh(trial: Trial, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are sent now: created now, a reference id of that form, but new."""
    made = as_sent_at(trial.mohook.now, fields)
    if "refid" in made:
        is_sm = str(made["refid"]).startswith("SM")
        made["refid"] = draw_refid("sm" if is_sm else "hex", _UNSEEN)
    return made


def _found(judged: Judged, provider: str) -> Finding:
    basis = TEXT if judged.kind is Kind.ALTERED else AGAIN
    basis = EXACTLY_200 if judged.kind is Kind.REFUSED else basis
    _, altered, how = judged.sentence.partition("is stored with another text: ")
    _, refused, last = judged.sentence.partition("the last one: ")
    detail = last.partition(", ")[0] if refused else ""
    if altered:
        became = how.partition(" (sent ")[0].split(AND)
        detail = AND.join(re.sub(" at .* is gone|[0-9]+|: .*", "", each) for each in became)
    expected = _EXPECTED[judged.kind]
    return Finding(judged.kind.value, judged.sentence, expected, basis[provider], detail)


# Hostile requests


def _posted(step: Post, trial: Trial, tape: Tape) -> Finding | None:
    """Make a hostile request; return what is wrong with the answer, or with what is stored."""
    identity = str(trial.payload()[trial.wire.id])
    body = step.body.replace(step.identity.encode(), identity.encode())
    before = Counter(trial.stored() or ()) if step.kind.must_refuse else Counter[StoredItem]()
    request = WebhookRequest(step.method, dict(step.headers), body)
    tape.add(request, f"{step.kind.value}: {step.reason}", identity)
    answer = trial.post(request)
    if answer.status is None or answer.status >= 500:
        return _failed(step, answer)
    if not step.kind.must_refuse:
        return None
    trial.let_settle()
    for item in Counter(trial.stored() or ()) - before:
        return _taken(step, f"something was stored: {item.text!r:.60} under the id {item.id}")
    signature = step.kind in (HostileKind.UNSIGNED, HostileKind.FORGED_SIGNATURE)
    if signature and not trial.read and trial.acknowledges(answer):
        return _taken(step, f"the receiver {answer.in_words}")
    return None


def _failed(step: Post, answer: Answer) -> Finding:
    kind = "no-answer" if answer.status is None else "server-error"
    happened = f"{step.kind.value} ({step.reason}): the receiver {answer.in_words}"
    return Finding(kind, happened, "any answer but a 5xx", _HOSTILE, step.kind.value)


def _taken(step: Post, what: str) -> Finding:
    signed = step.kind in (HostileKind.UNSIGNED, HostileKind.FORGED_SIGNATURE)
    basis = SIGNATURE if signed else _SAFE if step.kind is HostileKind.SAFE_METHOD else _HOSTILE
    happened = f"{step.kind.value} ({step.reason}): {what}"
    return Finding("taken", happened, "nothing of it is stored", basis, step.kind.value)
