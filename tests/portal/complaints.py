"""What a browser complains of while a test has it: each is a failure, unless it was expected."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

__all__ = ["Complaints"]


class Complaints:
    """Listens to all pages of a context.

    Chromium tells in the console what a page's policy (CSP) refuses, and each answer of 400 or
    above that a page or its scripts get. A test that provokes one says so: `expect`.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._heard: list[str] = []
        self._expected: list[str] = []
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("requestfailed", self._request_failed)
        context.on("page", lambda page: page.on("crash", self._crash))

    def expect(self, pattern: str) -> None:
        """Expect at least one complaint in which `pattern`, a regular expression, is found."""
        self._expected.append(pattern)

    def unsettled(self) -> list[str]:
        """Return what was heard and not expected, and what was expected and not heard."""
        unheard = [
            f"expected a complaint of {pattern!r}: heard none"
            for pattern in self._expected
            if not any(re.search(pattern, each) for each in self._heard)
        ]
        return unheard + [each for each in self._heard if not self._is_expected(each)]

    def _is_expected(self, complaint: str) -> bool:
        return any(re.search(pattern, complaint) for pattern in self._expected)

    def _console(self, message: ConsoleMessage) -> None:
        place = message.location
        # Chromium asks for it in its own time, where a page names no icon: an answer of the API.
        if place["url"].endswith("/favicon.ico"):
            return
        if message.type in ("error", "warning", "assert"):
            where = f"{place['url']}:{place['lineNumber'] + 1}"
            self._heard.append(f"console {message.type} at {where}: {message.text}")

    def _error(self, error: WebError) -> None:
        self._heard.append(f"page error: {error.error}")

    def _request_failed(self, request: Request) -> None:
        # Who leaves a page ends its event stream and whatever else is under way.
        if request.failure != "net::ERR_ABORTED":
            what = f"{request.method} {request.url}"
            self._heard.append(f"request failed: {what}: {request.failure}")

    def _crash(self, page: Page) -> None:
        self._heard.append(f"page crashed: {page.url}")
