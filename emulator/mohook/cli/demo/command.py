"""`mohook demo`: plays the story, shows it, and fails where it goes otherwise than told."""

from __future__ import annotations

import signal
import time

import click

from mohook.cli.failures import FINDINGS, CommandError, InterruptedCommandError
from mohook.cli.flags import json_flag

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
    from mohook.cli.demo.story import CHAPTERS, play, set_stage
    from mohook.cli.process import end_on_term, stop_at_second_interrupt

    end_on_term()
    show = JsonShow() if as_json else TextShow()
    began = time.monotonic()
    try:
        with set_stage() as stage:
            show.opening(stage)
            endings = []
            for number, chapter in enumerate(CHAPTERS, 1):
                show.chapter(number, chapter)
                endings.append(
                    play(stage, chapter, on_webhook=show.webhook, on_attempt=show.attempt)
                )
            show.summary(endings, time.monotonic() - began)
            if stay:
                show.staying(stage)
                signal.pause()
    except KeyboardInterrupt:
        stop_at_second_interrupt()
        raise InterruptedCommandError("The demo has ended.", 0 if stay else 130) from None
    untold = [ending for ending in endings if not ending.as_told]
    if untold:
        msg = f"{len(untold)} of {len(endings)} chapters went otherwise than told: see above"
        raise CommandError(msg, FINDINGS)
