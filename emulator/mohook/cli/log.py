"""What `serve` prints: a banner, then what happens, as it happens."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import mohook
from mohook.cli.attempts import attempt_text, message_text
from mohook.cli.process import wait_for_interrupt
from mohook.cli.screen import console_for, plain, print_json_line
from mohook.cli.words import clock_in_words
from mohook.delivery.message import Attempt, State
from mohook.emulator import Emulator
from mohook.listening import DEFAULT_URL
from mohook.masking import masked_url
from mohook.rendering import attempt_json, event_json, message_json
from mohook.store.journal import (
    CLOCK_CHANGED,
    MESSAGE_ACCEPTED,
    MESSAGE_MOVED,
    WEBHOOK_CHANGED,
    Event,
    Standing,
)

__all__ = ["EventLog"]

_LOT, _MANY = 1_000, 20_000
_STORM = 50
"""More events than that at once are told in one line: nobody reads them one by one."""
_BREATH = 0.5
_LONG = 3_600.0


class EventLog:
    """Tells of an emulator in this process: lines for people, or JSON lines for programs."""

    def __init__(self, emulator: Emulator, *, as_json: bool, quiet: bool) -> None:
        self._emulator = emulator
        self._as_json = as_json
        self._quiet = quiet
        self._console = console_for()

    def ready(self, url: str, port: int) -> None:
        """Say that the emulator answers, where, and what to do next."""
        if self._as_json:
            print_json_line({"event": "ready", "url": url, "port": port})
        else:
            self._banner(url)

    def _banner(self, url: str) -> None:
        emulator, show = self._emulator, self._console.print
        elsewhere = "" if url == DEFAULT_URL else f" --url {url}"
        show(f"mohook {mohook.__version__}: ip1 and IntelePeer on your machine\n", style="bold")
        show(f"  Emulator    {url}   (open it in a browser)", soft_wrap=True)
        show(f"  Clock       {clock_in_words(self._emulator.clock.mode)}", soft_wrap=True)
        show(f"  Seed        {self._emulator.seed}")
        show(f"  ip1         {_target(_callback(emulator))}", soft_wrap=True)
        show(f"  IntelePeer  {_target(emulator.intelepeer.default_webhook)}", soft_wrap=True)
        if (store := emulator.store).where is not None:
            found = f"{store.pending():,} pending, {store.held():,} held"
            show(f"  State       {plain(store.where)}: {found}", soft_wrap=True)
        show("\n  In another terminal:", style="dim")
        show(f"    mohook send ip1 --body hello{elsewhere}", soft_wrap=True)
        show(f"    mohook messages{elsewhere}", soft_wrap=True)
        if self._emulator.clock.mode == "manual":
            show(f"    mohook advance 10m{elsewhere}", soft_wrap=True)
        show("  Ctrl-C ends it.\n", style="dim")

    def follow(self) -> None:
        """Print what happens; only an interrupt ends it."""
        if self._quiet:
            wait_for_interrupt()
        journal, seen = self._emulator.store.journal, self._emulator.began_after
        lot = _LOT if self._as_json else _MANY
        while True:
            journal.wait(seen, _LONG)
            events = journal.after(seen, lot)
            seen = events[-1].number if events else seen
            self._tell(events)

    def _tell(self, events: Sequence[Event]) -> None:
        if self._as_json:
            for event in events:
                print_json_line({"event": event.kind, **event_json(event)})
        elif len(events) > _STORM:
            self._tell_in_brief(events)
            time.sleep(_BREATH)
        else:
            for event in events:
                self._tell_one(event)

    def _tell_one(self, event: Event) -> None:
        subject, show = event.subject, self._console.print
        if isinstance(subject, Attempt):
            show(f"{event.message_id:<5} ", attempt_text(attempt_json(subject)), soft_wrap=True)
        elif isinstance(subject, Standing):
            self._tell_of_message(event, subject)
        elif event.kind == WEBHOOK_CHANGED:
            target = _target(subject["webhook"])
            show(f"{subject['endpoint']} now posts {target}", style="dim", soft_wrap=True)
        elif event.kind == CLOCK_CHANGED:
            clock = clock_in_words(subject["mode"])
            show(f"{event.at:%H:%M:%S}  clock: {clock}", style="dim", soft_wrap=True)
        else:
            show(f"{event.at:%H:%M:%S}  {event.kind}", style="dim")

    def _tell_of_message(self, event: Event, standing: Standing) -> None:
        words = _NEWS.get((event.kind, standing.state))
        if words is None:
            return  # accepted and due: its first attempt tells of it
        message = standing.message
        line = message_text(message_json(message, attempts=False))
        self._console.print(f"{message.id:<5} ", line, f" {words}", sep="", soft_wrap=True)

    def _tell_in_brief(self, events: Sequence[Event]) -> None:
        kinds = Counter(event.kind for event in events)
        decided = Counter(
            _DECISIONS[event.subject.decision]
            for event in events
            if isinstance(event.subject, Attempt) and event.subject.decision
        )
        counted = [f"{kinds[MESSAGE_ACCEPTED]:,} accepted"] * bool(kinds[MESSAGE_ACCEPTED])
        counted += [f"{count:,} {what}" for what, count in decided.most_common()]
        counted += [f"{self._emulator.store.pending():,} pending"]
        self._console.print(f"{events[-1].at:%H:%M:%S}  {', '.join(counted)}", soft_wrap=True)


_DECISIONS = {"delivered": "delivered", "retry": "to be sent again", "given-up": "given up"}
_NEWS = {
    (MESSAGE_ACCEPTED, State.HELD): "‖ held: its number has no webhook",
    (MESSAGE_ACCEPTED, State.DELIVERED): "✓ to the CPaaS inbox",
    (MESSAGE_MOVED, State.HELD): "‖ held: its webhook was taken away",
    (MESSAGE_MOVED, State.PENDING): "→ due now",
}


def _callback(emulator: Emulator) -> str | None:
    """Return where ip1 posts; with several accounts, the first that posts anywhere."""
    return next(filter(None, (each.callback_url for each in emulator.ip1.accounts())), None)


def _target(webhook: str | None) -> str:
    if webhook is None:
        return "→ nowhere yet: messages are held until a webhook is set"
    return f"→ {plain(masked_url(webhook))}"
