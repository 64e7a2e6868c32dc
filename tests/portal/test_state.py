"""Everything at once, as a person uses it: taken down, put back, forgotten after a question."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mohook.delivery.message import State
from mohook.errors import NotFoundError
from tests.emulators import App, ip1
from tests.portal.complaints import Complaints
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@every_look
def test_the_state_is_shown(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Counts, settings and addresses; the question before a reset can be read too."""
    portal.connect(App())
    portal.send(ip1())
    page.goto("/state")
    expect(page.get_by_role("link", name=f"{portal.url}/mohook/v1/openapi.json")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("state")
    page.get_by_role("button", name="Reset…").click()
    axe()


def test_a_reset_asks_first(portal: Portal, page: Page) -> None:
    """Cancelled or left, nothing is lost; confirmed, all is."""
    portal.connect(App())
    portal.send(ip1())
    page.goto("/state")
    expect(page.locator("#held-state dd").first).to_have_text("1")
    page.get_by_role("button", name="Reset…").click()
    asked = page.get_by_role("dialog", name="Reset the emulator?")
    expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    asked.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Reset…").press("Enter")
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    assert portal.emulator.store.message("m1").state is State.DELIVERED
    page.get_by_role("button", name="Reset…").click()
    asked.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("The emulator is reset.")).to_be_visible()
    expect(page.locator("#held-state dd").first).to_have_text("0")
    with pytest.raises(NotFoundError):
        portal.emulator.store.message("m1")


def test_a_snapshot_is_taken_down_and_put_back(portal: Portal, page: Page, tmp_path: Path) -> None:
    """The file that is downloaded is what the picker takes, after a question."""
    portal.send(ip1("kept"))
    page.goto("/state")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "mohook-snapshot-2026-01-01.json"
    path = tmp_path / "kept.json"
    download.value.save_as(path)
    portal.emulator.reset()
    page.get_by_label("Put one back…").set_input_files(path)
    asked = page.get_by_role("dialog", name="Put this snapshot back?")
    expect(asked).to_contain_text("kept.json")
    expect(asked.locator("[data-messages]")).to_have_text("1")
    asked.get_by_role("button", name="Put it back").click()
    expect(page.get_by_text("The snapshot is put back.")).to_be_visible()
    assert portal.emulator.store.message("m1").body == "kept"


def test_a_bad_snapshot_changes_nothing(
    portal: Portal, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    """One that is no JSON is told at once; one that does not hold together is refused whole."""
    complaints.expect("409")
    portal.send(ip1("kept"))
    page.goto("/state")
    path = tmp_path / "bad.json"
    path.write_text("{", encoding="utf-8")
    page.get_by_label("Put one back…").set_input_files(path)
    expect(page.get_by_text("bad.json is no JSON")).to_be_visible()
    before = portal.emulator.snapshot()
    broken = json.loads(json.dumps(before))
    broken["store"]["messages"][0]["endpoint"] = "intelepeer:1-1234"
    path.write_text(json.dumps(broken), encoding="utf-8")
    page.get_by_label("Put one back…").set_input_files(path)
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_text("nothing has changed: not a snapshot of mohook")).to_be_visible()
    assert portal.emulator.snapshot() == before
