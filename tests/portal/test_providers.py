"""The two providers' portals, as a person uses them: settings saved, secrets kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.settings import IntelePeerSettings, SignatureSettings
from tests.emulators import NUMBER, intelepeer
from tests.portal.complaints import Complaints
from tests.portal.looks import every_look
from tests.portal.served import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET_URL = "http://user:hush@127.0.0.1:5000/sms"


@pytest.fixture
def portal(portal_of: Callable[..., Portal]) -> Portal:
    """Give an emulator at which provisioning takes four minutes."""
    return portal_of(intelepeer=IntelePeerSettings(provisioning_delay=timedelta(minutes=4)))


def configure(portal: Portal) -> None:
    """Set up accounts, customers and numbers of every kind, and fill the CPaaS inbox."""
    directory = portal.emulator.intelepeer
    portal.emulator.ip1.put("ip1-10002", SECRET_URL, ["456189040624"])
    directory.put_default_webhook("http://127.0.0.1:5000/sms")
    directory.put_customer(
        "acme",
        token="hush",
        password="hush",
        secret="hush",
        signature=SignatureSettings(mode="hmac"),
    )
    directory.put_number(NUMBER, customer="acme", webhook=SECRET_URL)
    directory.put_number("1-1234", cpaas_enabled=True)
    directory.put_number("57-4321", sms_enabled=False)
    directory.put_number("+13038675309", provisioning=ProvisioningState.ERROR)
    portal.send(intelepeer("to the platform", to="1-1234"))


def opened(page: Page, name: str) -> Locator:
    """Return the details of that id, opened."""
    part = page.locator(f"[id='{name}']")
    part.locator("summary").click()
    return part


def told(page: Page) -> Locator:
    return page.get_by_role("status")


@every_look
def test_both_portals_are_shown(
    portal: Portal, page: Page, axe: Callable[..., None], shoot: Callable[[str], Any]
) -> None:
    """Each provider behind its tab; nothing runs over the edge."""
    configure(portal)
    page.goto("/providers")
    expect(page.get_by_role("heading", name="ip1-10002")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("providers-ip1")
    page.get_by_role("navigation", name="Provider").get_by_role("link", name="IntelePeer").click()
    opened(page, f"number-{NUMBER}")
    opened(page, "customer-acme")
    expect(page.get_by_text("to the platform")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe()
    shoot("providers-intelepeer")


def test_an_account_is_saved_and_another_added(
    portal: Portal, page: Page, complaints: Complaints, axe: Callable[..., None]
) -> None:
    """Each setting by itself; what is refused is told, and stays in its field."""
    complaints.expect("422")
    page.goto("/providers")
    axe()
    account = page.get_by_role("article", name="ip1-10001")
    numbers = account.get_by_label("Virtual numbers")
    numbers.fill("+46")
    account.get_by_role("button", name="Save").click()
    expect(numbers).to_have_attribute("aria-invalid", "true")
    expect(told(page)).to_contain_text("+46")
    numbers.fill("456189040623\n456189040624")
    account.get_by_label("Incoming SMS callback URL").fill("http://127.0.0.1:5000/a")
    account.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("ip1-10001 is saved.")
    saved = portal.emulator.ip1.account("ip1-10001")
    assert saved.callback_url == "http://127.0.0.1:5000/a"
    assert saved.numbers == ("456189040623", "456189040624")
    page.get_by_text("Add an account").click()
    page.get_by_label("Account ID").fill("ip1-10001")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.get_by_label("Account ID").evaluate("field => field.validationMessage")
    page.get_by_label("Account ID").fill("ip1-7")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="ip1-7")).to_be_visible()
    assert portal.emulator.ip1.account("ip1-10001") == saved


def test_a_secret_is_kept_until_it_is_revealed_and_changed(portal: Portal, page: Page) -> None:
    """Saving beside a sealed secret leaves it; revealed, it can be read, changed and taken away."""
    configure(portal)
    page.goto("/providers/intelepeer")
    customer = opened(page, "customer-acme")
    customer.get_by_label("Username").fill("acme")
    customer.get_by_label("Signature mode").select_option("absent")
    customer.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("acme is saved.")
    saved = portal.emulator.intelepeer.customer("acme")
    assert (saved.username, saved.signature.mode) == ("acme", "absent")
    assert (saved.token, saved.password, saved.secret) == ("hush", "hush", "hush")
    customer.get_by_role("button", name="Reveal Password").click()
    password = customer.get_by_label("Password", exact=True)
    expect(password).to_have_value("hush")
    password.fill("louder")
    customer.get_by_role("button", name="Reveal Authorization token").click()
    token = customer.get_by_label("Authorization token", exact=True)
    expect(token).to_have_value("hush")
    token.fill("")
    customer.get_by_role("button", name="Save").click()
    expect(customer.get_by_role("button", name="Reveal Authorization token")).to_have_count(0)
    saved = portal.emulator.intelepeer.customer("acme")
    assert (saved.token, saved.password, saved.secret) == (None, "louder", "hush")


def test_a_secret_in_use_outlives_what_happens(portal: Portal, page: Page) -> None:
    """A revealed address and a half-typed one stay while messages come in."""
    configure(portal)
    page.goto("/providers/intelepeer")
    number = opened(page, f"number-{NUMBER}")
    number.get_by_role("button", name="Reveal Webhook").click()
    webhook = number.get_by_label("Webhook", exact=True)
    expect(webhook).to_have_value(SECRET_URL)
    webhook.fill("http://user:louder@127.0.0.1:5000/sms")
    page.get_by_role("heading", name="Numbers").click()
    portal.send(intelepeer("while somebody types", to="1-1234"))
    expect(page.get_by_text("while somebody types")).to_be_visible()
    expect(webhook).to_have_value("http://user:louder@127.0.0.1:5000/sms")
    number.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("is saved.")
    expect(webhook).to_have_value("http://***@127.0.0.1:5000/sms")
    shown = portal.emulator.intelepeer.number(NUMBER, portal.emulator.clock.now())
    assert shown.webhook == "http://user:louder@127.0.0.1:5000/sms"
    assert shown.customer == "acme"


def test_a_number_is_added_switched_stepped_and_deleted(page: Page) -> None:
    """As a portal does: with switches, states and a webhook that ends the CPaaS platform's."""
    page.goto("/providers/intelepeer")
    added = opened(page, "add-number")
    added.get_by_label("Long code or short code").fill("+13035550100")
    added.get_by_label("Provisioning state").select_option("requested")
    added.get_by_label("Enabled for Atmosphere® CPaaS").check()
    added.get_by_role("button", name="Add", exact=True).click()
    number = opened(page, "number-+13035550100")
    expect(number.locator("summary")).to_contain_text("receives nothing until it is provisioned")
    number.get_by_role("button", name="Step to provisioning").click()
    number.get_by_role("button", name="Step to provisioned").click()
    expect(number.locator("summary")).to_contain_text("→ CPaaS platform")
    number.get_by_label("Webhook", exact=True).fill("http://127.0.0.1:5000/own")
    number.get_by_role("button", name="Save").click()
    expect(number.locator("summary")).to_contain_text("→ http://127.0.0.1:5000/own")
    expect(number.get_by_text("no longer delivered to the CPaaS platform")).to_be_visible()
    number.get_by_label("Enabled for SMS").uncheck()
    number.get_by_role("button", name="Save").click()
    expect(number.locator("summary")).to_contain_text("not enabled for SMS")
    page.on("dialog", lambda dialog: dialog.accept())
    number.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Any well-formed number exists")).to_be_visible()


def test_the_inbox_and_the_states_are_live(
    portal: Portal, page: Page, axe: Callable[..., None]
) -> None:
    """What goes to the CPaaS platform appears, and provisioning moves with the clock."""
    page.goto("/providers/intelepeer")
    expect(page.get_by_text("Nothing went to the CPaaS platform")).to_be_visible()
    axe()
    directory, now = portal.emulator.intelepeer, portal.emulator.clock.now()
    directory.put_number("1-1234", cpaas_enabled=True)
    directory.provision(directory.customer("default"), [NUMBER], now)
    portal.send(intelepeer("here I am", to="1-1234"))
    expect(page.get_by_text("here I am")).to_be_visible()
    summary = page.locator(".number", has_text=NUMBER).locator("summary")
    expect(summary).to_contain_text("requested")
    portal.emulator.advance(timedelta(minutes=2))
    expect(summary).to_contain_text("provisioning")
    portal.emulator.advance(timedelta(minutes=2))
    expect(summary).to_contain_text("provisioned")
