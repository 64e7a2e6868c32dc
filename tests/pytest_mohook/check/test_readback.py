"""What a receiver has stored is asked for by URL or by command, and found by JSON pointers."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from mohook.errors import UnreachableError
from mohook.providers import PROVIDERS
from mohook.settings import CheckSettings, ServeSettings, Settings
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.readback.shared import SharedReadback
from pytest_mohook.check.readback.sources import CommandReadback, UrlReadback
from tests._receivers import Answer, certificates, scripted
from tests.pytest_mohook.check.inbox import Inbox

WIRE = PROVIDERS["ip1"].wire
PLAIN = Pointers("/id", "/body")
STORED: list[dict[str, Any]] = [{"id": "a", "body": "Hi"}, {"id": 7, "body": None}]
READ = [("a", "Hi"), (7, None)]


def by_url(url: str, settings: Settings | None = None, receiver: str = "") -> object:
    return UrlReadback(url, PLAIN, settings or Settings(), receiver)()


def test_the_providers_names_count_unless_pointers_are_given() -> None:
    """Each pointer can be given by itself."""
    assert Pointers.of(CheckSettings(), WIRE) == PLAIN
    given = Pointers.of(CheckSettings(readback_text="/data/text"), PROVIDERS["intelepeer"].wire)
    assert given == Pointers("/refid", "/data/text")


@pytest.mark.parametrize(
    ("pointers", "content"),
    [
        (PLAIN, STORED),
        (Pointers("/d/id", "/d/t"), [{"d": {"id": one, "t": text}} for one, text in READ]),
        (Pointers("/0", "/1/0"), [[one, [text]] for one, text in READ]),
        (Pointers("/a~1b", "/~0"), [{"a/b": one, "~": text} for one, text in READ]),
        (Pointers("/", "/x"), [{"": one, "x": text} for one, text in READ]),
    ],
)
def test_pointers_find_id_and_text(pointers: Pointers, content: object) -> None:
    """They lead into objects and arrays, as RFC 6901 has it."""
    assert pointers.read(json.dumps(content).encode(), "here") == READ


def test_what_one_item_lacks_is_null() -> None:
    """A receiver may have stored something odd: the others are read all the same."""
    content = b'[{"id": "a"}, {"body": "Hi"}, 7, {"id": "b", "body": "Ho"}]'
    expected = [("a", None), (None, "Hi"), (None, None), ("b", "Ho")]
    assert PLAIN.read(content, "here") == expected
    assert PLAIN.read(b"[]", "here") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>", "here told no JSON, but '<html>': expected a JSON array of all stored"),
        (b"\xff", "here told no JSON"),
        (b"[" * 100_000, "here told no JSON"),
        (b'{"id": "a"}', "here told no array, but {'id': 'a'}: expected a JSON array"),
        (b"[1]", "1 has no /id: expected a JSON array"),
        (b'[{"body": "Hi"}]', "--readback-id POINTER"),
        (b'[{"id": "a", "text": "Hi"}]', "has no /body: "),
        (b'[{"id": "a", "text": "Hi"}]', "--readback-text POINTER"),
    ],
)
def test_what_is_something_else_is_told_with_an_example(content: bytes, said: str) -> None:
    """The error shows what came, what was expected, and how to say where things are."""
    with pytest.raises(ReadbackError) as refused:
        PLAIN.read(content, "here")
    assert said in str(refused.value)
    assert '[{"id": "5c61a2", "body": "Hi"}]' in str(refused.value)


@pytest.mark.parametrize("pointers", [("/a/b", "/a/c"), ("/a", "/a/b"), ("/a/b", "/a")])
def test_an_example_can_always_be_made(pointers: tuple[str, str]) -> None:
    """Also for pointers that contradict each other."""
    assert json.loads(Pointers(*pointers).example)


def test_a_url_is_asked(url: str, inbox: Inbox) -> None:
    """It answers 200 and a JSON array."""
    inbox.stored = list(STORED)
    assert by_url(f"{url}/stored") == READ


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found", "500 Oops"])
def test_another_answer_than_200_is_told(url: str, inbox: Inbox, status: str) -> None:
    """A redirect is not followed: it leads to a login page most often."""
    inbox.tells_status = status
    with pytest.raises(
        ReadbackError, match=f"answered {status[:3]}: expected 200 and a JSON array"
    ):
        by_url(f"{url}/stored")


def test_a_page_of_several_is_not_taken_for_all() -> None:
    """What stands on the others would count as lost."""
    page = Answer(body=b"[]", headers=(("Link", '</stored?page=2>; rel="next"'),))
    with scripted(page) as receiver, pytest.raises(ReadbackError, match="one page of several"):
        by_url(receiver.url)


@pytest.mark.parametrize("status", [401, 403])
def test_who_asks_for_a_password_is_told_how_to_give_one(status: int) -> None:
    """By a header, or, where headers do not go, by a command."""
    with scripted(Answer(status)) as receiver:
        with pytest.raises(ReadbackError, match="is given with --header"):
            by_url(receiver.url, receiver=receiver.url)
        with pytest.raises(ReadbackError, match="--readback-command can ask"):
            by_url(receiver.url, receiver="http://127.0.0.1:1/")


def test_a_redirect_is_told_with_its_end() -> None:
    """It is not followed: a login stands there more often than messages."""
    moved = Answer(302, headers=(("Location", "http://me:hush@127.0.0.1/login"),))
    with scripted(moved) as receiver, pytest.raises(ReadbackError) as told:
        by_url(receiver.url)
    assert "answered 302 and points to http://" in str(told.value)
    assert "hush" not in str(told.value)


def test_a_certificate_that_is_not_trusted_is_told_with_what_to_do() -> None:
    """In the words that a receiver's own has."""
    with scripted(tls=certificates.unknown_authority()) as receiver:
        url = receiver.url.replace("http:", "https:")
        with pytest.raises(UnreachableError, match="or take any with --insecure") as told:
            by_url(url)
    assert "certificate" in str(told.value).partition("(")[2].partition(")")[0]
    assert "Pool" not in str(told.value)


@pytest.mark.parametrize(("name", "path"), [("items", ".items"), ("my items", '.["my items"]')])
def test_an_array_within_an_object_is_told_with_a_way_out(name: str, path: str) -> None:
    """Most lists of an API stand in one; a shell takes the option as it is told."""
    with pytest.raises(ReadbackError) as told:
        PLAIN.read(json.dumps({"count": 1, name: [{"id": "a"}]}).encode(), "here")
    option, command = shlex.split(str(told.value).partition("take it out: ")[2])
    assert option == "--readback-command"
    assert shlex.split(command) == ["curl", "-s", "URL", "|", "jq", path]


def test_nobody_at_the_url_is_told_without_the_password() -> None:
    """It is as unreachable as a receiver would be."""
    with scripted() as gone:
        url = gone.url
    with pytest.raises(UnreachableError, match="no answer") as refused:
        by_url(url.replace("//", "//user:hush@"))
    assert isinstance(refused.value, ReadbackError)
    assert "hush" not in str(refused.value)


def test_headers_go_to_the_receivers_own_origin_alone() -> None:
    """A key for the receiver's gateway is nobody else's business."""
    settings = Settings(serve=ServeSettings(headers=("X-Api-Key: hush",)))
    with scripted(Answer(body=b"[]")) as receiver:
        by_url(receiver.url + "stored", settings, receiver.url + "sms")
        by_url(receiver.url + "stored", settings, "http://127.0.0.1:1/sms")
        one, other = (bytes(each.received) for each in receiver.connections)
    assert b"X-Api-Key: hush" in one
    assert b"hush" not in other


@pytest.fixture
def printing(tmp_path: Path) -> Callable[[str], str]:
    def command(program: str) -> str:
        path = tmp_path / "program.py"
        path.write_text(program, encoding="utf-8")
        return f'"{sys.executable}" "{path}"'

    return command


@pytest.mark.slow
def test_a_command_prints_what_is_stored(printing: Callable[[str], str]) -> None:
    """It runs in a shell, with nothing on its stdin."""
    command = printing(f"import sys; sys.stdin.read(); print({json.dumps(STORED)!r})")
    assert CommandReadback(f"{command} | cat", PLAIN)() == READ


@pytest.mark.slow
def test_a_command_that_fails_is_told_with_what_it_said(printing: Callable[[str], str]) -> None:
    """Its exit code, its stderr, and what was expected."""
    command = CommandReadback(printing("raise SystemExit('no such table')"), PLAIN)
    with pytest.raises(ReadbackError, match=r"ended with 1 \(no such table\): expected a JSON"):
        command()


def test_a_command_that_hangs_is_ended_with_all_that_it_has_started() -> None:
    """A readback is no reason to wait for ever."""
    began = time.monotonic()
    command = CommandReadback("sleep 60 & sleep 60", PLAIN, patience=0.1)
    with pytest.raises(ReadbackError, match=r"did not end within 0\.1 seconds"):
        command()
    assert time.monotonic() - began < 10


def test_who_asks_while_it_is_read_is_told_the_next_reading() -> None:
    """A reading that had begun before a message was stored does not tell of it; one serves all."""
    begun, go_on = Event(), Event()
    readings: list[int] = []

    def slow() -> list[tuple[str, str]]:
        readings.append(len(readings))
        begun.set()
        assert go_on.wait(10)
        return [(str(readings[-1]), "Hi")]

    shared = SharedReadback(slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(shared)
        assert begun.wait(10)
        later = [pool.submit(shared) for _ in range(8)]
        while pool._work_queue.qsize():  # until each has a thread
            time.sleep(0)
        time.sleep(0.05)
        go_on.set()
        assert first.result(10) == [("0", "Hi")]
        assert {each.result(10)[0] for each in later} == {("1", "Hi")}  # type: ignore[index] # lists
    assert len(readings) == 2


def test_a_reading_that_fails_fails_for_all_who_asked() -> None:
    """The next is tried anew; what was wrong is remembered."""
    answers: list[list[tuple[str, str]] | Exception] = [ReadbackError("once"), [("a", "Hi")]]

    def readback() -> list[tuple[str, str]]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = SharedReadback(readback)
    with pytest.raises(ReadbackError, match="once"):
        shared()
    assert shared() == [("a", "Hi")]
    assert str(shared.problem) == "once"


def test_who_answered_before_is_told_apart_from_who_never_did() -> None:
    """What was sent in between may have broken it: the pointers, and the URL, are right."""
    ill = ReadbackError("here told no JSON")
    answers: list[Any] = [ill, [], ill, ill]

    def read() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = SharedReadback(read)
    told = []
    while answers:
        try:
            shared()
        except ReadbackError as problem:
            told.append(str(problem))
    assert told[0] == "here told no JSON"
    assert told[1] == told[2] == str(shared.problem)
    assert told[1].startswith("here told no JSON; it answered before")


def test_the_first_look_counts_what_is_there_or_says_what_is_wrong() -> None:
    """Before anything is sent."""
    assert SharedReadback(lambda: [("a", "Hi")]).first(WIRE) == 1
    with pytest.raises(ReadbackError, match="expected"):
        SharedReadback(lambda: "Hi").first(WIRE)
