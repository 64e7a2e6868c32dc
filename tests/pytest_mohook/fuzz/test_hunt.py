"""The hunt finds each bug once, shrinks it, and blames no receiver that is right."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pytest_mohook.check.errors import ReadbackError, ReceiverGoneError
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.history import Again, Fail, History, Post, Send, history_json
from pytest_mohook.fuzz.hunt import Hunt
from pytest_mohook.fuzz.play import UnreadableError, play
from pytest_mohook.fuzz.smaller import size, smallest
from pytest_mohook.harness.serving.hosted import Hosted
from tests.pytest_mohook.check.inbox import EXITS
from tests.pytest_mohook.fuzz.conftest import Serve

pytestmark = pytest.mark.slow


def hunted(target: Target, *, most: int = 50, first: bool = False) -> list[Bug]:
    hunt = Hunt(target, seed=1, most=most, within=timedelta(seconds=30), first=first)
    return list(hunt.bugs())


def test_a_right_receiver_is_not_blamed(serve: Serve) -> None:
    """Nor one that is not asked what it has stored."""
    assert hunted(serve(), most=60) == []
    assert hunted(serve(read=False), most=30) == []


@pytest.mark.parametrize(
    ("way", "bug"),
    [
        ("copies", "duplicated"),
        ("no-json", "server-error"),
        ("cuts", "altered"),
        ("anything", "taken"),
    ],
)
def test_a_bug_is_found_small(serve: Serve, way: str, bug: str) -> None:
    """A history of a message or two with a text of 200 characters at most, or of one request."""
    found = [each for each in hunted(serve(way)) if each.finding.kind == bug]
    assert found
    for each in found:
        assert each.steady
        assert len(each.history.steps) <= 3
        assert all(len(message["body"]) <= 200 for message in each.history.messages)
        assert len(each.history.messages) <= 2
        assert each.finding.expected
        assert each.finding.basis
        assert "curl" in each.curl


@pytest.mark.parametrize("way", ["its-fields", "formats"])
def test_one_bug_is_one_bug_in_whatever_it_shows(serve: Serve, way: str) -> None:
    """Any unknown field; a text that is fatal, in a message and in what is hostile beside it."""
    [bug] = hunted(serve(way), most=60)
    assert bug.finding.kind == "refused"
    [message] = bug.history.messages
    assert len(message["body"]) <= 1


def test_two_bugs_are_told_apart(serve: Serve) -> None:
    """Both are found in one run, each once."""
    names = [each.finding.bug for each in hunted(serve("two"))]
    assert {name.partition(" ")[0] for name in names} >= {"altered", "server-error"}
    assert len(names) == len(set(names))


@pytest.mark.parametrize("seed", [1, 645476])
def test_two_bugs_of_one_text_are_no_third(serve: Serve, seed: int) -> None:
    """Each has a history that shows it alone."""
    hunt = Hunt(serve("two-of-a-text"), seed=seed, most=100, within=timedelta(seconds=30))
    texts = [bug.history.messages[0]["body"] for bug in hunt.bugs()]
    assert len(texts) == 2, texts
    assert {text.strip() == text for text in texts} == {True, False}
    assert {len(text) > 160 for text in texts} == {True, False}


@pytest.mark.parametrize("known", [[], ["a" * 161], [" "]])
def test_a_text_with_two_bugs_shows_each_alone(
    serve: Serve, tmp_path: Path, known: list[str]
) -> None:
    """Also where it is all that was found, or where one of them is known."""
    for number, text in enumerate([*known, " " + "ab " * 400]):
        history = History("ip1", (Send(({"body": text},)),))
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(history_json(history)), encoding="utf-8")
    hunt = Hunt(serve("two-of-a-text"), seed=1, most=1, database=tmp_path)
    texts = sorted((bug.history.messages[0]["body"] for bug in hunt.bugs()), key=len)
    assert [len(text) for text in texts] == [1, 161]
    assert [text.isspace() for text in texts] == [True, False]


def test_what_is_said_again_is_found_by_itself(serve: Serve) -> None:
    """No message of an earlier history is needed: a fresh receiver shows it too."""
    [bug] = hunted(serve("texts"))
    assert bug.finding.kind == "lost"
    assert [type(step) for step in bug.history.steps] == [Send, Again]
    fresh = play(bug.history, serve("texts")).finding
    assert fresh
    assert fresh.kind == "lost"
    assert play(bug.history, serve()).finding is None


def test_what_came_before_stands_in_the_history(serve: Serve) -> None:
    """A receiver that drops what is late drops all after some time: a fresh one needs several.

    Ids are never the same, so that one hunt of a few sees it drop a message that came alone.
    """
    hunts = (hunted(serve("growing")) for _ in range(12))
    bugs = (bug for found in hunts for bug in found if len(bug.history.messages) == 3)
    bug = next(bugs)
    assert (bug.finding.kind, bug.steady) == ("lost", False)
    fresh = serve("growing")
    assert any(play(bug.history, fresh).finding for _ in range(20))
    assert all(play(bug.history, serve()).finding is None for _ in range(3))


def test_what_shows_now_and_then_is_one_bug_that_is_not_steady(serve: Serve) -> None:
    """However many histories it showed in."""
    [bug] = hunted(serve("some"))
    assert (bug.finding.kind, bug.steady) == ("lost", False)


def test_the_first_bug_can_be_enough(serve: Serve) -> None:
    """It comes from a generator, which nobody has to exhaust."""
    hunt = Hunt(serve("two"), seed=1, most=50, first=True)
    assert next(hunt.bugs()).finding.kind in ("altered", "server-error")


def test_the_same_seed_draws_the_same(serve: Serve) -> None:
    """So what it finds is the same."""
    once, again = (hunted(serve("cuts")) for _ in range(2))
    assert [each.history for each in once] == [each.history for each in again]


def test_what_failed_before_is_tried_first(serve: Serve, tmp_path: Path) -> None:
    """Where it is fixed, it is no bug; other files are left alone."""
    target = serve("cuts")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    [once] = Hunt(target, seed=1, most=50, database=tmp_path).bugs()
    again = Hunt(target, seed=2, most=1, database=tmp_path)
    assert next(again.bugs()).history == once.history
    assert again.played < 100
    assert list(Hunt(serve(), seed=2, most=1, database=tmp_path).bugs()) == []


def test_its_time_is_kept(serve: Serve) -> None:
    """No round begins after it."""
    hunt = Hunt(serve(), seed=1, most=10_000, within=timedelta(seconds=0.5))
    assert list(hunt.bugs()) == []
    assert 0 < hunt.played < 2_000


def test_a_receiver_that_dies_ends_it_at_once() -> None:
    """And nothing is shrunk on what is no longer there."""
    with subprocess.Popen(EXITS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        target = Target(url=process.stdout.readline().strip(), provider="ip1")
        hunt = Hunt(target, seed=1, most=50)
        with pytest.raises(ReceiverGoneError, match="any more"):
            list(hunt.bugs())
        process.kill()
    assert hunt.played < 10


def test_a_readback_that_fails_ends_it(serve: Serve) -> None:
    """What it would have told cannot be judged."""
    target = serve()
    turns = count()

    def read() -> list[tuple[str, str]]:
        if next(turns) > 10:
            raise ReadbackError("ill")
        return []

    hunt = Hunt(Target(url=target.url, provider="ip1", readback=read), seed=1, most=50)
    with pytest.raises(ReadbackError, match="ill"):
        list(hunt.bugs())


def test_what_breaks_the_readback_is_a_bug(serve: Serve) -> None:
    """The history after which it failed is told; nothing can be judged any more, so it ends."""
    target = serve("halves")
    found: list[Bug] = []
    hunt = Hunt(target, seed=1, most=500)
    with pytest.raises(ReadbackError, match="told no JSON"):
        found.extend(iter(hunt.bugs()))
    [bug] = found
    assert bug.finding.kind == "unreadable"
    [post] = bug.history.steps
    assert isinstance(post, Post)
    assert b"\\ud" in post.body.lower()
    assert "nobody can read what it stored" in bug.finding.happened
    assert play(bug.history, serve()).finding is None
    again = serve("halves")
    again.traffic.was_read(0.0)
    with pytest.raises(UnreadableError, match="told no JSON"):
        play(bug.history, again)


def test_a_history_is_made_smaller_without_hypothesis() -> None:
    """As far as it still shows what it shows."""
    large = History("ip1", (Send(({"body": "a" * 100, "mcc": None}, {"body": "b"})), Again(0)))
    small = smallest(large, lambda one: any("a" in m.get("body", "") for m in one.messages), 100)
    assert size(small) < size(large)
    assert small.steps == (Send(({"body": "a"},)),)


def test_a_hostile_history_is_one_request(serve: Serve) -> None:
    """What is posted, and of which kind, stands in it."""
    [*bugs] = hunted(serve("no-json"))
    assert all(isinstance(step, Post) for bug in bugs for step in bug.history.steps)


def test_a_delay_is_no_end_of_the_attempts() -> None:
    """A receiver that is busy once gets the message again, also after a second delay."""
    turns = count()

    def busy_once(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("200 OK" if next(turns) else "503 Busy", [])
        return [b""]

    steps = (Fail("delay:1m"), Fail("delay:1m"), Send(({"body": "Hi"},)))
    with Hosted(busy_once) as hosted:
        target = Target(url=hosted.url, provider="ip1")
        assert play(History("ip1", steps), target).finding is None
