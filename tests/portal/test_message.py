"""A message's page and the reports, as a person uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.emulators import App, intelepeer, ip1
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@every_look
def test_attempts_are_opened_and_compared(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """What was sent, what came back, why it follows, and what differs between two."""
    portal.connect(App(500, 503, 200))
    portal.send(ip1("🎉 Hi <b>earl</b>\nsecond line"))
    portal.emulator.advance(timedelta(minutes=25))
    page.goto("/messages/m1")
    expect(page.get_by_role("heading", name="3 attempts")).to_be_visible()
    expect(page.locator("#attempt-3")).to_have_attribute("open", "")
    page.locator("#attempt-1 > summary").click()
    expect(page.get_by_role("region", name="Request of attempt 1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("message")
    page.get_by_label("Compare attempt").select_option("1")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Attempt 1 against 3")).to_be_visible()
    expect(page.locator(".line-removed", has_text="500").first).to_be_visible()
    axe()
    shoot("difference")


def test_a_message_is_sent_again(portal: Portal, page: Page) -> None:
    """The new attempt appears by itself, and what was opened stays open."""
    portal.connect(App(200))
    portal.send(intelepeer())
    page.goto("/messages/m1")
    page.locator("#attempt-1 summary", has_text="As curl").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Sent again.")).to_be_visible()
    page.get_by_role("button", name="Step to next").click()
    expect(page.get_by_role("heading", name="2 attempts")).to_be_visible()
    expect(page.locator("#as-curl-1")).to_have_attribute("open", "")


@pytest.mark.parametrize("name", ["Copy as curl", "Copy as pytest test"])
def test_a_copy_is_what_the_page_shows(portal: Portal, page: Page, name: str) -> None:
    """Taken to the clipboard whole."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    portal.connect(App(200))
    portal.send(ip1('it\'s "quoted" $HOME\n`id`'))
    page.goto("/messages/m1")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    shown = "curl-1" if name == "Copy as curl" else "as-test"
    assert copied == page.locator(f"#{shown}").text_content()
    assert ("curl -i http://" if name == "Copy as curl" else "def test_") in copied


@every_look
def test_the_reports_count_and_draw(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Live: figures, charts with a table beside them, and downloads that arrive."""
    portal.connect(App(200, 500, 200, 503, 200))
    for number in range(12):
        portal.send(ip1(f"n{number}"), intelepeer(f"n{number}"))
        portal.emulator.advance(timedelta(minutes=3))
    page.goto("/reports")
    expect(page.locator(".tile-received dd")).to_have_text("24")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("reports")
    with page.expect_download() as download:
        page.get_by_role("link", name="Records as CSV").click()
    assert download.value.suggested_filename == "mohook-mdr.csv"
    portal.send(ip1("one more"))
    expect(page.locator(".tile-received dd")).to_have_text("25")


def test_the_clock_bar_moves_the_clock(portal: Portal, page: Page) -> None:
    """Advance, run until idle, resume at a speed, pause: each is seen in the bar."""
    portal.connect(App(500, 500, 200))
    portal.send(ip1())
    page.goto("/")
    bar = page.get_by_role("region", name="Clock")
    expect(bar).to_contain_text("12:00:00")
    expect(bar).to_contain_text("next due 12:10:00")
    bar.get_by_label("How far to advance").select_option("1 hour")
    bar.get_by_role("button", name="Advance").click()
    expect(bar).to_contain_text("13:00:00")
    expect(bar).to_contain_text("nothing due")
    bar.get_by_role("button", name="Resume").click()
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    bar.get_by_label("Speed of the clock").select_option("x60")
    expect(bar.locator("[data-clock-mode]")).to_have_text("x60")
    bar.get_by_role("button", name="Pause").click()
    expect(bar.get_by_role("button", name="Step to next")).to_be_visible()
