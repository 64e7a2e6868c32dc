"""A phone: who sends what to whom through which provider, and what the text takes."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template, request
from pydantic import StrictStr

from mohook.directory.route import Directory
from mohook.emulator import Emulator
from mohook.errors import MohookError, TextError
from mohook.samples import PROVIDER_TITLES, SAMPLES, recipient_for
from mohook.server.current import emulator
from mohook.server.models.fields import Given
from mohook.server.models.messages import MOST_COPIES
from mohook.server.portal.blueprint import portal
from mohook.server.portal.conversation import bubbles
from mohook.server.portal.counting import count_of
from mohook.server.portal.quick_texts import QUICK_TEXTS
from mohook.server.reading import read_body

__all__ = ["NEXT_STEPS", "CountBody", "Line", "compose", "conversation", "count"]

NEXT_STEPS = ("500", "timeout", "lose-ack")
"""Fault steps that the phone offers for the next attempt."""
_NUMBERS_OFFERED = 200


class Line(NamedTuple):
    """What the phone writes on its lines for a provider, and the numbers that it offers.

    `is_unheard` tells that nobody listens for the number that it writes: messages are held.
    """

    provider: str
    title: str
    sender: str
    recipient: str
    numbers: tuple[str, ...]
    is_unheard: bool


class CountBody(Given):
    """A text to count."""

    text: StrictStr


@portal.get("/compose")
def compose() -> str:
    """Show the phone."""
    return render_template(
        "portal/compose.html",
        lines=[_line(emulator(), provider) for provider in PROVIDER_TITLES],
        count=count_of("", emulator().settings),
        quick_texts=QUICK_TEXTS,
        next_steps=NEXT_STEPS,
        most_copies=MOST_COPIES,
    )


@portal.post("/portal/count")
def count() -> str:
    """Return what a text takes, as the phone shows it; a text that no SMS can carry says why."""
    text = read_body(CountBody).text
    try:
        counted, wrong = count_of(text, emulator().settings), None
    except TextError as problem:
        counted, wrong = None, str(problem)
    return render_template("portal/_count.html", count=counted, wrong=wrong)


@portal.get("/portal/conversation")
def conversation() -> str:
    """Return the bubbles of what was sent: each `sends` names the messages of one."""
    sends = request.args.getlist("sends")
    return render_template("portal/_talk.html", bubbles=bubbles(emulator().store, sends))


def _line(served: Emulator, provider: str) -> Line:
    numbers = _numbers(served, provider)[:_NUMBERS_OFFERED]
    recipient = numbers[0] if numbers else recipient_for(provider, served.settings)
    title, sender = PROVIDER_TITLES[provider], SAMPLES[provider].sender
    return Line(
        provider, title, sender, recipient, numbers, _is_unheard(served, provider, recipient)
    )


def _is_unheard(served: Emulator, provider: str, recipient: str) -> bool:
    directory: Directory = served.ip1 if provider == "ip1" else served.intelepeer
    try:
        route = directory.route(recipient, served.clock.now())
    except MohookError:
        return False  # sending to it tells why it takes nothing
    return route.webhook is None and not route.cpaas


def _numbers(served: Emulator, provider: str) -> tuple[str, ...]:
    """Return the numbers that can receive, of those that somebody has named."""
    if provider == "ip1":
        return tuple(each for account in served.ip1.accounts() for each in account.numbers)
    named = served.intelepeer.numbers(served.clock.now())
    return tuple(each.endpoint for each in named if each.sms_enabled)
