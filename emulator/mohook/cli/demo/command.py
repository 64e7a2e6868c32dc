"""`mohook demo`: plays the story, shows it, and fails where it goes otherwise than told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from mohook.cli.failures import FINDINGS, INTERRUPTED, CommandError, InterruptedCommandError
from mohook.cli.flags import json_flag

if TYPE_CHECKING:
    from mohook.cli.demo.show import Show
    from mohook.cli.demo.story import Ending, Stage

__all__ = ["demo"]

_EPILOG = """\b
Examples:
  mohook demo
  mohook demo --stay                   and look around: mohook messages --url …
  mohook demo --json                   one event a line, for programs
"""


@click.command(epilog=_EPILOG)
@click.option("--stay", is_flag=True, help="Keep the emulator up afterwards, until Ctrl-C.")
@json_flag
def demo(stay: bool, as_json: bool) -> None:
    """Watch both providers deliver to a receiver that fails at first. Nothing to set up.

    It starts the emulator and a sample receiver on free ports, sends three messages, shows
    every attempt, and ends by itself in a few seconds: with 0 if all went as it should.
    """
    from mohook.cli.demo.show import JsonShow, TextShow
    from mohook.cli.demo.story import set_stage
    from mohook.cli.process import ending_at_once, wait_for_interrupt

    show = JsonShow() if as_json else TextShow()
    code = 0 if stay else INTERRUPTED
    try:
        with ending_at_once(code, "requests"), set_stage() as stage:
            endings = _told(stage, show)
            if stay:
                show.staying(stage)
                wait_for_interrupt()
    except KeyboardInterrupt:
        raise InterruptedCommandError("The demo has ended.", code) from None
    untold = [ending for ending in endings if not ending.as_told]
    if untold:
        msg = f"{len(untold)} of {len(endings)} chapters went otherwise than told: see above"
        raise CommandError(msg, FINDINGS)


def _told(stage: Stage, show: Show) -> list[Ending]:
    from mohook.cli.demo.story import CHAPTERS, play

    began = time.monotonic()
    show.opening(stage)
    endings = []
    for number, chapter in enumerate(CHAPTERS, 1):
        show.chapter(number, chapter)
        ending = play(stage, chapter, on_webhook=show.webhook, on_attempt=show.attempt)
        endings.append(ending)
    show.summary(endings, time.monotonic() - began)
    return endings
