"""`send --webhook`: one emulator for one command, straight to a receiver."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mohook.cli.failures import INTERRUPTED, InterruptedCommandError
from mohook.cli.following import made_by_process
from mohook.cli.process import ending_at_once, raise_file_limit
from mohook.cli.screen import console_for, print_json
from mohook.cli.sending import delivery_code, not_allowed, report_on, summary
from mohook.delivery.message import State
from mohook.directory.webhook_url import require_webhook_url
from mohook.emulator import Emulator
from mohook.rendering import message_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from mohook.cli.sending import Report
    from mohook.delivery.message import Message
    from mohook.settings import Settings
    from mohook.submission import Submission

__all__ = ["aimed_at", "send_straight"]

JSON = dict[str, Any]


def aimed_at(settings: Settings, webhook: str, *, keep: int) -> Settings:
    """Return settings under which every number posts to `webhook`, and `keep` messages stay.

    Raises `WebhookError` for what is no URL: a message would be held for ever.
    """
    require_webhook_url(webhook)
    ip1, intelepeer = settings.ip1, settings.intelepeer
    accounts = {name: replace(each, callback_url=webhook) for name, each in ip1.accounts.items()}
    numbers = {name: replace(each, webhook=webhook) for name, each in intelepeer.numbers.items()}
    return replace(
        settings,
        ip1=replace(ip1, callback_url=webhook, accounts=accounts),
        intelepeer=replace(intelepeer, webhook=webhook, numbers=numbers),
        serve=replace(settings.serve, keep=max(keep, settings.serve.keep)),
    )


def send_straight(
    settings: Settings,
    submission: Submission,
    *,
    most: int | None,
    wait: timedelta | None,
    as_json: bool,
) -> int:
    """Send and retry until all is settled, `most` attempts are made or `wait` is over.

    Shows the attempts as they happen; returns the exit code. Ctrl-C raises
    `InterruptedCommandError` with what was still pending.
    """
    raise_file_limit()
    emulator, console = Emulator(settings), console_for()
    accepted = emulator.send([submission])
    if not as_json:
        introduction = _introduction(submission, emulator.clock.mode)
        console.print(introduction, style="dim", soft_wrap=True)
    report = report_on(console, len(accepted), as_json=as_json)
    _deliver(emulator, accepted, report, most, wait)
    messages = [message_json(message) for message in accepted]
    if as_json:
        print_json({"messages": messages})
    else:
        console.print(summary(messages), soft_wrap=True)
        for hint in _hints(messages, emulator.seed):
            console.print(hint, style="dim", soft_wrap=True)
    return delivery_code(messages)


def _hints(messages: list[JSON], seed: int) -> Iterator[str]:
    """Say what to do where not all are delivered, and how to have the same ids again."""
    if not_allowed(messages):
        yield "Only loopback and private addresses are delivered to; more with --allow-host."
    elif any(message["state"] == "pending" for message in messages):
        yield "It stops there; the provider would go on. More with --attempts or --wait."
    if delivery_code(messages):
        yield f"The seed was {seed}: MOHOOK_SEED={seed} gives the same ids again."


def _deliver(
    emulator: Emulator,
    messages: list[Message],
    report: Report,
    most: int | None,
    wait: timedelta | None,
) -> None:
    ids = [message.id for message in messages]
    try:
        with ending_at_once(INTERRUPTED), _delivering(emulator), report:
            for made in made_by_process(emulator, ids, most=most, patience=wait):
                report.show(made)
    except KeyboardInterrupt:
        pending = sum(message.state is State.PENDING for message in messages)
        msg = f"Interrupted with {pending:,} of {len(messages):,} still pending: given up here."
        raise InterruptedCommandError(msg) from None


@contextmanager
def _delivering(emulator: Emulator) -> Iterator[None]:
    emulator.start()
    try:
        yield
    finally:
        emulator.stop()


def _introduction(submission: Submission, clock: str) -> str:
    fast = "in real time" if clock == "real" else f"{clock[1:]} times as fast as real time"
    return (
        f"{submission.provider}: {submission.sender} → {submission.recipient}. "
        f"Times are the emulator's, UTC; its clock runs {fast}."
    )
