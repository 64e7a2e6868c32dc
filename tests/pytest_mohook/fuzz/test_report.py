"""What a hunt has found reads well, at a terminal and in a pipe, whatever is in it."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from mohook.settings import IntelePeerSettings, Settings
from pytest_mohook.check.verdict import Ending
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import History, Send
from pytest_mohook.fuzz.report import Caught, Watching, caught_json, show_caught

NASTY = "</pre> [bold] \x00\x1b[31m\ud83d\u202e"
FOUND = Finding("lost", "it is not stored", "it is stored", "a document")
BUG = Bug(FOUND, History("ip1", (Send(({"body": "Hi"},)),)), "m1 delivered", "curl -i x")
CAUGHT = Caught(provider="ip1", url="http://127.0.0.1/sms", settings=Settings(), seed=7, played=3)


def console(*, terminal: bool = False) -> Console:
    # Colour would stand between the words.
    return Console(
        file=io.StringIO(), width=200, markup=False, highlight=False, force_terminal=terminal,
        no_color=True,
    )  # fmt: skip


def text(of: Console) -> str:
    assert isinstance(of.file, io.StringIO)
    return of.file.getvalue()


def shown(caught: Caught) -> str:
    made = console()
    show_caught(made, caught)
    return text(made)


@pytest.mark.parametrize(
    ("caught", "right", "said"),
    [
        (CAUGHT, True, "✓ Nothing wrong was found: no bugs, 3 histories played"),
        (replace(CAUGHT, bugs=[BUG]), False, "✗ The receiver is not right: 1 bug, "),
        (replace(CAUGHT, ending=Ending.INTERRUPTED), None, "· No verdict: no bugs, "),
        (replace(CAUGHT, ending=Ending.GONE, bugs=[BUG]), False, "✗ The receiver listens no more"),
        (replace(CAUGHT, trouble="it fell ill"), None, "The readback failed: it fell ill"),
    ],
)
def test_the_end_tells_what_it_is_worth(caught: Caught, right: bool | None, said: str) -> None:
    """Right is only what was hunted to the end."""
    assert caught.right is right
    assert caught_json(caught)["right"] is right
    assert said in shown(caught)


def test_a_bug_is_told_step_by_step() -> None:
    """Whether it shows each time is said too."""
    told = shown(replace(CAUGHT, bugs=[replace(BUG, steady=False)]))
    assert "✗ lost  now and then: a race" in told
    assert "  1. message 1: 'Hi'\n  Happened: it is not stored\n  Expected: it is stored" in told


def test_nothing_that_was_sent_steers_the_terminal() -> None:
    """Nor is it taken for markup; the secret is masked."""
    nasty = Finding("lost", NASTY, NASTY, NASTY)
    history = History("intelepeer", (Send(({"message": NASTY, "x": "hushhush"},)),))
    settings = Settings(intelepeer=IntelePeerSettings(secret="hushhush"))
    caught = replace(
        CAUGHT, settings=settings, bugs=[Bug(nasty, history, NASTY, NASTY + "hushhush")]
    )
    told = shown(caught)
    assert "[bold]" in told
    assert not {"\x00", "\x1b", "\ud83d", "\u202e"} & set(told)
    assert "hush" not in told + json.dumps(caught_json(caught))


def test_a_terminal_has_one_live_line() -> None:
    """Histories played, bugs so far, and the time; a pipe has a line a bug, JSON has none."""
    live, pipe, silent = console(terminal=True), console(), console()
    for each, quiet in ((live, False), (pipe, False), (silent, True)):
        with Watching(each, Settings(), silent=quiet) as watching:
            watching.played(None)
            watching.found(BUG)
    assert "1 histories played, 1 bug so far, 0:00:0" in text(live)
    assert "✗" not in text(live)
    assert text(pipe) == "✗ lost: it is not stored\n"
    assert text(silent) == ""
