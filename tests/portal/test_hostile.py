"""Whatever a message, a header or an answer contains is text: shown, and never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from playwright.sync_api import Dialog, Page, expect

from mohook.delivery.faults import FaultMatch
from pytest_mohook.strategies import sms_texts
from tests.emulators import App, intelepeer, ip1
from tests.portal.served import Portal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPT = "<script>document.title = 'owned'</script>"
TEXTS = (
    f"{SCRIPT}<img src=x onerror=\"document.title='owned'\">",
    "</textarea></pre></template></svg><iframe src=javascript:alert(1)></iframe>",
    "\"'><a href=javascript:alert(1) autofocus onfocus=alert(1)>",
    "{{ 7 * 7 }}{% raw %} ${7 * 7} <!-- --> ]]> &lt;b&gt; &#x41;",
    "\n\nfirst lines empty\r\nthen\rthese\t",
    "\u202emoc.elpmaxe \u2066x\u2069 a\u0300\u0301\u0302 👩‍👩‍👧‍👦 \u2028",
)
INSERTED = "main :is(script, iframe, img, object, embed, [onerror], [onfocus])"


class Hostile(App):
    """A receiver whose answers are written by somebody who hopes that a page shows them."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        super().__call__(environ, lambda *_: None)  # type: ignore[arg-type]
        headers = [("Content-Type", "text/html"), ("X-Mine", SCRIPT), ("Location", "javascript:0")]
        start_response(f"500 {SCRIPT}", headers)
        return [f'\n{{"a": "{SCRIPT}"}}</pre>{SCRIPT}'.encode(), b"\xff\x00\xfe"]


def drawn(number: int) -> list[str]:
    """Return texts of the strategies, the same ones each time."""
    found: dict[str, None] = {}

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sms_texts())
    def draw(text: str) -> None:
        found[text] = None

    draw()
    return list(found)


def as_shown(text: str) -> str:
    """Return a text as HTML can carry it: every end of a line is one, and NUL is nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


@pytest.fixture(autouse=True)
def obedience(page: Page) -> Iterator[None]:
    """Fail where a page says something in a dialog, as no page of ours does unasked."""
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    yield
    assert said == []


def require_unharmed(page: Page) -> None:
    assert "owned" not in page.title()
    assert page.locator(INSERTED).count() == 0


def test_texts_of_every_kind_are_shown_as_they_are(portal: Portal, page: Page) -> None:
    """Those of the strategies and the worst that we could write, each on its own page."""
    portal.connect(App(200))
    texts = [*TEXTS, *drawn(30)]
    sent = portal.send(*[ip1(each) for each in texts], *[intelepeer(each) for each in TEXTS])
    page.goto("/")
    expect(page.locator(f"[data-id={sent[-1].id}]")).to_be_visible()
    require_unharmed(page)
    for message in sent:
        page.goto(f"/messages/{message.id}")
        assert page.locator(".bubble").text_content() == as_shown(message.body)
        require_unharmed(page)


@pytest.mark.parametrize("path", ["/", "/reports", "/faults", "/providers/intelepeer", "/state"])
def test_a_page_with_hostile_texts_obeys_none(portal: Portal, page: Page, path: str) -> None:
    """In texts, in what a script of faults matches, and in what went to the CPaaS inbox."""
    portal.connect(Hostile())
    portal.emulator.intelepeer.put_number("+13038675309", cpaas_enabled=True, webhook="")
    for text in TEXTS:
        portal.emulator.faults.add(["500"], match=FaultMatch(body=text))
        portal.send(ip1(text), intelepeer(text, to="+13038675309"))
    page.goto(path)
    expect(page.get_by_role("heading").first).to_be_visible()
    require_unharmed(page)


def test_what_a_receiver_answers_is_shown_as_it_came(portal: Portal, page: Page) -> None:
    """Its headers, its body and its bytes that are no text, on the attempt and in a difference."""
    portal.connect(Hostile())
    portal.send(ip1(TEXTS[0], fields={"owner": SCRIPT, "extra": {SCRIPT: [SCRIPT]}}))
    portal.emulator.run_next()
    page.goto("/messages/m1")
    response = page.get_by_role("region", name="Response to attempt 2")
    expect(response.get_by_role("cell", name=SCRIPT)).to_be_visible()
    raw = response.locator("pre").first.text_content() or ""
    assert raw == f'\n{{"a": "{SCRIPT}"}}</pre>{SCRIPT}\ufffd␀\ufffd'
    require_unharmed(page)
    page.goto("/messages/m1/difference?a=1&b=2")
    expect(page.get_by_role("heading", name=re.compile("Attempt 1"))).to_be_visible()
    require_unharmed(page)
