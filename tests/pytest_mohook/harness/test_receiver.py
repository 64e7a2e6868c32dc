"""The recording receiver: answers as told, keeps all that comes, in process and on a socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import requests

from mohook.delivery.clock import ManualClock
from mohook.emulator import Emulator
from mohook.errors import InputError, NotSettledError
from pytest_mohook.harness.receiver import Answer, MohookReceiver, Received
from tests.emulators import intelepeer, ip1

_SOON = timedelta(milliseconds=1)


@pytest.fixture
def receiver() -> Iterator[MohookReceiver]:
    with MohookReceiver() as receiver:
        yield receiver


@pytest.fixture
def emulator(receiver: MohookReceiver) -> Iterator[Emulator]:
    """Give an emulator whose providers both post to the receiver, in process."""
    emulator = Emulator(clock=ManualClock())
    origin = emulator.apps.mount(receiver)
    emulator.ip1.put("ip1-10001", f"{origin}/sms/ip1")
    emulator.intelepeer.put_default_webhook(f"{origin}/sms/intelepeer?to=me")
    yield emulator
    emulator.stop()


def post(receiver: MohookReceiver, body: object = None, path: str = "/") -> int:
    """Post over the socket; return the status."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    answer = requests.post(receiver.url + path, data=data, timeout=10)
    return answer.status_code


def test_without_a_script_all_is_acknowledged(receiver: MohookReceiver, emulator: Emulator) -> None:
    """A message of each provider arrives as it was posted, and is delivered."""
    emulator.send([ip1("one"), intelepeer("two")])
    emulator.settle()
    first, second = receiver.requests
    assert (first.number, first.method, first.path, first.query) == (1, "POST", "/sms/ip1", "")
    assert (second.number, second.path, second.query) == (2, "/sms/intelepeer", "to=me")
    assert first.headers["content-type"] == "application/json"
    assert first.headers["CONTENT-LENGTH"] == str(len(first.body))
    assert (first.json["body"], second.json["message"]) == ("one", "two")
    assert (first.answered, second.answered) == (200, 200)
    assert emulator.store.pending() == 0


def test_answers_come_in_order_and_the_last_repeats(
    receiver: MohookReceiver, emulator: Emulator
) -> None:
    """Two failures and then 200: the third attempt delivers, the next message goes at once."""
    receiver.answer(500, 503, 200)
    emulator.send([intelepeer("Hi")])
    emulator.advance(timedelta(minutes=10))
    emulator.send([intelepeer("again")])
    emulator.settle()
    assert [each.answered for each in receiver.requests] == [500, 503, 200, 200]


def test_a_script_can_be_changed_at_any_time(receiver: MohookReceiver) -> None:
    """The newest script counts from its first answer on; an empty one is 200."""
    receiver.answer(500, 501)
    assert post(receiver) == 500
    receiver.answer(404, 410)
    assert [post(receiver) for _ in range(3)] == [404, 410, 410]
    receiver.answer()
    assert post(receiver) == 200


def test_a_whole_answer_goes_out_as_it_is(receiver: MohookReceiver) -> None:
    """Status, headers and body over the socket, and a status that nobody has named."""
    receiver.answer(Answer(status=503, body="später", headers={"Retry-After": "60"}), 599)
    answer = requests.get(receiver.url, timeout=10)
    assert (answer.status_code, answer.content) == (503, "später".encode())
    assert answer.headers["Retry-After"] == "60"
    assert post(receiver) == 599


def test_a_function_answers_by_what_came(receiver: MohookReceiver) -> None:
    """It sees the request whole, and returns a status or an answer."""

    def by_path(request: Received) -> int | Answer:
        return 404 if request.path == "/nowhere" else Answer(status=202, body=request.body)

    receiver.answer(by_path)
    assert [post(receiver, path=path) for path in ("/nowhere", "/sms")] == [404, 202]


def test_a_function_that_raises_is_a_500(receiver: MohookReceiver, emulator: Emulator) -> None:
    """The attempt shows what it raised, and the request that it was answered so."""

    def falls_over(request: Received) -> int:
        raise ZeroDivisionError(request.number)

    receiver.answer(falls_over)
    [message] = emulator.send([ip1()])
    emulator.settle()
    assert message.attempts[0].outcome == "500"
    assert "ZeroDivisionError" in (message.attempts[0].error or "")
    assert receiver.requests[0].answered == 500


def test_a_function_that_returns_nonsense_is_told(
    receiver: MohookReceiver, emulator: Emulator
) -> None:
    """What it returns is checked as a script is."""
    receiver.answer(lambda _: None)  # type: ignore[arg-type, return-value] # on purpose
    [message] = emulator.send([ip1()])
    emulator.settle()
    assert "answer None: expected a status" in (message.attempts[0].error or "")


def test_stored_is_what_a_right_receiver_keeps(
    receiver: MohookReceiver, emulator: Emulator
) -> None:
    """Each message once by the provider's id: not what was refused, not the second copy."""
    emulator.faults.add(["lose-ack", "duplicate", "500"])
    first, second, third = emulator.send([ip1("one"), intelepeer("two"), ip1("three")])
    receiver.answer(200, 200, 200, 500, 200)
    emulator.run_until_idle(20)
    ids = [json.loads(each.payload) for each in (first, second, third)]
    assert receiver.stored == {
        ids[0]["id"]: "one",
        ids[1]["refid"]: "two",
        ids[2]["id"]: "three",
    }
    assert len(receiver.requests) > 3


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[1]", b"7", b'{"id": "1"}'])
def test_what_is_no_message_is_not_stored(receiver: MohookReceiver, body: bytes) -> None:
    """Whatever comes is recorded and acknowledged; only messages are stored."""
    assert post(receiver, body) == 200
    assert receiver.requests[0].body == body
    assert receiver.stored == {}


def test_the_first_text_wins_and_a_refused_one_does_not_count(receiver: MohookReceiver) -> None:
    """An id that comes again with another text changes nothing."""
    receiver.answer(500, 200, 202)
    for text in ("refused", "first", "second"):
        post(receiver, {"id": "7", "body": text})
    assert receiver.stored == {"7": "first"}


def test_payloads_are_the_json_of_every_request(receiver: MohookReceiver) -> None:
    """One that is no JSON is named, with what it was."""
    post(receiver, {"id": "7"})
    assert receiver.payloads == [{"id": "7"}]
    post(receiver, b"id=7")
    with pytest.raises(InputError, match=r"request 2 is no JSON .*: b'id=7'"):
        _ = receiver.payloads


def test_clear_forgets_what_came_and_keeps_the_script(receiver: MohookReceiver) -> None:
    """Numbers begin again at 1; the script goes on where it stood."""
    receiver.answer(500, 200)
    assert post(receiver) == 500
    receiver.clear()
    assert receiver.requests == []
    assert post(receiver) == 200
    assert [each.number for each in receiver.requests] == [1]


def test_it_waits_for_what_another_thread_sends(receiver: MohookReceiver) -> None:
    """It returns when the last one of them has been answered."""
    url = receiver.url
    with ThreadPoolExecutor(3) as senders:
        sent = senders.map(lambda _: requests.post(url, data="{}", timeout=10), range(3))
        assert len(receiver.wait_for(3)) == 3
        assert {each.status_code for each in sent} == {200}


def test_too_few_is_an_error_that_shows_what_came(receiver: MohookReceiver) -> None:
    """Nothing, or what there was, each request on a line."""
    with pytest.raises(NotSettledError, match=r"0 of 1 requests .* 0\.001 seconds.*\s+nothing"):
        receiver.wait_for(timeout=_SOON)
    post(receiver, {"id": "7"}, "/sms")
    assert len(receiver.wait_for(1, timedelta())) == 1
    with pytest.raises(NotSettledError, match=r'<Received 1: POST /sms \{"id": "7"\}, answered 20'):
        receiver.wait_for(2, timeout=_SOON)


def test_requests_from_many_threads_are_all_recorded(receiver: MohookReceiver) -> None:
    """Each has a number of its own, each answer of the script is given once."""
    receiver.answer(*[503] * 20, 200)
    url = receiver.url
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: requests.get(url, timeout=10), range(40)))
    assert [each.number for each in receiver.requests] == list(range(1, 41))
    assert sorted(each.status_code for each in answers) == [200] * 20 + [503] * 20


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (42, "status 42: expected a whole number from 200 to 599"),
        (True, "answer True: expected a status such as 500"),
        ("500", "answer '500': expected a status such as 500"),
        (None, "answer None: expected a status"),
    ],
)
def test_what_is_no_answer_is_refused(receiver: MohookReceiver, given: Any, words: str) -> None:
    """The error holds what was given and what was expected, and the old script stands."""
    receiver.answer(404)
    with pytest.raises(InputError, match=words):
        receiver.answer(200, given)
    assert post(receiver) == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"status": 100}, "status 100: expected"),
        ({"status": "500"}, "status '500': expected"),
        ({"body": {"ok": True}}, r"body {'ok': True}: expected bytes or a text"),
        ({"headers": [("A", "b")]}, r"headers \[\('A', 'b'\)\]: expected texts by name"),
        ({"headers": {"Retry-After": 60}}, r"headers {'Retry-After': 60}: expected texts"),
        ({"delay": 5}, "delay 5: expected a timedelta"),
        ({"delay": -timedelta(1)}, "delay datetime.*: expected a timedelta of zero or more"),
    ],
)
def test_an_answer_is_checked_when_it_is_made(given: Any, words: str) -> None:
    """Each value of a wrong type or size is told at once."""
    with pytest.raises(InputError, match=words):
        Answer(**given)


def test_a_number_of_seconds_is_no_timeout(receiver: MohookReceiver) -> None:
    """Durations are timedeltas, as everywhere."""
    with pytest.raises(InputError, match=r"timeout 5: expected a timedelta"):
        receiver.wait_for(1, 5)  # type: ignore[arg-type] # on purpose


def test_a_delay_passes_before_the_answer_and_ends_with_the_receiver() -> None:
    """A sender waits for a delayed answer; closing lets it go."""
    receiver, came = MohookReceiver(), Event()

    def slowly(_: Received) -> Answer:
        came.set()
        return Answer(delay=timedelta(hours=1))

    receiver.answer(slowly)
    with ThreadPoolExecutor(1) as senders:
        sent = senders.submit(post, receiver, {})
        assert came.wait(10)
        with pytest.raises(NotSettledError, match=r"<Received 1: POST / {}>"):
            receiver.wait_for(1, _SOON)
        receiver.close()
        assert receiver.wait_for(1)[0].answered == 200
        assert sent.exception(10) is None


def test_it_says_what_it_is(receiver: MohookReceiver) -> None:
    """Not served before its URL is asked for; then its URL, and how much has come."""
    assert repr(receiver) == "<MohookReceiver: 0 received>"
    post(receiver)
    assert repr(receiver) == f"<MohookReceiver at {receiver.url}: 1 received>"
