"""The machine's own Chromium, driven by Playwright, which brings none here."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.portal.missing import missing

__all__ = ["Chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")

_FLAGS = [
    "--no-sandbox",  # as root there is none to be had, and it opens our own pages alone
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no page asks another machine
]


class Chromium:
    """One running browser. Use it inside `lent`, and nowhere else.

    Playwright's synchronous face runs an event loop in this thread all the while, in a greenlet:
    `asyncio.run` refuses to start beside it. So the loop is out of sight while no test has it.
    """

    def __init__(self, browser: Browser, loop: asyncio.AbstractEventLoop) -> None:
        self._browser = browser
        self._loop = loop

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Chromium]:
        """Start the machine's Chromium, and end it after the block."""
        found = next(filter(None, map(shutil.which, _NAMES)), None)
        if found is None:
            missing(f"needs a browser, one of {', '.join(_NAMES)}: `apt-get install chromium`")
        playwright = sync_playwright().start()
        chromium = None
        try:
            browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
            chromium = cls(browser, asyncio.get_running_loop())
            asyncio._set_running_loop(None)
            yield chromium
        finally:
            if chromium:
                asyncio._set_running_loop(chromium._loop)
                chromium._browser.close()
            playwright.stop()

    @contextmanager
    def lent(self) -> Iterator[Browser]:
        """Give the browser for the length of a block."""
        asyncio._set_running_loop(self._loop)
        try:
            yield self._browser
        finally:
            asyncio._set_running_loop(None)
