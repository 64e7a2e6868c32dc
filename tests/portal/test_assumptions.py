"""The ledger, as a person reads it: filtered while one types, and how a switch is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mohook.assumptions.ledger import LEDGER
from mohook.settings import Ip1Settings
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def portal(portal_of: Callable[..., Portal]) -> Portal:
    """Give an emulator with one switch that stands otherwise than by default."""
    return portal_of(ip1=Ip1Settings(retry="dlr-like"))


@every_look
def test_the_whole_ledger_is_shown(
    page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Every row, nothing over the edge, with the lines of a switch unfolded."""
    page.goto("/assumptions")
    expect(page.get_by_role("article")).to_have_count(len(LEDGER))
    page.locator("#ip1-retry summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("assumptions")


def test_rows_are_filtered_while_one_types(page: Page) -> None:
    """The address says what is asked for, so that it can be passed on; Enter changes nothing."""
    page.goto("/assumptions")
    search = page.get_by_role("searchbox")
    search.press_sequentially("batchid")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page).to_have_url("/assumptions?text=batchid")
    search.press("Enter")
    expect(search).to_have_value("batchid")
    expect(search).to_be_focused()
    page.reload()
    expect(page.get_by_role("article")).to_have_count(1)
    search.fill("")
    page.get_by_label("Changed only").check()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("now dlr-like, by default until-200")).to_be_visible()
    page.get_by_label("Provider").select_option("IntelePeer")
    expect(page.get_by_text("No row fits")).to_be_visible()
    page.get_by_role("link", name="Show all rows").click()
    expect(page.get_by_role("article")).to_have_count(len(LEDGER))


def test_a_choice_tells_how_it_is_set(page: Page) -> None:
    """The variable and the lines follow the choice; a value that does not fit is told."""
    page.goto("/assumptions#ip1-retry")
    row = page.locator("#ip1-retry")
    row.get_by_role("radio", name="until-200").check()
    expect(row.get_by_text("MOHOOK_IP1_RETRY=until-200 mohook serve")).to_be_visible()
    expect(row.get_by_text('retry = "until-200"')).to_be_visible()
    row = page.locator("#time-limit")
    row.get_by_role("textbox").fill("90")
    expect(row.get_by_text('time_limit = "1m30s"')).to_be_visible()
    row.get_by_role("textbox").fill("soon")
    expect(row.get_by_text("expected a duration longer than 0")).to_be_visible()
