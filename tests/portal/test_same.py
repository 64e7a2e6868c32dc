"""What the phone shows for a shell and for a test does what its button does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mohook.delivery.message import Message
from mohook.store.store import MessageFilter
from tests.emulators import App
from tests.portal.served import Portal
from tests.pytest_mohook.plugin.conftest import Run, run  # noqa: F401 # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ODD = "it's \"100 %\" \\n $HOME `x` <b>\n\t{x} é🐝 '''"
RECEIVER = """
import json

import pytest

POSTED = {file!r}

@pytest.fixture
def app():
    def app(environ, start_response):
        with open(POSTED, "ab") as posted:
            posted.write(environ["wsgi.input"].read() + b"\\n")
        start_response("200 OK", [])
        return [b""]
    return app

"""


def typed(page: Page, provider: str, *, count: int = 1, batch: bool = False) -> None:
    page.goto("/compose")
    page.get_by_role("radio", name=provider).check(force=True)
    page.get_by_role("textbox", name="Text", exact=True).fill(ODD)
    page.get_by_label("Times").fill(str(count))
    if batch:
        page.get_by_label("as one batch").check()


def shown(page: Page, way: str) -> str:
    page.locator("summary", has_text=way).click()
    return page.locator(f"#same-{way}").inner_text()


def said(message: Message) -> tuple[str, ...]:
    return message.provider, message.sender, message.recipient, message.body


@pytest.mark.parametrize("provider", ["ip1", "IntelePeer"])
@pytest.mark.parametrize("way", ["curl", "mohook"])
def test_a_shell_sends_what_the_button_sends(
    portal: Portal, page: Page, provider: str, way: str
) -> None:
    """Whatever stands in the text: the same message twice, once from each."""
    portal.connect(App(200))
    typed(page, provider)
    if way == "curl":  # it is the one that stands open
        page.locator("summary", has_text="curl").click()
    command = shown(page, way)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value("")
    environ = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    }
    subprocess.run(["sh", "-c", command], env=environ, check=True, capture_output=True, timeout=30)
    one, other = portal.emulator.store.messages(MessageFilter())
    assert said(one) == said(other)
    assert one.body == ODD


@pytest.mark.parametrize(
    ("provider", "how"), [("ip1", {"count": 3, "batch": True}), ("IntelePeer", {"count": 2})]
)
def test_pytest_sends_what_the_button_sends(
    portal: Portal,
    page: Page,
    run: Run,  # noqa: F811
    tmp_path: Path,
    provider: str,
    how: dict[str, Any],
) -> None:
    """As often, and in one batch where that is asked for."""
    del portal
    typed(page, provider, **how)
    posted = tmp_path / "posted.txt"
    source = RECEIVER.format(file=str(posted)) + shown(page, "pytest")
    run(source).assert_outcomes(passed=1)
    lines = posted.read_text("utf-8").splitlines()
    assert len(lines) == how["count"]
    assert len({line.partition('"batchId":')[2][:26] for line in lines}) == 1


def test_a_number_without_a_webhook_is_told_before_and_after(portal: Portal, page: Page) -> None:
    """With the way to the page that sets one, for the provider that is chosen."""
    del portal
    page.goto("/compose")
    told = page.get_by_text("Nobody listens for")
    expect(told.filter(visible=True)).to_contain_text("456189040623")
    page.get_by_role("radio", name="IntelePeer").check(force=True)
    expect(told.filter(visible=True)).to_contain_text("+13038675309")
    page.get_by_role("textbox", name="Text", exact=True).fill("anybody?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Sent in this session")).to_contain_text("held")
    page.get_by_role("link", name="set a webhook").click()
    expect(page.get_by_role("heading", name="Default webhook")).to_be_visible()
