"""A command that makes an attempt again: the same bytes, and no secret unless it is asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from mohook.delivery.message import Attempt
from mohook.delivery.transports.headers import request_headers
from mohook.emulator import Emulator
from mohook.evidence.curl import curl_command
from mohook.settings import IntelePeerSettings, ServeSettings, Settings
from mohook.submission import Submission
from tests._receivers.receiver import Arrived
from tests._receivers.scripted import scripted
from tests.emulators import intelepeer, ip1, manual
from tests.store.made import new_attempt

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
ODD = 'it\'s "100 %" \\n\n$HOME `x` !! é🐝'
SECRET = "hush hush"
SETTINGS = Settings(intelepeer=IntelePeerSettings(secret=SECRET))


@contextmanager
def stopped(emulator: Emulator) -> Iterator[Emulator]:
    """Stop an emulator in the end: it has sockets."""
    try:
        yield emulator
    finally:
        emulator.stop()


def run(command: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, timeout=30, env=plain
    )


def made_twice(
    submission: Submission, credentials: str = "", query: str = "", *, reveal: bool = True
) -> tuple[str, Arrived, Arrived]:
    """Return the command of an attempt over a socket, and what arrived of both."""
    with scripted() as receiver, stopped(manual(SETTINGS)) as emulator:
        url = receiver.url.replace("//", f"//{credentials}") + query
        emulator.ip1.put("ip1-10001", url)
        emulator.intelepeer.put_default_webhook(url)
        (message,) = emulator.send([submission])
        emulator.settle()
        command = curl_command(emulator.store.message(message.id).attempts[0], reveal)
        assert run(command).stdout.startswith("HTTP/1.1 200 OK")
        first, second = receiver.wait_for(2)
    return command, first, second


@pytest.mark.slow
@needs_curl
@pytest.mark.parametrize(
    ("submission", "credentials", "query"),
    [
        pytest.param(ip1(ODD), "", "", id="an odd text"),
        pytest.param(ip1("€" * 900), "", "", id="a long one, for which curl would ask to go on"),
        pytest.param(intelepeer(ODD), "us%20er:p%40ss@", "", id="signed, with credentials"),
        pytest.param(ip1(), "", "/../a/./b?x=[1]&y={a,b}'", id="a URL that curl would tidy up"),
    ],
)
def test_the_receiver_gets_the_same_bytes(
    submission: Submission, credentials: str, query: str
) -> None:
    """Request line, headers in their order, and body."""
    _, first, second = made_twice(submission, credentials, query)
    assert second.head == first.head
    assert second.body == first.body


@pytest.mark.slow
@needs_curl
def test_masked_it_still_runs() -> None:
    """The same request, but for what is a secret."""
    command, first, second = made_twice(intelepeer(ODD), "user:pass@", reveal=False)
    assert SECRET not in command
    assert "pass" not in command
    assert (first.header("Authorization"), second.header("Authorization")) == (
        "Basic dXNlcjpwYXNz",
        "Basic ***",
    )
    assert json.loads(second.body) == json.loads(first.body) | {"signature": "***"}


@pytest.mark.slow
@needs_curl
def test_bytes_that_are_no_text_come_again() -> None:
    """A NUL and half a character too, masked or not."""
    body = b'\xff\x00{"signature'
    with scripted() as receiver:
        headers = request_headers(receiver.url, len(body))
        attempt = new_attempt(url=receiver.url, request_body=body, request_headers=headers)
        for reveal in (False, True):
            run(curl_command(attempt, reveal))
        assert [each.body for each in receiver.wait_for(2)] == [body, body]


@pytest.mark.slow
@needs_curl
def test_curl_adds_nothing_of_its_own() -> None:
    """Where the attempt had no such header."""
    with scripted() as receiver:
        headers = (("Host", "x"), ("X-A", ""))
        run(curl_command(replace_headers(new_attempt(url=receiver.url), headers)))
        (arrived,) = receiver.wait_for(1)
    names = [line.split(b":")[0] for line in arrived.head.split(b"\r\n")[1:-2]]
    assert names == [b"Host", b"X-A", b"Content-Length"]


def replace_headers(attempt: Attempt, headers: tuple[tuple[str, str], ...]) -> Attempt:
    return replace(attempt, request_headers=headers)


def test_a_header_of_the_users_own_stands_masked() -> None:
    """No attempt keeps its value, so nobody can reveal it."""
    settings = Settings(serve=ServeSettings(headers=("X-Api-Key: hush",)))
    with scripted() as receiver, stopped(manual(settings)) as emulator:
        emulator.ip1.put("ip1-10001", receiver.url)
        (message,) = emulator.send([ip1()])
        emulator.settle()
        attempt = emulator.store.message(message.id).attempts[0]
    assert "-H 'X-Api-Key: ***'" in curl_command(attempt, reveal=True)


def test_https_stays_at_the_version_that_mohook_speaks() -> None:
    """Left alone, curl would take HTTP/2 where it is offered."""
    assert curl_command(new_attempt(url="https://a/")).startswith("curl -i --http1.1 https://a/ ")
