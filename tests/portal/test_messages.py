"""The list of messages, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings
from tests.emulators import App, intelepeer, ip1
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = (
    "Hi my name is earl",
    "STOP",
    "مرحبا، كيف حالك؟",
    "🎉 Happy birthday!\nSee you at 8",
    "<b>bold</b> <script>document.title = 'owned'</script> {{7*7}}",
    "'; DROP TABLE sms; --",
    "a" * 161,
    "\u202eright to left override\u202c",
)


def rows(page: Page) -> Any:
    return page.get_by_role("list", name="Messages, newest first").get_by_role("listitem")


@every_look
def test_messages_of_every_kind_are_shown(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Whatever they hold is text; a click opens one, and the way back leads back."""
    portal.connect(App(200, 500, 200))
    for number, text in enumerate(TEXTS):
        portal.send(ip1(text) if number % 2 else intelepeer(text))
        portal.emulator.advance(timedelta(seconds=37))
    page.goto("/")
    expect(rows(page)).to_have_count(len(TEXTS))
    expect(page).to_have_title("Messages · mohook")
    expect(page.get_by_text("<b>bold</b>")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("messages")
    rows(page).last.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Message m1")).to_be_visible()
    page.get_by_role("link", name="Messages").last.click()
    expect(rows(page)).to_have_count(len(TEXTS))


def test_an_empty_list_becomes_one_with_the_first_message(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """The next step is told with this emulator's own address; then the message appears."""
    page.goto("/")
    expect(page.get_by_text(f"curl {portal.url}/mohook/v1/messages")).to_be_visible()
    axe()
    shoot("messages-empty")
    portal.send(ip1("here I am"))
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("here I am")).to_be_visible()
    expect(page.get_by_text("Nothing has been sent yet")).to_be_hidden()


def test_a_row_follows_its_message(portal: Portal, page: Page) -> None:
    """From pending to delivered, while somebody looks; the counts above too."""
    portal.connect(App(500, 200))
    page.goto("/")
    portal.send(ip1())
    expect(rows(page).first).to_contain_text("pending")
    expect(page.locator('[data-count="pending"]')).to_have_text("1")
    page.get_by_role("button", name="Step to next").click()
    expect(rows(page).first).to_contain_text("delivered")
    expect(page.locator('[data-count="delivered"]')).to_have_text("1")
    expect(page.get_by_role("status").first).to_contain_text("1 attempt made")


def test_search_and_filters_narrow_the_list(portal: Portal, page: Page) -> None:
    """While typing, in the address for others to open, and for what comes afterwards."""
    portal.connect(App(200))
    portal.send(ip1("needle"), intelepeer("hay"), ip1("hay too"))
    page.goto("/")
    page.get_by_role("searchbox").fill("NEEDLE")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?search=NEEDLE$"))
    portal.send(ip1("more hay"), ip1("another needle"))
    expect(rows(page)).to_have_count(2)
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Provider").select_option("intelepeer")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Provider").select_option("")
    page.get_by_label("State").select_option("failed")
    expect(page.get_by_text("No message fits.")).to_be_visible()


def test_ten_thousand_rows_are_scrolled_to_the_end(
    portal_of: Callable[..., Portal], page: Page
) -> None:
    """Few of them are in the page at any time; the first message is the last row."""
    portal = portal_of(serve=ServeSettings(clock="manual", keep=20_000))
    portal.emulator.send([ip1(f"number {n}") for n in range(10_000)])
    page.goto(portal.url)
    expect(page.get_by_text("number 9999")).to_be_visible()
    oldest, most = page.get_by_text("number 0", exact=True), 0
    while not oldest.count():
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(30)
        most = max(most, rows(page).count())
    expect(oldest).to_be_visible()
    expect(rows(page).last).to_have_attribute("aria-setsize", "10000")
    assert most < 120


def test_a_reader_further_down_is_not_moved(portal: Portal, page: Page) -> None:
    """New messages wait behind a button; rows that are shown follow their messages."""
    portal.connect(App(200))
    portal.emulator.send([ip1(f"old {n}") for n in range(300)])
    page.goto("/")
    page.mouse.wheel(0, 3_000)
    seen = rows(page).nth(20).inner_text()
    portal.emulator.send([ip1("brand new")])
    button = page.get_by_role("button", name="1 new message")
    expect(button).to_be_visible()
    assert rows(page).nth(20).inner_text() == seen
    portal.emulator.settle()
    expect(page.locator(".row .state-pending")).to_have_count(0)
    button.click()
    expect(page.get_by_text("brand new")).to_be_visible()
    expect(button).to_be_hidden()


def test_a_lost_connection_is_told_and_caught_up(portal: Portal, page: Page) -> None:
    """The server goes and comes back on its port: what happened meanwhile is there."""
    first = HttpServer(create_app(portal.emulator), port=0)
    first.start()
    page.goto(first.url)
    portal.send(ip1("before"))
    expect(rows(page)).to_have_count(1)
    first.stop()
    expect(page.locator("html[data-offline]")).to_be_visible()
    portal.send(ip1("meanwhile"))
    with HttpServer(create_app(portal.emulator), port=first.port):
        expect(rows(page)).to_have_count(2, timeout=20_000)
        expect(page.locator("html[data-offline]")).to_have_count(0)
        page.goto("about:blank")


def test_everything_is_reached_by_keyboard(portal: Portal, page: Page) -> None:
    """The first Tab skips to the content; Enter on a row opens its message."""
    portal.send(ip1("keys"))
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("searchbox").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Message m1")).to_be_visible()


def test_the_theme_that_is_chosen_stays(page: Page) -> None:
    """On the next page, and the next time."""
    page.goto("/")
    light = page.evaluate("getComputedStyle(document.body).color")
    page.get_by_role("button", name="Change between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body).color")
    assert light != dark
    page.goto("/reports")
    assert page.evaluate("getComputedStyle(document.body).color") == dark
