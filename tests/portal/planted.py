"""Tests that must fail, each by one planted fault, and some beside them that must pass.

`test_fixtures.py` runs them. `says` tells what the report of a failure must hold, as a regular
expression; a test that must pass has none.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.portal.complaints import Complaints

SAID: dict[str, str] = {}
"""What the report of each failure must hold, by the test's name."""

Test = Callable[..., None]
Show = Callable[..., None]
Axe = Callable[..., None]


def says(pattern: str) -> Callable[[Test], Test]:
    def noted(test: Test) -> Test:
        SAID[test.__name__] = pattern
        return test

    return noted


@pytest.fixture(scope="session")
def axe_folder() -> Path:
    return Path(os.environ["AXE_FOLDER"])


@pytest.fixture
def show(page: Page) -> Show:
    """Open a page of the portal's own origin that holds what it is given."""
    head = '<!doctype html><html lang="en"><title>planted</title><main><h1>planted</h1>'

    def show(body: str = "", script: str = "", policy: str = "default-src 'self'") -> None:
        text = f'{head}{body}</main><script src="planted.js"></script>'
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
        page.route("**/planted", lambda route: route.fulfill(body=text, headers=headers))
        kind = "text/javascript"
        page.route("**/planted.js", lambda route: route.fulfill(body=script, content_type=kind))
        page.goto("/planted")

    return show


@says(r"console error at .*planted.js:1: planted error")
def test_console_error(show: Show) -> None:
    show(script="console.error('planted error')")


@says(r"console warning at .*planted.js:1: planted warning")
def test_console_warning(show: Show) -> None:
    show(script="console.warn('planted warning')")


@says(r"page error: .*planted throw")
def test_exception(show: Show) -> None:
    show(script="throw Error('planted throw')")


@says(r"page error: .*planted rejection")
def test_rejection(show: Show) -> None:
    show(script="Promise.reject(Error('planted rejection'))")


@says(r"planted late")
def test_last_moment(show: Show, page: Page) -> None:
    show(script="onclick = () => setTimeout(() => console.error('planted late'))")
    page.mouse.click(5, 5)


@says(r"planted there")
def test_another_window(show: Show, page: Page) -> None:
    show(script="onclick = () => open('/planted.js').console.error('planted there')")
    with page.expect_popup():
        page.mouse.click(5, 5)


@says(r"inline script violates .*Content Security Policy directive")
def test_script_inline(show: Show) -> None:
    show("<script>document.title = 'x'</script>")


@says(r"inline style violates .*Content Security Policy directive")
def test_style_inline(show: Show) -> None:
    show("<p style='color: red'>planted</p>")


@says(r"/no-such.* status of 404")
def test_absent(show: Show) -> None:
    show("<img alt='' src='/no-such'>")


@says(r"request failed: GET .*/cut: net::ERR_CONNECTION_RESET")
def test_request_cut_off(show: Show, page: Page) -> None:
    page.route("**/cut", lambda route: route.abort("connectionreset"))
    show("<img alt='' src='/cut'>")


@says(r"request failed: GET http://planted.example/: net::ERR_NAME_NOT_RESOLVED")
def test_another_machine(show: Show) -> None:
    show("<img alt='' src='http://planted.example/'>", policy="img-src *")


@says(r"image-alt .critical.[\s\S]*\bimg\b")
def test_violations(show: Show, axe: Axe) -> None:
    show("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", policy="img-src data:")
    axe()


@says(r"color-contrast .serious.[\s\S]*#faint")
def test_faint(show: Show, page: Page, axe: Axe) -> None:
    show("<p id=faint>faint</p>")
    page.evaluate("document.getElementById('faint').style.color = '#ccc'")
    axe("#faint")


@says(r"assert 1 == 2[\s\S]*planted beside")
def test_own_failure(show: Show) -> None:
    show(script="console.error('planted beside')")
    one = 1
    assert one == 2


@says(r"expected a complaint of 'never planted': heard none")
def test_expected_in_vain(show: Show, complaints: Complaints) -> None:
    complaints.expect("never planted")
    show()


def test_clean(show: Show, axe: Axe) -> None:
    show("<p>well</p>", "console.log('well')")
    axe()


def test_asyncio_between_two_pages() -> None:
    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"


def test_expected(show: Show, complaints: Complaints) -> None:
    complaints.expect("on purpose")
    show(script="console.error('on purpose')")


def test_stream_that_is_left(show: Show, page: Page) -> None:
    show(script="new EventSource('/mohook/v1/events')")
    page.goto("about:blank")
