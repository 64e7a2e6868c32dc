"""How the story is told: a timeline for people, or an event a line for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from mohook.cli.attempts import attempt_text, message_text
from mohook.cli.demo.story import FASTER, TIME_LIMIT, TOKEN, Chapter, Ending, Stage
from mohook.cli.following import Made
from mohook.cli.screen import console_for, print_json_line
from mohook.providers.intelepeer.paths import WEBHOOK
from mohook.samples import PROVIDER_TITLES

__all__ = ["JsonShow", "Show", "TextShow"]

JSON = dict[str, Any]


class Show(Protocol):
    """Is told of everything as it happens."""

    def opening(self, stage: Stage) -> None:
        """Tell what runs where."""

    def chapter(self, number: int, chapter: Chapter) -> None:
        """Tell what is about to be sent."""

    def webhook(self, asked: JSON, answer: JSON) -> None:
        """Tell of a call of IntelePeer's API."""

    def attempt(self, made: Made) -> None:
        """Tell of an attempt that has ended."""

    def summary(self, endings: Sequence[Ending], seconds: float) -> None:
        """Tell how it ended."""

    def staying(self, stage: Stage) -> None:
        """Tell that the emulator stays up."""


class JsonShow:
    """One JSON object a line."""

    def opening(self, stage: Stage) -> None:
        """Print where the emulator and the receiver are."""
        urls = {"url": stage.emulator_url, "receiver": stage.receiver.url}
        print_json_line({"event": "ready", **urls, "clock": f"x{FASTER}"})

    def chapter(self, number: int, chapter: Chapter) -> None:
        """Print the chapter's number and title."""
        provider = chapter.submission.provider
        print_json_line(
            {"event": "chapter", "number": number, "title": chapter.title, "provider": provider}
        )

    def webhook(self, asked: JSON, answer: JSON) -> None:
        """Print the call's body and its answer."""
        print_json_line({"event": "webhook", "request": asked, "answer": answer})

    def attempt(self, made: Made) -> None:
        """Print the attempt as the control API has it."""
        print_json_line({"event": "attempt", "message_id": made.message_id, **made.attempt})

    def summary(self, endings: Sequence[Ending], seconds: float) -> None:
        """Print each message's end, and whether all went as told."""
        ends = [
            {
                "message_id": ending.message["id"],
                "provider": ending.message["provider"],
                "state": ending.message["state"],
                "attempts": ending.message["attempts_made"],
                "as_told": ending.as_told,
            }
            for ending in endings
        ]
        ok = all(ending.as_told for ending in endings)
        print_json_line(
            {"event": "summary", "ok": ok, "seconds": round(seconds, 1), "messages": ends}
        )

    def staying(self, stage: Stage) -> None:
        """Print where the emulator stays."""
        print_json_line({"event": "staying", "url": stage.emulator_url})


class TextShow:
    """A timeline that a person understands without reading anything first."""

    def __init__(self) -> None:
        self._console = console_for()

    def _line(self, text: str = "", style: str | None = None) -> None:
        self._console.print(text, style=style, soft_wrap=True)

    def opening(self, stage: Stage) -> None:
        """Introduce emulator, receiver and clock."""
        self._line("mohook demo", "bold")
        self._line("Two SMS providers, emulated, deliver to a receiver that fails at first.\n")
        self._line(f"  emulator  {stage.emulator_url:<24}plays ip1 and IntelePeer")
        self._line(f"  receiver  {stage.receiver.url:<24}plays your application")
        self._line(f"  clock     {FASTER} times as fast: ten minutes pass in a second")
        self._line(
            f"  patience  {TIME_LIMIT.total_seconds()} s of real time for an answer "
            "(`mohook serve` allows 10 s)"
        )

    def chapter(self, number: int, chapter: Chapter) -> None:
        """Print the heading and what it is about."""
        self._line(f"\n{number}  {chapter.title}", "bold")
        self._line(f"   {chapter.explained}\n")
        if chapter.path is None:
            self._message(chapter)
        self._chapter = chapter

    def _message(self, chapter: Chapter) -> None:
        submission = chapter.submission
        shown = {
            "from": submission.sender,
            "to": submission.recipient,
            "body": submission.body,
        }
        self._console.print("   SMS ", message_text(shown), sep="", soft_wrap=True)

    def webhook(self, asked: JSON, answer: JSON) -> None:
        """Print the call as the HTTP that it is."""
        self._line(f"   POST {WEBHOOK}", "cyan")
        self._line(f"   Authorization: Bearer {TOKEN}", "dim")
        endpoints, webhook = json.dumps(asked["endpoints"]), json.dumps(asked["webhook"])
        self._line(f'   {{"endpoints": {endpoints},\n    "webhook": {webhook}}}', "dim")
        state = answer["provisioning"]["state"]
        self._line(f"   → {answer['code']}, {answer['tnkey']} is {state}\n", "cyan")
        self._message(self._chapter)

    def attempt(self, made: Made) -> None:
        """Print the attempt: when, how it ended, what follows."""
        self._console.print("   ", attempt_text(made.attempt), sep="", soft_wrap=True)

    def summary(self, endings: Sequence[Ending], seconds: float) -> None:
        """Print what became of each message, and what to do next."""
        self._line(f"\nWhat happened, in {seconds:.1f} seconds", "bold")
        for number, ending in enumerate(endings, 1):
            self._ending(number, ending)
        self._line("\nNext", "bold")
        self._line("  mohook serve                        the emulator, for your application")
        self._line("  mohook send ip1 --webhook URL       an SMS straight to your receiver")
        self._line("  mohook --help                       all commands; README.md has the rest")

    def _ending(self, number: int, ending: Ending) -> None:
        made = ending.message["attempts_made"]
        delivered = ending.message["state"] == "delivered"
        words = f"delivered on attempt {made}" if delivered else f"failed after {made} attempts"
        told = "as it should" if ending.as_told else "NOT as it should"
        symbol, style = ("✓", "green") if ending.as_told else ("✗", "bold red")
        provider = PROVIDER_TITLES[ending.message["provider"]]
        self._line(f"  {symbol} {number}  {provider:<11} {words:<24} {told}", style)

    def staying(self, stage: Stage) -> None:
        """Tell how to look around."""
        self._line("\nThe emulator stays up until Ctrl-C. In another terminal:", "bold")
        self._line(f"  mohook messages --url {stage.emulator_url}")
