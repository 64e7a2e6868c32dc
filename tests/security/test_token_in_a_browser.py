"""A browser asks for the control token as a password, and then every page works as without one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import HttpCredentials, Page, expect

from mohook.settings import ServeSettings
from tests.emulators import App, ip1
from tests.portal.chromium import Chromium

# The fixtures of the portal's own tests: a browser, and an emulator behind its pages.
from tests.portal.conftest import browser, portal_of  # noqa: F401
from tests.portal.served import Portal

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOKEN = "a-token-of-some-length"


@pytest.fixture
def guarded(portal_of: Callable[..., Portal]) -> Portal:  # noqa: F811
    """Give an emulator that asks for a token."""
    return portal_of(serve=ServeSettings(clock="manual", seed=1, control_token=TOKEN))


@pytest.fixture
def page_with(browser: Chromium) -> Iterator[Callable[[str], Page]]:  # noqa: F811
    """Open a page of someone who types this password when the browser asks."""
    with browser.lent() as chromium:
        contexts = []

        def opened(password: str) -> Page:
            named = HttpCredentials(username="anyone", password=password)
            contexts.append(chromium.new_context(http_credentials=named))
            return contexts[-1].new_page()

        yield opened
        for context in contexts:
            context.close()


def test_pages_and_their_stream_work_with_the_token(
    guarded: Portal, page_with: Callable[[str], Page]
) -> None:
    """The list is shown, what is sent comes by the stream, the page's own calls are let in."""
    guarded.connect(App(200))
    page = page_with(TOKEN)
    page.goto(guarded.url + "/")
    guarded.send(ip1("Told by the stream"))
    expect(page.get_by_text("Told by the stream")).to_be_visible()
    told = page.evaluate("async () => (await fetch('/mohook/v1/reset', {method: 'POST'})).status")
    assert told == 204


def test_a_wrong_one_shows_nothing(guarded: Portal, page_with: Callable[[str], Page]) -> None:
    """The page says what is asked for, and no more."""
    guarded.send(ip1("Hi my name is earl"))
    page = page_with("wrong")
    answer = page.goto(guarded.url + "/")
    assert answer is not None
    assert answer.status == 401
    shown = page.locator("body").inner_text()
    assert json.loads(shown)["detail"].startswith("this emulator has a control token")
