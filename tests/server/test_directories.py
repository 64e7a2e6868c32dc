"""Who receives where, over HTTP: accounts, customers and numbers, secrets masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mohook.settings import AccountSettings, IntelePeerSettings, Ip1Settings, NumberSettings
from tests.server.bench import Bench

BenchOf = Callable[..., Bench]

SECRET_URL = "http://user:hush@127.0.0.1:5000/sms"


def test_an_account_is_put_and_shown(bench: Bench) -> None:
    """PUT brings what GET brings, and the list holds it beside the open account."""
    body = {"callback_url": "http://localhost/ip1", "numbers": ["4600000001", "4600000001"]}
    put = bench.put("/ip1/accounts/ip1-7", body)
    assert put.json == {"owner": "ip1-7"} | body | {"numbers": ["4600000001"]}
    assert bench.get("/ip1/accounts/ip1-7").json == put.json
    listed = bench.get("/ip1/accounts").json["accounts"]
    assert [each["owner"] for each in listed] == ["ip1-10001", "ip1-7"]
    assert bench.get("/ip1/accounts/nobody").status_code == 404


def test_a_callback_url_left_out_is_that_of_the_settings(bench_of: BenchOf) -> None:
    """Left out, the settings' URL holds; null is none at all."""
    bench = bench_of(ip1=Ip1Settings(callback_url="http://localhost/default"))
    assert bench.put("/ip1/accounts/a", {}).json["callback_url"] == "http://localhost/default"
    assert bench.put("/ip1/accounts/a", {"callback_url": None}).json["callback_url"] is None


def test_what_was_held_goes_out_once_there_is_a_url(bench: Bench) -> None:
    """Putting a URL makes what was held for the account due."""
    sent = bench.send()
    bench.put("/ip1/accounts/ip1-10001", {"callback_url": "http://localhost:9/ip1"})
    assert (sent["state"], bench.get("/clock").json["pending"]) == ("held", 1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ip1/accounts/a", {"callback_url": ""}, 422),
        ("/ip1/accounts/a", {"callback_url": "ftp://host/"}, 422),
        ("/ip1/accounts/a", {"numbers": ["+46"]}, 422),
        ("/ip1/accounts/a", {"numbers": "46"}, 422),
        ("/ip1/accounts/a", {"number": []}, 422),
        ("/ip1/accounts/-a", {}, 422),
        ("/ip1/accounts/a", {"numbers": ["4600000009"]}, 409),
        ("/intelepeer/customers/-", {}, 422),
        ("/intelepeer/customers/b", {"signature": {"mode": "rsa"}}, 422),
        ("/intelepeer/customers/b", {"token": 5}, 422),
        ("/intelepeer/customers/b", {"token": "taken"}, 409),
        ("/intelepeer/numbers/123", {}, 422),
        ("/intelepeer/numbers/1-1234", {"customer": "nobody"}, 404),
        ("/intelepeer/numbers/1-1234", {"webhook": "host"}, 422),
        ("/intelepeer/numbers/1-1234", {"webhook": ""}, 422),
        ("/intelepeer/numbers/1-1234", {"sms_enabled": "no"}, 422),
        ("/intelepeer/numbers/1-1234", {"provisioning": "lost"}, 422),
        ("/intelepeer/webhook", {"webhook": "host"}, 422),
        ("/intelepeer/webhook", {"webhook": ""}, 422),
        ("/intelepeer/webhook", {}, 422),
    ],
)
def test_what_does_not_fit_changes_nothing(
    bench: Bench, path: str, body: dict[str, Any], status: int
) -> None:
    """422 for a form, 409 for what another has, 404 for a customer that is not: nothing changes."""
    bench.put("/ip1/accounts/ip1-9", {"numbers": ["4600000009"]})
    bench.put("/intelepeer/customers/a", {"token": "taken"})
    before = bench.get("/snapshot").json
    assert bench.put(path, body).status_code == status
    assert bench.get("/snapshot").json == before


def test_a_customer_is_put_and_shown_with_secrets_masked(bench: Bench) -> None:
    """Token, password and secret are shown only where they are asked for."""
    body = {
        "token": "t0", "username": "ann", "password": "p0", "secret": "s0",
        "signature": {"mode": "hmac", "hash": "sha1", "order": "message-refid", "encoding": "HEX"},
    }  # fmt: skip
    put = bench.put("/intelepeer/customers/acme", body)
    assert put.json == {"name": "acme"} | body | dict.fromkeys(
        ("token", "password", "secret"), "***"
    )
    shown = bench.get("/intelepeer/customers/acme?reveal=true").json
    assert shown == {"name": "acme"} | body
    listed = bench.get("/intelepeer/customers").json["customers"]
    assert [each["name"] for each in listed] == ["default", "acme"]
    assert "s0" not in str(listed)
    assert bench.get("/intelepeer/customers/nobody").status_code == 404


def test_a_customer_without_a_secret_has_that_of_the_settings(bench: Bench) -> None:
    """What is left out, or null, is that of the settings."""
    bench.put("/intelepeer/customers/acme", {"secret": None})
    shown = bench.get("/intelepeer/customers/acme?reveal=true").json
    assert (shown["secret"], shown["signature"]["mode"], shown["token"]) == (
        "SECRET CODE",
        "literal",
        None,
    )


@pytest.mark.parametrize("reveal", ["1", "yes", "TRUE", ""])
def test_reveal_is_true_or_false(bench: Bench, reveal: str) -> None:
    """Nothing near `true` reveals a secret."""
    assert bench.get(f"/intelepeer/customers?reveal={reveal}").status_code == 422


def test_a_number_is_put_shown_and_deleted(bench: Bench) -> None:
    """PUT brings what GET brings; a deleted number is again as the open inventory has it."""
    body = {
        "customer": "default", "sms_enabled": False, "cpaas_enabled": True,
        "webhook": "http://localhost/sms", "provisioning": "error",
    }  # fmt: skip
    put = bench.put("/intelepeer/numbers/+12161112222", body)
    assert put.json == {"number": "+12161112222"} | body
    assert bench.get("/intelepeer/numbers/%2B12161112222").json == put.json
    assert bench.get("/intelepeer/numbers").json == {"numbers": [put.json]}
    assert bench.delete("/intelepeer/numbers/+12161112222").status_code == 204
    assert bench.delete("/intelepeer/numbers/+12161112222").status_code == 404
    assert bench.get("/intelepeer/numbers/+12161112222").json["sms_enabled"] is True
    assert bench.get("/intelepeer/numbers").json == {"numbers": []}


def test_a_closed_inventory_has_no_other_numbers(bench_of: BenchOf) -> None:
    """Where numbers are named, any other is a 404, until it is put."""
    bench = bench_of(intelepeer=IntelePeerSettings(numbers={"1-1234": NumberSettings()}))
    assert bench.get("/intelepeer/numbers/1-1234").status_code == 200
    assert bench.get("/intelepeer/numbers/1-1235").status_code == 404
    assert bench.put("/intelepeer/numbers/1-1235", {}).status_code == 200
    assert bench.get("/intelepeer/numbers/1-1235").status_code == 200


def test_credentials_in_urls_are_masked(bench_of: BenchOf) -> None:
    """A URL's password is shown only where it is asked for."""
    bench = bench_of(ip1=Ip1Settings(accounts={"a": AccountSettings(callback_url=SECRET_URL)}))
    bench.put("/intelepeer/numbers/1-1234", {"webhook": SECRET_URL})
    bench.put("/intelepeer/webhook", {"webhook": SECRET_URL})
    for path, key in (
        ("/intelepeer/webhook", "webhook"),
        ("/ip1/accounts/a", "callback_url"),
        ("/intelepeer/numbers/1-1234", "webhook"),
    ):
        assert "hush" not in bench.get(path).json[key]
        assert bench.get(f"{path}?reveal=true").json[key] == SECRET_URL


def test_a_webhook_left_out_is_the_default_one(bench_of: BenchOf) -> None:
    """Left out, a number follows the default webhook; null is none at all."""
    bench = bench_of(intelepeer=IntelePeerSettings(webhook="http://localhost/all"))
    assert bench.put("/intelepeer/numbers/1-1234", {}).json["webhook"] == "http://localhost/all"
    assert bench.put("/intelepeer/numbers/1-1234", {"webhook": None}).json["webhook"] is None


def test_the_default_webhook_is_for_numbers_that_have_none(bench: Bench) -> None:
    """What was held goes there as soon as it is set; null takes it away again."""
    assert bench.get("/intelepeer/webhook").json == {"webhook": None}
    sent = bench.send("intelepeer")
    assert sent["state"] == "held"
    put = bench.put("/intelepeer/webhook", {"webhook": "http://127.0.0.1:1/sms"})
    assert (
        put.json == bench.get("/intelepeer/webhook").json == {"webhook": "http://127.0.0.1:1/sms"}
    )
    assert bench.get(f"/messages/{sent['id']}").json["state"] == "pending"
    assert bench.get("/intelepeer/numbers/1-1234").json["webhook"] == "http://127.0.0.1:1/sms"
    assert bench.put("/intelepeer/webhook", {"webhook": None}).json == {"webhook": None}
    assert bench.get(f"/messages/{sent['id']}").json["state"] == "held"


def test_a_reset_brings_back_the_default_webhook_of_the_settings(bench_of: BenchOf) -> None:
    """It is configuration as any other."""
    bench = bench_of(intelepeer=IntelePeerSettings(webhook="http://localhost/all"))
    bench.put("/intelepeer/webhook", {"webhook": None})
    bench.post("/reset")
    assert bench.get("/intelepeer/webhook").json == {"webhook": "http://localhost/all"}


def test_a_change_leaves_alone_what_it_does_not_name(bench: Bench) -> None:
    """PATCH keeps an account's numbers, a customer's secrets, and a number's webhook."""
    bench.put("/ip1/accounts/a", {"callback_url": SECRET_URL, "numbers": ["4600000001"]})
    assert bench.patch("/ip1/accounts/a", {"numbers": ["4600000002"]}).status_code == 200
    account = bench.get("/ip1/accounts/a?reveal=true").json
    assert account == {"owner": "a", "callback_url": SECRET_URL, "numbers": ["4600000002"]}
    given = {"token": "t", "username": "u", "password": "p", "secret": "s"}
    signature = {"mode": "hmac", "hash": "md5", "order": "message-refid", "encoding": "base64"}
    bench.put("/intelepeer/customers/c", given | {"signature": signature})
    changed = {"username": "v", "signature": {"hash": "sha1"}}
    assert bench.patch("/intelepeer/customers/c", changed).json["secret"] == "***"
    assert bench.get("/intelepeer/customers/c?reveal=true").json == {
        "name": "c",
        **given,
        "username": "v",
        "signature": signature | {"hash": "sha1"},
    }
    bench.put("/intelepeer/numbers/1-1234", {"customer": "c", "webhook": SECRET_URL})
    bench.patch("/intelepeer/numbers/1-1234", {"sms_enabled": False})
    number = bench.get("/intelepeer/numbers/1-1234?reveal=true").json
    assert (number["customer"], number["webhook"]) == ("c", SECRET_URL)
    assert number["sms_enabled"] is False


def test_null_takes_away_in_a_change(bench: Bench) -> None:
    """Null is no URL, no token, no customer; a signature's null is that of the settings."""
    bench.put("/ip1/accounts/a", {"callback_url": SECRET_URL})
    assert bench.patch("/ip1/accounts/a", {"callback_url": None}).json["callback_url"] is None
    bench.put("/intelepeer/customers/c", {"token": "t", "signature": {"mode": "hmac"}})
    gone = bench.patch("/intelepeer/customers/c", {"token": None, "signature": None}).json
    assert (gone["token"], gone["signature"]["mode"]) == (None, "literal")
    bench.put("/intelepeer/numbers/1-1234", {"customer": "c", "webhook": SECRET_URL})
    none = bench.patch("/intelepeer/numbers/1-1234", {"customer": None, "webhook": None}).json
    assert (none["customer"], none["webhook"]) == (None, None)


def test_an_empty_signature_changes_nothing_of_it(bench: Bench) -> None:
    """A signature in which nothing is named stays as it is."""
    bench.put("/intelepeer/customers/c", {"signature": {"mode": "absent"}})
    kept = bench.patch("/intelepeer/customers/c", {"signature": {}}).json
    assert kept["signature"]["mode"] == "absent"


def test_a_changed_number_goes_on_being_provisioned(bench_of: BenchOf) -> None:
    """A change of something else leaves the provisioning to the clock; a state named stands."""
    bench = bench_of(intelepeer=IntelePeerSettings(provisioning_delay=timedelta(minutes=2)))
    bench.client.post("/_rest/v4/my/did/sms/provision", json={"endpoints": ["+12161112222"]},
                      headers={"Authorization": "any"})  # fmt: skip
    path = "/intelepeer/numbers/+12161112222"
    assert bench.patch(path, {"cpaas_enabled": True}).json["provisioning"] == "requested"
    bench.post("/clock/advance", {"seconds": 60})
    assert bench.get(path).json["provisioning"] == "provisioning"
    assert bench.patch(path, {"provisioning": "error"}).json["provisioning"] == "error"
    bench.post("/clock/advance", {"seconds": 600})
    assert bench.get(path).json["provisioning"] == "error"


def test_a_number_forgets_its_webhook(bench: Bench) -> None:
    """Without a webhook of its own a number posts to the default again."""
    bench.put("/intelepeer/webhook", {"webhook": "http://localhost/default"})
    bench.put("/intelepeer/numbers/1-1234", {"webhook": "http://localhost/own"})
    assert bench.delete("/intelepeer/numbers/1-1234/webhook").json["webhook"].endswith("/default")
    bench.patch("/intelepeer/numbers/1-1234", {"sms_enabled": True})
    assert bench.get("/intelepeer/numbers/1-1234").json["webhook"].endswith("/default")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ip1/accounts/nobody", {}, 404),
        ("/ip1/accounts/ip1-9", {"callback_url": ""}, 422),
        ("/ip1/accounts/ip1-9", {"callback_url": "host"}, 422),
        ("/ip1/accounts/ip1-9", {"owner": "b"}, 422),
        ("/ip1/accounts/ip1-10001", {"numbers": ["4600000009"]}, 409),
        ("/intelepeer/customers/nobody", {}, 404),
        ("/intelepeer/customers/default", {"token": "taken"}, 409),
        ("/intelepeer/customers/a", {"signature": {"mode": "rsa"}}, 422),
        ("/intelepeer/numbers/123", {}, 422),
        ("/intelepeer/numbers/1-1234", {"customer": "nobody"}, 404),
        ("/intelepeer/numbers/1-1234", {"webhook": ""}, 422),
        ("/intelepeer/numbers/1-1234", {"sms_enabled": None}, 422),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(
    bench: Bench, path: str, body: dict[str, Any], status: int
) -> None:
    """As with PUT: 422, 409 or 404, and all stays as it was."""
    bench.put("/ip1/accounts/ip1-9", {"numbers": ["4600000009"]})
    bench.put("/intelepeer/customers/a", {"token": "taken"})
    before = bench.get("/snapshot").json
    assert bench.patch(path, body).status_code == status
    assert bench.get("/snapshot").json == before


def test_a_closed_inventory_changes_no_other_number(bench_of: BenchOf) -> None:
    """A number that does not exist is a 404 for a change too."""
    bench = bench_of(intelepeer=IntelePeerSettings(numbers={"1-1234": NumberSettings()}))
    assert bench.patch("/intelepeer/numbers/1-1235", {}).status_code == 404
    assert bench.delete("/intelepeer/numbers/1-1235/webhook").status_code == 404
