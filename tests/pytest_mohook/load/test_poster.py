"""How one POST ends, by the names that the emulator has for it; against receivers of all kinds.

The poster runs on gevent, and so in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests._receivers import Answer, Behaviour, Receiver, hangups, scripted, silence
from tests._receivers.floods import endless

pytestmark = pytest.mark.slow

POSTS = """
import json, sys
from datetime import timedelta
from mohook.settings import DeliverySettings, ServeSettings, Settings
from pytest_mohook.load.process.poster import Poster

settings = Settings(
    delivery=DeliverySettings(time_limit=timedelta(seconds=0.5)),
    serve=ServeSettings(answer_cap=200_000, headers=("X-Api-Key: 7",)),
)
poster = Poster(sys.argv[1], settings, connections=4)
print(json.dumps([poster.post(b'{"id": 7}')[0] for _ in range(int(sys.argv[2]))]))
"""
CUT_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
CUT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Le"
ENDLESS = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000)


def posted(url: str, times: int = 1) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", POSTS, url, str(times)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[str] = json.loads(done.stdout)
    return outcomes


@pytest.mark.parametrize(
    ("behave", "outcome"),
    [
        (hangups.closes_without_an_answer, "reset"),
        (hangups.resets_after_reading, "reset"),
        pytest.param(hangups.says(CUT_BODY), "malformed", id="cut body"),
        pytest.param(hangups.says(CUT_HEAD), "malformed", id="cut head"),
        pytest.param(hangups.says(b"+OK ready\r\n\r\n"), "malformed", id="no HTTP"),
        (silence.hangs_before_headers, "timeout"),
        (silence.hangs_within_headers, "timeout"),
        (silence.drips_headers, "timeout"),
        (silence.drips_body, "timeout"),
        (silence.answers_then_never_closes, "timeout"),
        (ENDLESS, "too-large"),
        (hangups.says(b"HTTP/1.1 200 OK\r\n\r\n"), "200"),
        (hangups.half_closes_after_the_answer, "200"),
    ],
)
def test_an_odd_receiver_has_the_name_that_the_emulator_gives_it(
    behave: Behaviour, outcome: str
) -> None:
    """No whole answer within the time limit is never an acknowledgement."""
    with Receiver(behave) as receiver:
        assert posted(receiver.url) == [outcome]


def test_statuses_are_told_and_redirects_are_not_followed() -> None:
    """A 302 is an answer like any other; the connection is kept from one to the next."""
    elsewhere = Answer(302, headers=(("Location", "/elsewhere"),))
    with scripted(Answer(204), elsewhere, Answer(500, b"sorry"), Answer(200, b"ok")) as receiver:
        assert posted(receiver.url, 4) == ["204", "302", "500", "200"]
        assert [each.path for each in receiver.requests] == ["/inbound"] * 4
        assert len({each.connection for each in receiver.requests}) == 1


def test_the_request_is_the_one_that_the_emulator_makes() -> None:
    """Method, headers, credentials of the URL, and the body byte for byte."""
    with scripted() as receiver:
        posted(receiver.url.replace("//", "//user:pass@") + "?a=b")
        place = f"127.0.0.1:{receiver.port}"
    [request] = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/inbound?a=b", b'{"id": 7}')
    assert request.header("Content-Type") == "application/json"
    assert request.header("Host") == place
    assert request.header("Authorization") == "Basic dXNlcjpwYXNz"
    assert request.header("X-Api-Key") == "7"
    assert str(request.header("User-Agent")).startswith("mohook/")


def test_a_request_that_was_cut_is_not_made_again_in_silence() -> None:
    """Whether to repeat it is the provider's policy to say."""
    cut = hangups.takes_the_second_request_and(hangups.closes_without_an_answer)
    with Receiver(cut) as receiver:
        outcomes = posted(receiver.url, 3)
        assert outcomes.count("200") == 2
        assert outcomes.count("reset") == 1
