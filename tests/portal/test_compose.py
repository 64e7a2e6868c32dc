"""The phone, as a person uses it: typed, counted, sent, and seen to arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.emulators import App, ip1
from tests.portal.complaints import Complaints
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> & “quotes”"


def text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def bubbles(page: Page) -> Locator:
    return page.get_by_role("region", name="Sent in this session").get_by_role("listitem")


@every_look
def test_texts_are_sent_and_shown(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Each stands on the phone as text, with its state and a link; so does what it takes."""
    portal.connect(App(200, 500, 200))
    page.goto("/compose")
    expect(page).to_have_title("Compose · mohook")
    for name in ("Greeting", "HTML", "Right-to-left"):
        page.get_by_role("button", name=name, exact=True).click()
        page.keyboard.press("Control+Enter")
        expect(text(page)).to_have_value("")
    expect(bubbles(page)).to_have_count(3)
    expect(bubbles(page).nth(1)).to_contain_text("<b>bold</b>")
    expect(bubbles(page).nth(1)).to_contain_text("500 pending")
    text(page).fill(HOSTILE)
    expect(page.locator("#whole mark").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("compose")
    page.get_by_role("button", name="Send").click()
    expect(bubbles(page)).to_have_count(4)
    expect(bubbles(page).last.locator(".bubble")).to_have_text(HOSTILE)
    expect(page).to_have_title("Compose · mohook")
    bubbles(page).last.get_by_role("link", name="m4").click()
    expect(page).to_have_url(re.compile("/messages/m4$"))
    page.go_back()
    expect(bubbles(page)).to_have_count(4)


def test_the_count_follows_the_keys(portal: Portal, page: Page) -> None:
    """The character that forces UCS-2 is told as soon as it is typed, and parts as they fill."""
    del portal
    page.goto("/compose")
    brief = page.locator("#brief")
    text(page).press_sequentially("Garcon")
    expect(brief).to_contain_text("GSM 6 of 160 septets 1 part")
    text(page).press("Home")
    text(page).press("End")
    text(page).press_sequentially("ç")
    expect(brief).to_contain_text("UCS-2 7 of 70 units 1 part because of ç")
    expect(page.locator("#whole")).to_contain_text("latin small letter c with cedilla")
    expect(page.locator(".part-text mark")).to_have_text("ç")
    page.get_by_role("button", name="161 characters").click()
    expect(
        page.get_by_role("list", name="The parts of the text").get_by_role("listitem")
    ).to_have_count(2)
    expect(text(page)).to_be_focused()


def test_it_works_by_keys_alone(portal: Portal, page: Page) -> None:
    """Provider, numbers, text, Ctrl+Enter; Enter in the text is a new line."""
    app = App(200)
    portal.connect(app)
    page.goto("/compose")
    page.get_by_role("radio", name="ip1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="IntelePeer")).to_be_checked()
    expect(page.get_by_role("textbox", name="From")).to_have_value("+7708675309")
    expect(page.get_by_label("as one batch")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("+12161112222")
    page.keyboard.press("Enter")
    expect(text(page)).to_be_focused()
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.type("lines")
    page.keyboard.press("Control+Enter")
    expect(bubbles(page)).to_contain_text("200 delivered")
    [payload] = app.payloads
    assert (payload["to"], payload["message"]) == ("+12161112222", "two\nlines")


def test_many_go_as_one_batch_and_meet_a_step(portal: Portal, page: Page) -> None:
    """One bubble for all, live; the step is for these messages alone, and for once."""
    app = App(200)
    portal.connect(app)
    page.goto("/compose")
    page.get_by_label("Times").fill("3")
    page.get_by_label("as one batch").check()
    page.get_by_role("radio", name="lose-ack").check(force=True)
    text(page).fill("once?")
    page.get_by_role("button", name="Send").click()
    expect(bubbles(page)).to_contain_text("m1 to m3 3 pending")
    expect(page.get_by_role("radio", name="as your receiver answers")).to_be_checked()
    assert len({payload["batchId"] for payload in app.payloads}) == 1
    portal.send(ip1("another"))
    page.get_by_role("button", name="Run until idle").click()
    expect(bubbles(page)).to_contain_text("m1 to m3 3 delivered")
    assert len(app.bodies) == 7
    assert portal.emulator.faults.scripts() == ()


def test_what_the_api_refuses_is_told_at_its_field(
    portal: Portal, page: Page, complaints: Complaints, axe: Callable[..., None]
) -> None:
    """The text stays, nothing is sent, and no step is left behind for another message."""
    complaints.expect("422")
    portal.connect(App(200))
    page.goto("/compose")
    page.locator("[name=to]").fill("+46 70")
    text(page).fill("lost?")
    page.get_by_role("radio", name="500").check(force=True)
    page.get_by_role("button", name="Send").click()
    told = page.get_by_text("'+46 70' is not an MSISDN")
    expect(told).to_be_visible()
    expect(page.locator("[name=to]")).to_be_focused()
    expect(text(page)).to_have_value("lost?")
    assert portal.emulator.faults.scripts() == ()
    axe("form[data-compose]")
    page.locator("[name=to]").fill("456189040623")
    expect(told).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    expect(bubbles(page)).to_contain_text("500 pending")


def test_a_reset_empties_the_phone(portal: Portal, page: Page) -> None:
    """What is forgotten is not shown as if it were another message of the same id."""
    portal.connect(App(200))
    page.goto("/compose")
    page.get_by_role("button", name="STOP").click()
    page.keyboard.press("Control+Enter")
    expect(bubbles(page)).to_have_count(1)
    portal.emulator.reset()
    expect(page.get_by_text("What you send stands here")).to_be_visible()
    portal.send(ip1("not from this phone"))
    page.reload()
    expect(page.get_by_text("What you send stands here")).to_be_visible()
