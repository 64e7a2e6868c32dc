"""Numbers: routes, CPaaS, the default webhook, changes told, state dumped."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.errors import (
    AddressError,
    ConflictError,
    InputError,
    NotFoundError,
    UnknownNumberError,
    WebhookError,
)
from mohook.settings import NumberSettings, Settings
from tests.directory.bench import HOOK, NOW, ONE, TWO, Bench, closed

CPAAS = "+12160000001"
DEFAULT = "http://default/"


def test_open_number_goes_to_the_default_webhook() -> None:
    """Any well-formed number has the webhook of the settings, or none."""
    for bench, webhook in ((Bench(), None), (Bench(webhook=DEFAULT), DEFAULT)):
        route = bench.directory.route("57-1234", NOW)
        assert route[:3] == ("intelepeer:57-1234", webhook, False)
        assert bench.webhook("57-1234") == webhook


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("12161112222", AddressError),
        ("+19999999999", UnknownNumberError),
        ("+12160000000", ConflictError),
    ],
)
def test_number_that_cannot_receive_has_no_route(number: str, error: type[Exception]) -> None:
    """Malformed, outside the inventory, or not SMS-enabled: each is told by name."""
    with pytest.raises(error, match=number.replace("+", r"\+")):
        closed().directory.route(number, NOW)


def test_cpaas_number_goes_to_the_inbox_until_a_webhook_is_set() -> None:
    """CPaaS takes the messages, whatever the default; a webhook of its own ends that."""
    bench = closed(webhook=DEFAULT)
    assert bench.directory.route(CPAAS, NOW)[1:3] == (None, True)
    bench.set(CPAAS)
    assert bench.directory.route(CPAAS, NOW)[1:3] == (HOOK, False)
    assert bench.changes == [(f"intelepeer:{CPAAS}", HOOK)]


def test_unset_webhook_gives_the_number_back_to_cpaas() -> None:
    """Where the webhook is unset, CPaaS takes over again."""
    bench = closed(empty_webhook="unset")
    bench.set(CPAAS)
    bench.set(CPAAS, webhook="")
    assert bench.directory.route(CPAAS, NOW)[1:3] == (None, True)


def test_put_number_changes_what_a_route_says() -> None:
    """A route asked for before is not the one told after a change."""
    bench = Bench(webhook=DEFAULT)
    assert bench.directory.route(ONE, NOW).webhook == DEFAULT
    bench.directory.put_number(ONE, webhook=HOOK)
    assert bench.directory.route(ONE, NOW).webhook == HOOK
    bench.directory.put_number(ONE, webhook="")
    assert bench.directory.route(ONE, NOW).webhook is None
    bench.directory.put_number(ONE, sms_enabled=False)
    with pytest.raises(ConflictError):
        bench.directory.route(ONE, NOW)
    bench.directory.delete_number(ONE)
    assert bench.directory.route(ONE, NOW).webhook == DEFAULT


def test_deleted_number_of_a_closed_inventory_is_gone() -> None:
    """It has no route and no webhook any more, and cannot be deleted twice."""
    bench = closed(webhook=DEFAULT)
    bench.directory.delete_number(ONE)
    assert bench.webhook(ONE) is None
    with pytest.raises(UnknownNumberError):
        bench.directory.route(ONE, NOW)
    with pytest.raises(NotFoundError):
        bench.directory.delete_number(ONE)


def test_put_number_adds_to_a_closed_inventory() -> None:
    """A number that is put exists, for its customer alone."""
    bench = closed()
    bench.directory.put_number("+12169999999", customer="beta")
    assert bench.set("+12169999999")[0] == 404
    assert bench.directory.route("+12169999999", NOW).account.name == "beta"


def test_bad_number_changes_nothing() -> None:
    """Malformed numbers, URLs and unknown customers are refused."""
    bench = closed()
    before = bench.directory.dump()
    with pytest.raises(AddressError):
        bench.directory.put_number("5")
    with pytest.raises(WebhookError):
        bench.directory.put_number(ONE, webhook="x")
    with pytest.raises(NotFoundError):
        bench.directory.put_number(ONE, customer="nobody")
    with pytest.raises(InputError):
        bench.directory.put_default_webhook("x")
    assert bench.directory.dump() == before
    assert bench.changes == []


def test_settings_cannot_name_an_unknown_customer() -> None:
    """A number of the settings whose customer does not exist is refused at once."""
    with pytest.raises(NotFoundError, match="'acme'"):
        Bench(numbers={ONE: NumberSettings(customer="acme")})


def test_number_is_shown_with_the_webhook_it_resolves_to() -> None:
    """A view tells the default where nothing was set, and "" where it was unset."""
    bench = Bench(webhook=DEFAULT)
    assert bench.directory.number(ONE, NOW).webhook == DEFAULT
    bench.directory.put_number(ONE, webhook="")
    assert bench.directory.number(ONE, NOW).webhook == ""
    assert [number.endpoint for number in bench.directory.numbers(NOW)] == [ONE]


def test_every_change_of_a_webhook_is_told_once() -> None:
    """Setting, unsetting, deleting and resetting are told; setting the same again is not."""
    bench = Bench(webhook=DEFAULT)
    key = f"intelepeer:{ONE}"
    bench.set(ONE)
    bench.set(ONE)
    bench.directory.put_number(ONE, cpaas_enabled=True)
    bench.directory.put_number(ONE)
    bench.set(ONE)
    bench.directory.delete_number(ONE)
    bench.set(ONE)
    bench.directory.reset()
    assert bench.changes == [
        (key, webhook) for webhook in (HOOK, None, DEFAULT, HOOK, DEFAULT, HOOK, DEFAULT)
    ]


def test_new_default_is_told_for_every_number_that_follows_it() -> None:
    """Numbers on record and numbers that a message came for hear of a new default."""
    bench = Bench(webhook=DEFAULT)
    bench.directory.route(ONE, NOW)
    bench.directory.put_number(TWO, webhook=HOOK)
    bench.directory.put_number(CPAAS, cpaas_enabled=True)
    bench.directory.put_number("1-1234")
    bench.changes.clear()
    bench.directory.put_default_webhook("http://new/")
    assert sorted(bench.changes) == [
        (f"intelepeer:{ONE}", "http://new/"),
        ("intelepeer:1-1234", "http://new/"),
    ]
    assert bench.directory.route(ONE, NOW).webhook == "http://new/"
    bench.directory.put_default_webhook(None)
    assert bench.directory.default_webhook is None
    assert bench.webhook("+19999999999") is None


def test_change_is_told_when_the_new_route_stands() -> None:
    """Whoever hears of a change and asks for the route gets the new one."""
    seen: list[tuple[str | None, ...]] = []

    def ask(endpoint: str, webhook: str | None) -> None:
        seen.append((webhook, directory.route(ONE, NOW).webhook, directory.webhook(endpoint)))

    directory = IntelePeerDirectory(Settings(), ask)
    directory.route(ONE, NOW)
    directory.put_number(ONE, webhook=HOOK)
    assert seen == [(HOOK, HOOK, HOOK)]


def test_dump_loads_elsewhere() -> None:
    """State survives JSON, tokens and provisioning in progress included."""
    bench, other = (closed(provisioning_delay=timedelta(hours=2)) for _ in range(2))
    bench.set(ONE)
    bench.directory.provision(bench.caller(), [CPAAS], NOW)
    bench.directory.put_default_webhook(DEFAULT)
    token = bench.directory.authenticate("joe", "pw", NOW)[1]["token"]
    other.directory.load(json.loads(json.dumps(bench.directory.dump())))
    assert other.directory.dump() == bench.directory.dump()
    assert other.directory.authorize(token, NOW).name == "acme"
    later = NOW + timedelta(hours=1)
    assert other.directory.number(CPAAS, later) == bench.directory.number(CPAAS, later)
    assert (f"intelepeer:{ONE}", HOOK) in other.changes


def test_bad_dump_changes_nothing() -> None:
    """What is no dump is refused, whichever part of it is bad."""
    bench = closed()
    bench.set(ONE)
    good = bench.directory.dump()
    number, customer = good["numbers"][0], good["customers"]["acme"]
    bad_customer = customer | {"signature": customer["signature"] | {"hash": "crc"}}
    parts: list[dict[str, Any]] = [
        {"numbers": 5},
        {"numbers": [{}]},
        {"numbers": [number | {"state": "odd"}]},
        {"numbers": [number | {"sms_enabled": "yes"}]},
        {"numbers": [number | {"endpoint": "5"}]},
        {"default_webhook": 5},
        {"default_webhook": "x"},
        {"customers": {"acme": bad_customer}},
        {"customers": {"acme": customer | {"token": 5}}},
        {"tokens": [{"token": "t"}]},
        {"tokens": [{"token": "t", "customer": "acme", "until": "soon"}]},
    ]
    for part in parts:
        with pytest.raises(InputError):
            bench.directory.load(good | part)
    with pytest.raises(InputError, match="the intelepeer state cannot be read"):
        bench.directory.load({})
    assert bench.directory.dump() == good


def test_reset_forgets_customers_numbers_and_tokens() -> None:
    """After a reset all is as the settings say."""
    bench = closed()
    fresh = bench.directory.dump()
    bench.set(ONE)
    bench.directory.put_customer("gamma", token="t")
    bench.directory.authenticate("joe", "pw", NOW)
    bench.directory.delete_number(TWO)
    bench.directory.reset()
    assert bench.directory.dump() == fresh
