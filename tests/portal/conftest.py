"""The portal in a real browser: an emulator on a port, and pages that suffer no complaint."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from tests.portal.axe import axe_script, report, violations
from tests.portal.chromium import Chromium
from tests.portal.complaints import Complaints
from tests.portal.looks import HEIGHTS
from tests.portal.served import Portal

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """Give the one browser of this worker, started when a test first asks for it."""
    with Chromium.running() as chromium:
        yield chromium


@pytest.fixture
def screenshots() -> Path:
    return ROOT / "screenshots"


@pytest.fixture(scope="session")
def axe_folder(pytestconfig: pytest.Config) -> Path:
    """Give the folder of pytest's cache in which axe-core is kept from run to run."""
    cache = pytestconfig.cache
    assert cache
    return cache.mkdir("axe-core")


@pytest.fixture
def portal_of() -> Iterator[Callable[..., Portal]]:
    """Serve an emulator with the settings given; its clock is manual unless they say otherwise."""
    with ExitStack() as stack:

        def serve(**tables: Any) -> Portal:
            given = {"serve": ServeSettings(clock="manual", seed=1), **tables}
            emulator = Emulator(Settings(**given))
            server = HttpServer(create_app(emulator), port=0)
            stack.callback(emulator.stop)
            stack.enter_context(server)
            emulator.start()
            return Portal(emulator, server.url)

        yield serve


@pytest.fixture
def portal(portal_of: Callable[..., Portal]) -> Portal:
    """Give an emulator as mohook comes, its clock manual."""
    return portal_of()


@pytest.fixture
def theme() -> str:
    return "light"


@pytest.fixture
def width() -> int:
    return 1280


@pytest.fixture
def height(width: int) -> int:
    return HEIGHTS.get(width, 800)


@pytest.fixture
def context(
    browser: Chromium, portal: Portal, theme: Any, width: int, height: int
) -> Iterator[BrowserContext]:
    """Give a person with a fresh profile, far from UTC, who wants no animation."""
    with browser.lent() as lent:
        context = lent.new_context(
            base_url=portal.url,
            color_scheme=theme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            timezone_id="Pacific/Auckland",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        yield context
        context.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Complaints:
    """Give what the browser complains of: see `Complaints.expect`."""
    return Complaints(context)


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    """Give an empty page; `page.goto("/")` opens the portal's first."""
    del complaints  # listens before the page is made
    return context.new_page()


@pytest.fixture
def shoot(page: Page, theme: str, width: int, screenshots: Path) -> Callable[[str], Path]:
    """Write the whole page to screenshots/NAME-THEME-WIDTH.png."""

    def shoot(name: str) -> Path:
        path = screenshots / f"{name}-{theme}-{width}.png"
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    return shoot


@pytest.fixture
def axe(page: Page, axe_folder: Path) -> Callable[..., None]:
    """Fail where axe-core finds a violation on the page, or in what a selector names."""
    script = axe_script(axe_folder)

    def axe(within: str | None = None) -> None:
        found = violations(page, script, within)
        assert not found, report(found)

    return axe


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    """Fail a test whose page the browser complained of; beside another failure, tell of it."""
    complaints, context = map(item.funcargs.get, ("complaints", "context"))
    if not (isinstance(complaints, Complaints) and isinstance(context, BrowserContext)):
        return (yield)
    try:
        yield
    except BaseException:
        item.add_report_section("call", "browser", "\n".join(complaints.unsettled()))
        raise
    _let_it_speak(context)
    unsettled = "\n".join(complaints.unsettled())
    assert not unsettled, f"the browser complained:\n{unsettled}"


def _let_it_speak(context: BrowserContext) -> None:
    """Give each open page a turn, so that what it has to say comes before the test ends."""
    for page in context.pages:
        page.evaluate("() => new Promise(done => setTimeout(done))")
