"""What a receiver was sent before it was gone is what may have been its end."""

from __future__ import annotations

import json
import subprocess

import pytest
from click.testing import CliRunner

from mohook.cli.root import mohook
from mohook.settings import ServeSettings, Settings
from pytest_mohook.check.catalogue import CATALOGUE
from pytest_mohook.check.errors import ReceiverGoneError
from pytest_mohook.check.model import Result, Status
from pytest_mohook.check.runner import run as run_checks
from pytest_mohook.check.target import Target
from pytest_mohook.check.traffic import Accepted, Traffic
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.strategies.requests import WebhookRequest
from tests.pytest_mohook.check.conftest import Run
from tests.pytest_mohook.check.inbox import EXITS, Inbox

IP1 = [each for each in CATALOGUE if each.provider == "ip1"]


def accepted(
    name: str, began: float, ended: float, *, cut: bool = False, taken: bool = False
) -> Accepted:
    request = WebhookRequest("POST", {}, name.encode())
    return Accepted(f"ip1.{name}", request, "ended", began, ended, cut, taken)


def last_words(*made: Accepted, settings: Settings | None = None) -> list[str]:
    traffic = Traffic()
    traffic.note(*made)
    return traffic.last_words("http://127.0.0.1/", settings or Settings()).splitlines()


def test_what_was_cut_when_nothing_was_answered_any_more_is_told() -> None:
    """What was cut while the receiver still answered is no part of it."""
    assert last_words(
        accepted("cut-before", 1, 2, cut=True),
        accepted("answered-later", 3, 4),
        accepted("end", 3.5, 5, cut=True),
    ) == [
        "ip1.end: POST of 3 bytes: ended",
        "curl -i -X POST http://127.0.0.1/ --data-binary end",
    ]


def test_of_many_that_were_cut_together_each_is_told() -> None:
    """In the order in which they began: one of them was it."""
    cut = [accepted(f"{number:02}", number, 99, cut=True) for number in range(14)]
    told = last_words(*cut[::-1])
    assert told[0] == "one of 14 requests that were cut off together, here the first 12:"
    assert [each.partition(":")[0] for each in told[1::2]] == [each.by for each in cut[:12]]


def test_where_nothing_was_cut_the_last_that_was_answered_is_told() -> None:
    """A receiver may end by itself, after its answer."""
    made = [accepted(name, number, number + 1) for number, name in enumerate("abcd")]
    told = [each.partition(":")[0] for each in last_words(*made)[::2]]
    assert told == ["ip1.b", "ip1.c", "ip1.d"]
    assert last_words() == []


def test_headers_of_the_user_stand_there_masked() -> None:
    """In the command, which is complete with them."""
    settings = Settings(serve=ServeSettings(headers=("X-Api-Key: hush",)))
    _, command = last_words(accepted("end", 1, 2, cut=True), settings=settings)
    assert command.startswith("curl -i -H 'X-Api-Key: ***' -X POST")


def test_what_was_taken_since_it_was_read_may_have_broken_the_readback() -> None:
    """What had ended before is no suspect; nothing is told a second time."""
    traffic = Traffic()
    traffic.note(accepted("before", 1, 2, taken=True))
    assert traffic.suspects() == []
    traffic.was_read(2.5)
    traffic.was_read(1.5)
    taken, refused = accepted("taken", 2, 3, taken=True), accepted("refused", 3, 4)
    traffic.note(refused)
    traffic.was_read(2.5)
    assert traffic.suspects() == [refused]
    traffic.was_read(2.5)
    traffic.note(taken)
    assert traffic.suspects() == [taken]
    assert traffic.suspects() == []


class Paged(Inbox):
    """Tells the first twenty messages, and not that there are more."""

    def _told(self) -> bytes:
        return json.dumps(self.stored[:20]).encode()


@pytest.mark.slow
@pytest.mark.parametrize("paged", [True, False])
def test_a_readback_that_tells_one_page_is_suspected(run: Run, paged: bool) -> None:
    """Where it tells a round number each time, and messages seem lost."""
    said = "The readback told exactly 20 messages each time, whatever was sent"
    with Hosted(Paged() if paged else Inbox()) as hosted:
        words = (f"{hosted.url}/sms", "--provider", "ip1", "--readback", f"{hosted.url}/stored")
        checked = run(*words, "--only", "content", "--only", "order")
        hunted = CliRunner().invoke(mohook, ["fuzz", *words, "--max-examples", "5", "--stop-first"])
    assert (checked.exit_code, said in checked.stdout) == (int(paged), paged)
    assert (said in hunted.stdout) is paged


class Fragile(Inbox):
    """Takes half a character, and can tell nothing any more."""

    def _take(self, body: bytes) -> str:
        if b"\\ud8" in body.lower():
            self.tells = b"\xff"
        return super()._take(body)


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_what_breaks_the_readback_is_blamed_for_it(run: Run, provider: str) -> None:
    """The check that sent it, with the request; no other check, and the run ends with findings."""
    with Hosted(Fragile()) as hosted:
        words = ("--provider", provider, "--only", "hostile", "--skip", "hostile.safe-method")
        read = ("--readback", f"{hosted.url}/stored", "--settle", "0.01")
        result = run(f"{hosted.url}/sms", *words, *read, "--json")
    assert result.exit_code == 1, result.output
    told = json.loads(result.stdout)
    [failed] = [each for each in told["checks"] if each["status"] == "failed"]
    assert failed["id"] == f"{provider}.hostile.lone-surrogate"
    assert failed["why"].startswith("since it was sent this (POST of ")
    assert "told no JSON" in failed["why"]
    assert "\\ud8" in failed["curl"].lower()
    assert told["readback_problem"]


@pytest.mark.slow
@pytest.mark.parametrize("at", ["61", "75", "120"])
def test_of_checks_side_by_side_the_one_that_ended_it_is_told(at: str) -> None:
    """None of them is blamed for the receiver's end."""
    results: list[Result] = []
    with subprocess.Popen([*EXITS, at], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        target = Target(url=process.stdout.readline().strip(), provider="ip1")
        with pytest.raises(ReceiverGoneError) as gone:
            results.extend(run_checks(IP1, target, seed=1))
        end = json.loads(process.stdout.readline())
    one_of_few = gone.value.last.count("curl -i") < 12
    assert end["id"] in gone.value.last or not one_of_few
    assert "refused the connection" not in gone.value.last
    assert results
    assert [each.check.id for each in results if each.status is Status.FAILED] == []
