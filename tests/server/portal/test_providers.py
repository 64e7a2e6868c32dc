"""The two providers' portals: what they tell of accounts, numbers and customers, secrets sealed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from mohook.providers.intelepeer.provisioning import NEXT, ProvisioningState
from mohook.server.portal.pages.providers import INBOX
from mohook.settings import CustomerSettings, IntelePeerSettings, NumberSettings
from tests.server.bench import Bench, message

BenchOf = Callable[..., Bench]

SECRET_URL = "http://user:hush@127.0.0.1:5000/sms"


def page(bench: Bench, path: str) -> str:
    answer = bench.client.get(path)
    assert answer.status_code == 200
    return str(answer.text)


def told(markup: str) -> str:
    """Return the text of markup, its white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


def number(bench: Bench, endpoint: str) -> str:
    """Return the part of the page that is about a number."""
    text = page(bench, "/providers/intelepeer")
    return text[text.index(f'id="number-{endpoint}"') :].partition("</details>")[0]


def summary(bench: Bench, endpoint: str) -> str:
    return told("<" + number(bench, endpoint).partition("</summary>")[0])


def test_each_provider_has_a_page_of_its_own(bench: Bench) -> None:
    """/providers is ip1's; both tabs are links; a third provider is a 404 that names the two."""
    assert 'id="account-ip1-10001"' in page(bench, "/providers")
    assert 'href="/providers/intelepeer" aria-current="page"' in page(
        bench, "/providers/intelepeer"
    )
    answer = bench.client.get("/providers/acme", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "there are ip1, intelepeer" in told(answer.text)


def test_an_account_shows_its_url_and_numbers(bench: Bench) -> None:
    """The URL and each number stand in fields; one without a URL says what becomes of messages."""
    assert "messages are held" in told(page(bench, "/providers"))
    bench.put("/ip1/accounts/ip1-10001", {"callback_url": "http://localhost/a", "numbers": ["46"]})
    text = page(bench, "/providers")
    assert 'value="http://localhost/a"' in text
    assert re.search(r"<textarea[^>]*>46</textarea>", text)
    assert "messages are held" not in told(text)
    assert 'data-api="PATCH ip1/accounts/ip1-10001"' in text


def test_no_secret_is_in_a_page(bench: Bench) -> None:
    """Tokens, passwords, secrets and credentials are masked, in fields that cannot be sent."""
    bench.put("/ip1/accounts/ip1-10001", {"callback_url": SECRET_URL})
    bench.put("/intelepeer/webhook", {"webhook": SECRET_URL})
    hushed = dict.fromkeys(("token", "password", "secret"), "hush")
    bench.put("/intelepeer/customers/acme", {"username": "acme"} | hushed)
    bench.put("/intelepeer/numbers/1-1234", {"webhook": SECRET_URL})
    for path in ("/providers", "/providers/intelepeer"):
        text = page(bench, path)
        assert "hush" not in text
        masked = re.findall(r"<input[^>]*\*\*\*[^>]*>", text)
        assert masked
        assert all(" readonly" in each or "placeholder=" in each for each in masked)
        assert all("readonly" in each for each in masked if 'value="***' in each)


def test_a_customer_without_secrets_has_plain_fields(bench_of: BenchOf) -> None:
    """Where there is nothing to hide there is nothing to reveal."""
    customers = {"acme": CustomerSettings(secret="")}
    bench = bench_of(intelepeer=IntelePeerSettings(customers=customers))
    assert "data-reveal" not in page(bench, "/providers/intelepeer")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"webhook": SECRET_URL}, "→ http://***@127.0.0.1:5000/sms"),
        ({"webhook": None}, "no webhook: messages are held"),
        ({"cpaas_enabled": True}, "→ CPaaS platform"),
        ({"cpaas_enabled": True, "webhook": "http://localhost/x"}, "→ http://localhost/x"),
        ({"sms_enabled": False}, "not enabled for SMS: receives nothing"),
        ({"provisioning": "error"}, "error receives nothing until it is provisioned"),
        ({"customer": "default"}, "default"),
        ({}, "→ http://localhost/default default"),
    ],
)
def test_a_number_says_what_becomes_of_its_messages(
    bench: Bench, given: dict[str, Any], says: str
) -> None:
    """Where they go, or why none is received."""
    bench.put("/intelepeer/webhook", {"webhook": "http://localhost/default"})
    bench.put("/intelepeer/numbers/1-1234", given)
    assert says in summary(bench, "1-1234")


def test_a_field_holds_the_numbers_own_webhook_alone(bench: Bench) -> None:
    """The default stands behind the field, never in it: saving would make it the number's own."""
    bench.put("/intelepeer/webhook", {"webhook": "http://localhost/default"})
    bench.put("/intelepeer/numbers/1-1234", {})
    shown = number(bench, "1-1234")
    assert 'value="http://localhost/default"' not in shown
    assert "http://localhost/default (default)" in shown
    assert "Use the default webhook" not in shown
    bench.put("/intelepeer/numbers/1-1234", {"webhook": None})
    assert "Use the default webhook" in number(bench, "1-1234")


@pytest.mark.parametrize("state", ProvisioningState)
def test_a_number_steps_to_its_next_state(bench: Bench, state: ProvisioningState) -> None:
    """Each state but the last offers what follows it."""
    bench.put("/intelepeer/numbers/1-1234", {"provisioning": state})
    offered = re.findall(r"Step to (\w+)", number(bench, "1-1234"))
    assert offered == ([NEXT[state].value] if state in NEXT else [])


def test_the_inbox_holds_what_went_to_the_cpaas_platform(bench: Bench) -> None:
    """The newest first, nothing else in it, and no more than it says."""
    assert "Nothing went to the CPaaS platform" in told(page(bench, "/providers/intelepeer"))
    bench.send(provider="intelepeer", to="+12161112222", body="elsewhere")
    bench.put("/intelepeer/numbers/1-1234", {"cpaas_enabled": True})
    for count in range(INBOX + 1):
        bench.post("/messages", message("intelepeer", body=f"text {count}"))
    text = page(bench, "/providers/intelepeer")
    rows = re.findall(r'<span class="row-text"[^>]*>([^<]*)', text)
    assert rows == [f"text {count}" for count in range(INBOX, 0, -1)]
    assert f"The newest {INBOX}." in told(text)


def test_what_to_do_first_names_this_emulator(bench_of: BenchOf) -> None:
    """Commands name the address that the page came from, and a number that exists."""
    text = told(page(bench_of(), "/providers"))
    assert "curl -X PATCH http://localhost/mohook/v1/ip1/accounts/ip1-10001" in text
    text = told(page(bench_of(), "/providers/intelepeer"))
    assert "curl http://localhost/_rest/v4/my/did/sms/webhook" in text
    assert "Bearer any" in text
    closed = IntelePeerSettings(
        customers={"acme": CustomerSettings(token="t")}, numbers={"1-5555": NumberSettings()}
    )
    text = told(page(bench_of(intelepeer=closed), "/providers/intelepeer"))
    assert "numbers/1-5555 " in text
    assert "Any well-formed number exists" not in text


def test_what_somebody_named_is_text(bench: Bench) -> None:
    """Markup in a username and in a message is shown as it is."""
    hostile = "<script>alert(1)</script>\"'"
    bench.put("/intelepeer/customers/acme", {"username": hostile})
    bench.put("/intelepeer/numbers/1-1234", {"cpaas_enabled": True})
    bench.send(provider="intelepeer", body=hostile)
    assert "<script>alert" not in page(bench, "/providers/intelepeer")
