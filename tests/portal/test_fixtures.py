"""What the fixtures promise: looks, a browser that is heard, a scan that finds."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from mohook.settings import ServeSettings
from tests.emulators import App, ip1
from tests.portal import planted
from tests.portal.looks import HEIGHTS, every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.usefixtures("browser")
def test_every_planted_fault_fails_its_test(
    axe_folder: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report names the fault; what is well passes, and asyncio between two pages."""
    monkeypatch.setenv("AXE_FOLDER", str(axe_folder))
    command = [sys.executable, "-m", "pytest", planted.__file__, "--tb=short"]
    ran = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        cwd=pytestconfig.rootpath,
        check=False,
    )
    titled = re.split(r"^_+ (test_\w+) _+$", ran.stdout, flags=re.MULTILINE)
    told = dict(zip(titled[1::2], titled[2::2], strict=True))
    assert told.keys() == planted.SAID.keys(), ran.stdout + ran.stderr
    silent = [name for name, said in planted.SAID.items() if not re.search(said, told[name])]
    assert silent == [], ran.stdout
    well = {name for name in vars(planted) if name.startswith("test_")} - planted.SAID.keys()
    assert f"{len(planted.SAID)} failed, {len(well)} passed" in ran.stdout


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    return tmp_path


@every_look
def test_a_page_has_the_look_asked_for(
    page: Page, theme: str, width: int, shoot: Callable[[str], Path], tmp_path: Path
) -> None:
    """Its theme, its window, and a picture of all of it under the look's name."""
    page.set_content("<p style='height: 3000px'>tall</p>")
    assert page.evaluate("theme => matchMedia(`(prefers-color-scheme: ${theme})`).matches", theme)
    assert page.evaluate("[innerWidth, innerHeight]") == [width, HEIGHTS[width]]
    path = shoot("look")
    assert path == tmp_path / f"look-{theme}-{width}.png"
    wide, tall = struct.unpack(">II", path.read_bytes()[16:24])
    assert wide == width
    assert tall >= 3000


def test_the_portal_is_an_emulator(portal: Portal, page: Page) -> None:
    """What a test sends is delivered, and the portal's address tells of it."""
    portal.connect(App(503, 200))
    (message,) = portal.send(ip1("hello"))
    page.goto(f"/mohook/v1/messages/{message.id}")
    assert '"503"' in page.inner_text("body")
    assert portal.emulator.clock.mode == "manual"


def test_another_portal(portal_of: Callable[..., Portal], page: Page) -> None:
    """A test with other settings opens a portal that has them."""
    other = portal_of(serve=ServeSettings(clock="x60"))
    page.goto(f"{other.url}/mohook/v1/health")
    assert "x60" in page.inner_text("body")
