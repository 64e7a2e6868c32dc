"""A message's page: attempts with their phases, what follows and why, and what differs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from mohook.server.portal.pages.message import SHOWN
from tests.emulators import App, intelepeer, ip1, manual
from tests.server.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench(manual(app=App(500, 503, 200)))
    bench.emulator.send([ip1("Hi my name is earl")])
    bench.emulator.settle()
    return bench


def page(bench: Bench, path: str) -> Any:
    answer = bench.client.get(path, headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"
    return answer


def test_an_attempt_is_told_with_what_follows(bench: Bench) -> None:
    """Outcome in words, when it is made again, and the rule and document behind that."""
    html = page(bench, "/messages/m1").text
    assert "Answered 500." in html
    assert "12:10:00" in html  # ten minutes later
    assert "Receive incoming SMS" in html  # the document
    assert 'class="mark mark-retry"' in html
    assert 'class="mark mark-next"' in html


def test_every_attempt_has_its_request_and_response(bench: Bench) -> None:
    """Headers and bodies, JSON laid out and as it went, and the way to do it again."""
    bench.emulator.advance(timedelta(minutes=20))
    html = page(bench, "/messages/m1").text
    assert re.findall(r'<details class="attempt" id="(attempt-\d)"', html) == [
        "attempt-1",
        "attempt-2",
        "attempt-3",
    ]
    assert html.count("<td>application/json</td>") == 3
    assert "&#34;body&#34;: &#34;Hi my name is earl&#34;" in html  # laid out
    assert "&#34;body&#34;:&#34;Hi my name is earl&#34;" in html  # as it went
    assert "curl -i http://" in html
    assert "def test_" in html
    assert html.count('class="mark mark-retry"') == 2
    assert html.count('class="mark mark-delivered"') == 1


def test_a_message_that_is_held_says_why() -> None:
    """And where to set its webhook."""
    bench = Bench(manual())
    bench.emulator.send([intelepeer()])
    html = page(bench, "/messages/m1").text
    assert "No attempt has been made yet." in html
    assert 'href="/providers' in html


def test_of_many_attempts_the_last_are_shown() -> None:
    """All on request: ip1 may have made thousands."""
    bench = Bench(manual(app=App(500)))
    bench.emulator.send([ip1()])
    bench.emulator.advance(timedelta(minutes=10 * (SHOWN + 10)))
    made = len(bench.emulator.store.message("m1").attempts)
    html = page(bench, "/messages/m1").text
    assert html.count('<details class="attempt"') == SHOWN
    assert f"{made - SHOWN} earlier attempts are not shown" in html
    assert page(bench, "/messages/m1?all=1").text.count('<details class="attempt"') == made


def test_two_attempts_are_compared(bench: Bench) -> None:
    """What differs stands first, line by line; the rest is there to be opened."""
    bench.emulator.advance(timedelta(minutes=20))
    html = page(bench, "/messages/m1/difference?a=1&b=3").text
    assert '<span class="line line-removed"><span class="sign">\N{MINUS SIGN}</span>500' in html
    assert '<span class="line line-added"><span class="sign">+</span>200' in html
    assert "Request body <span" in html
    assert page(bench, "/messages/m1/difference?a=1&b=1").text.count("do not differ") == 1


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/messages/m99", 404, "never accepted"),
        ("/messages/m1/difference?a=1&b=9", 404, "has no attempt"),
        ("/messages/m1/difference?a=1", 422, "expected the number of an attempt"),
        ("/messages/m1/difference?a=x&b=%3Cb%3E", 404, "has no attempt"),
    ],
)
def test_what_is_not_there_is_told(bench: Bench, path: str, status: int, told: str) -> None:
    """As a page, with what was asked for."""
    answer = page(bench, path)
    assert answer.status_code == status
    assert told in answer.text
    assert "<b>" not in answer.text


def test_secrets_are_masked() -> None:
    """A signature in the body, credentials in the URL: neither stands on the page."""
    emulator = manual(app=App(500))
    origin = emulator.webhook("intelepeer:+12161112222") or ""
    emulator.intelepeer.put_default_webhook(origin.replace("//", "//someone:hush@"))
    emulator.intelepeer.put_customer(
        "default", token=None, username=None, password=None, secret="S3CRET", signature=None
    )
    bench = Bench(emulator)
    emulator.send([intelepeer()])
    emulator.settle()
    html = page(bench, "/messages/m1").text
    assert "hush" not in html
    assert "S3CRET" not in html
    assert "***" in html


HOSTILE = "</code></pre><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \u202e\x00"


def test_what_was_sent_and_answered_is_text() -> None:
    """Markup in a text, in an answer's headers and in its body stands there as it was."""

    def answers(_: Any, start_response: Any) -> list[bytes]:
        start_response("500 No", [("X-Markup", "<script>alert(3)</script>")])
        return [b"<script>alert(4)</script>"]

    emulator = manual()
    emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(answers)}/")
    emulator.send([ip1(HOSTILE.replace("\x00", ""))])
    emulator.settle()
    html = page(Bench(emulator), "/messages/m1").text
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(4)" in html
