"""Scripts of faults, as a person puts them together and sees them used up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mohook.delivery.faults import FaultMatch
from tests.emulators import App, intelepeer, ip1
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)>"


def built(page: Page) -> Locator:
    return page.get_by_role("list", name="The script so far").get_by_role("listitem")


def words(page: Page) -> Locator:
    return built(page).locator("[data-word]")


def add(page: Page, *steps: str) -> None:
    for step in steps:
        page.get_by_role("button", name=step, exact=True).click()


@every_look
def test_a_script_is_put_together_and_used_up(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Clicks line its steps up, Add puts it in force, and attempts use it up before one's eyes."""
    portal.connect(App(200))
    portal.emulator.faults.add(["503", "reset"], match=FaultMatch("intelepeer", body=HOSTILE))
    portal.send(intelepeer(f"{HOSTILE} indeed"))
    page.goto("/faults")
    expect(page).to_have_title("Faults · mohook")
    add(page, "500", "timeout", "lose-ack")
    page.get_by_role("button", name="Add delay").click()
    expect(built(page)).to_have_count(4)
    expect(page.locator("#same-shell")).to_contain_text(
        '{"steps": ["500", "timeout", "lose-ack", "delay:5s"]}'
    )
    page.get_by_label("Times").fill("2")
    page.get_by_role("button", name="Add script").click()
    expect(page.get_by_text("The script is in force.")).to_be_visible()
    expect(built(page)).to_have_count(0)
    steps = page.get_by_role("list", name="Steps of f2").get_by_role("listitem")
    expect(steps).to_have_text(["500", "timeout", "lose-ack", "delay:5s"])
    portal.send(ip1(), ip1())
    expect(steps).to_have_text(["used: 500", "used: timeout", "lose-ack", "delay:5s"])
    expect(page.get_by_text("Step 3 of 4 is next, in round 1 of 2.")).to_be_visible()
    expect(page.get_by_role("list", name="Steps of m1")).to_have_text("used: 503reset")
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Close this notice").click()
    axe()
    shoot("faults")


def test_steps_are_moved_and_removed_by_keys(portal: Portal, page: Page) -> None:
    """Arrows move a step, Delete takes it away, and the focus stays with what was moved."""
    page.goto("/faults")
    add(page, "500", "timeout", "ok")
    page.get_by_role("button", name="Move earlier: step 3, ok").focus()
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_have_text(["500", "ok", "timeout"])
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_have_text(["ok", "500", "timeout"])
    expect(page.get_by_role("button", name="Move later: step 1, ok")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(words(page)).to_have_text(["500", "timeout"])
    expect(page.get_by_role("button", name="Remove: step 2, timeout")).to_be_focused()
    page.get_by_label("Another status").fill("418")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add script").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Steps of f1")).to_have_text("500timeout418")
    [script] = portal.emulator.faults.scripts()
    assert [str(step) for step in script.steps] == ["500", "timeout", "418"]


def test_a_script_for_some_messages(portal: Portal, page: Page) -> None:
    """The match names them; `times` then counts messages."""
    page.goto("/faults")
    add(page, "404")
    page.get_by_text("Only for some messages").click()
    page.get_by_label("Provider").select_option("IntelePeer")
    page.get_by_label("Within its text").fill(HOSTILE)
    expect(page.get_by_text("messages, each through all steps")).to_be_visible()
    page.get_by_label("Times").fill("3")
    page.get_by_role("button", name="Add script").click()
    expect(page.get_by_text("3 more will.")).to_be_visible()
    [script] = portal.emulator.faults.scripts()
    assert script.match == FaultMatch("intelepeer", body=HOSTILE)
    assert script.times == 3


def test_what_is_no_step_is_told(page: Page) -> None:
    """A status or a delay that there is not is refused where it is typed."""
    page.goto("/faults")
    for field, button, value in (
        ("Another status", "Add status", "999"),
        ("How long", "Add delay", "soon"),
    ):
        page.get_by_label(field).fill(value)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(f"{value} is no step")).to_be_visible()
        expect(page.get_by_label(field)).to_be_focused()
    expect(built(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Add script")).to_be_disabled()


def test_scripts_from_elsewhere_appear_and_are_removed(portal: Portal, page: Page) -> None:
    """One by one or all together; then nothing is scripted."""
    page.goto("/faults")
    expect(page.get_by_text("Nothing is scripted")).to_be_visible()
    for step in ("500", "404", "503"):
        answer = page.request.post("/mohook/v1/faults", data={"steps": [step]})
        assert answer.status == 201
    expect(page.get_by_role("list", name="Steps of f3")).to_be_visible()
    page.get_by_role("button", name="Remove f2").click()
    expect(page.get_by_role("list", name="Steps of f2")).to_be_hidden()
    assert [each.id for each in portal.emulator.faults.scripts()] == ["f1", "f3"]
    page.get_by_role("button", name="Remove all").click()
    expect(page.get_by_text("Nothing is scripted")).to_be_visible()
    assert portal.emulator.faults.scripts() == ()
