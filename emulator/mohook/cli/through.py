"""`send` through a running emulator: hand it over, show what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mohook.cli.failures import InterruptedCommandError
from mohook.cli.following import Made, made_by_emulator
from mohook.cli.screen import console_for, plain, print_json
from mohook.cli.sending import acceptance_code, delivery_code, not_allowed, report_on, summary
from mohook.client import Client
from mohook.listening import DEFAULT_URL
from mohook.masking import masked_url
from mohook.submission import Submission

__all__ = ["send_through"]

JSON = dict[str, Any]
_FIRST_ATTEMPT = timedelta(seconds=15)
"""How long the first attempt is waited for: the time limit for an answer, and a margin."""
_AT_ONCE = 10_000
"""Copies that the control API takes in one request."""


def send_through(
    client: Client, submission: Submission, *, wait: timedelta | None, as_json: bool
) -> int:
    """Send, and show the first attempts; or with `wait` all, until settled. Return the exit code.

    Ctrl-C raises `InterruptedCommandError`: the emulator goes on by itself.
    """
    console, after = console_for(), client.last_event()
    clock = client.health()["clock"]
    accepted = _accepted(client, submission)
    report = report_on(console, len(accepted), as_json=as_json)
    waiting = [each["id"] for each in accepted if each["state"] != "held"]
    patience, most = _bounds(clock, wait)
    last: dict[str, Made] = {}
    try:
        with report:
            for made in made_by_emulator(
                client, waiting, after=after, most=most, patience=patience
            ):
                last[made.message_id] = made
                report.show(made)
        messages = _as_they_stand(client, accepted, last)
    except KeyboardInterrupt:
        open_ones = len(waiting) - sum(made.final for made in last.values())
        where = masked_url(client.url)
        msg = f"Interrupted with {open_ones:,} pending: the emulator at {where} goes on."
        raise InterruptedCommandError(msg) from None
    if as_json:
        print_json({"messages": messages})
    else:
        console.print(summary(messages), soft_wrap=True)
        for line in _what_next(messages, clock, masked_url(client.url)):
            console.print(line, soft_wrap=True)
    return acceptance_code(messages) if wait is None else delivery_code(messages)


def _accepted(client: Client, submission: Submission) -> list[JSON]:
    accepted: list[JSON] = []
    try:
        for lot in _lots(submission):
            accepted += client.send(lot)
    except KeyboardInterrupt:
        msg = (
            f"Interrupted while sending, with {len(accepted):,} of {submission.count:,} accepted "
            f"for certain: the emulator at {masked_url(client.url)} goes on."
        )
        raise InterruptedCommandError(msg) from None
    return accepted


def _lots(submission: Submission) -> Iterator[Submission]:
    if submission.batch:
        yield submission  # one request to the provider stays one
        return
    for begin in range(0, submission.count, _AT_ONCE):
        yield submission._replace(count=min(_AT_ONCE, submission.count - begin))


def _bounds(clock: str, wait: timedelta | None) -> tuple[timedelta, int | None]:
    """Return how long to wait, and for how many attempts of each message."""
    if clock == "manual":
        return timedelta(), 1  # what was due has happened; the rest takes `mohook advance`
    return (_FIRST_ATTEMPT, 1) if wait is None else (wait, None)


def _as_they_stand(client: Client, accepted: list[JSON], last: dict[str, Made]) -> list[JSON]:
    kept = {each["id"]: each for each in client.messages_by_id([each["id"] for each in accepted])}
    return [kept.get(each["id"]) or _pruned(each, last.get(each["id"])) for each in accepted]


def _pruned(message: JSON, made: Made | None) -> JSON:
    """Return a message that the emulator no longer keeps, by what was seen of it."""
    if made is None:
        return message
    state = {"delivered": "delivered", "given-up": "failed"}.get(made.attempt["decision"])
    return message | {
        "state": state or message["state"],
        "next_attempt_at": made.attempt["next_attempt_at"],
        "attempts_made": made.attempt["number"],
        "attempts": [made.attempt],
    }


def _what_next(messages: list[JSON], clock: str, url: str) -> Iterator[str]:
    first, there = messages[0], "" if url == DEFAULT_URL else f" --url {url}"
    states = {each["state"] for each in messages}
    if "held" in states:
        yield "It is sent as soon as there is one:"
        yield f"  {_how_to_release(first, url, there)}"
    elif not_allowed(messages):
        yield "Only loopback and private addresses are delivered to: more with"
        yield "  mohook serve --allow-host HOST"
    elif "pending" in states and clock == "manual":
        yield f"The clock stands until you move it: mohook advance --next{there}"
    elif "pending" in states:
        which = f" {first['id']}" if len(messages) == 1 else ""
        yield f"Follow it: mohook messages{which}{there}"


def _how_to_release(message: JSON, url: str, there: str) -> str:
    if message["provider"] == "intelepeer":
        return f"mohook webhook set {plain(message['to'])} http://127.0.0.1:5000/sms{there}"
    # ip1 has no API for it: this is the emulator's own.
    account = f"{url}/mohook/v1/ip1/accounts/{plain(str(message['payload'].get('owner')))}"
    body = '{"callback_url": "http://127.0.0.1:5000/sms"}'
    return f"curl -X PUT {account} -H 'Content-Type: application/json' -d '{body}'"
