"""Both providers in their one shape: names, retry presets, acknowledgement, addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mohook.errors import AddressError
from mohook.providers import PROVIDERS
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.provider import ATTEMPTS
from mohook.providers.ip1.account import Ip1Account
from mohook.providers.ip1.provider import DLR_TRIES
from mohook.providers.provider import Draft
from mohook.settings import (
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    Settings,
    SignatureSettings,
)

MINUTE = timedelta(minutes=1)
IP1, INTELEPEER = PROVIDERS["ip1"], PROVIDERS["intelepeer"]
DRAFTS = {
    "ip1": Draft("1234", "5678", "Hi", datetime.now(UTC), Ip1Account("ip1-1")),
    "intelepeer": Draft(
        "+1234",
        "1-1234",
        "Hi",
        datetime.now(UTC),
        IntelePeerCustomer(name="a", secret="s", signature=SignatureSettings()),
    ),
}


def test_providers_stand_under_their_names() -> None:
    """The table has each provider under its own word."""
    assert {name: provider.name for name, provider in PROVIDERS.items()} == {
        "ip1": "ip1",
        "intelepeer": "intelepeer",
    }


@pytest.mark.parametrize("name", PROVIDERS)
def test_wire_names_are_those_of_the_payload(name: str) -> None:
    """What a provider says it calls id, text, sender and recipient is what it posts."""
    provider, draft = PROVIDERS[name], DRAFTS[name]
    [[payload]] = provider.payloads([draft], Random(0), Settings())
    wire = provider.wire
    assert (payload[wire.text], payload[wire.sender], payload[wire.recipient]) == (
        draft.body,
        draft.sender,
        draft.recipient,
    )
    fresh = provider.renewed(payload, draft.at, draft.account, Random(1))
    assert fresh[wire.id] != payload[wire.id]
    assert fresh | {wire.id: payload[wire.id]} == payload


def test_intelepeer_tries_five_times_a_minute_apart() -> None:
    """The default list of gaps amounts to the documented five attempts."""
    policy = INTELEPEER.retry_policy(Settings())
    assert policy.max_attempts == ATTEMPTS == 5
    assert set(policy.spacing) == {MINUTE}


@pytest.mark.parametrize("gaps", [(), (MINUTE,), (MINUTE, 2 * MINUTE)])
def test_intelepeer_has_one_attempt_more_than_gaps(gaps: tuple[timedelta, ...]) -> None:
    """The spacing list decides how many attempts there are, the empty list included."""
    settings = Settings(intelepeer=IntelePeerSettings(retry_spacing=gaps))
    policy = INTELEPEER.retry_policy(settings)
    assert policy.max_attempts == len(gaps) + 1
    assert not gaps or policy.spacing == gaps


def test_ip1_tries_without_end() -> None:
    """Until 200: every ten minutes, no limit."""
    policy = IP1.retry_policy(Settings())
    assert (policy.spacing, policy.max_attempts) == ((10 * MINUTE,), None)


def test_ip1_as_delivery_reports_tries_ten_times() -> None:
    """The preset `dlr-like`: every ten minutes, ten tries at most."""
    policy = IP1.retry_policy(Settings(ip1=Ip1Settings(retry="dlr-like")))
    assert (policy.spacing, policy.max_attempts) == ((10 * MINUTE,), DLR_TRIES)


@pytest.mark.parametrize("retry", ["until-200", "dlr-like"])
def test_ip1_limit_and_interval_count_in_every_preset(retry: str) -> None:
    """A limit and an interval that are set are never ignored."""
    settings = Ip1Settings(
        retry="dlr-like" if retry == "dlr-like" else "until-200",
        retry_limit=3,
        retry_interval=MINUTE,
    )
    policy = IP1.retry_policy(Settings(ip1=settings))
    assert (policy.spacing, policy.max_attempts) == ((MINUTE,), 3)


@pytest.mark.parametrize("name", PROVIDERS)
def test_only_200_acknowledges(name: str) -> None:
    """Every status but 200 is a failure, 2xx and 3xx included."""
    taken = [s for s in range(100, 1000) if PROVIDERS[name].acknowledges(s, Settings())]
    assert taken == [200]


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_2xx_acknowledges_by_switch(name: str) -> None:
    """`delivery.acknowledge = "2xx"` takes 200 to 299 and nothing else."""
    settings = Settings(delivery=DeliverySettings(acknowledge="2xx"))
    taken = [s for s in range(100, 1000) if PROVIDERS[name].acknowledges(s, settings)]
    assert taken == list(range(200, 300))


@pytest.mark.parametrize(
    ("name", "sender", "recipient"),
    [
        ("ip1", "46712345678", "456189040623"),
        ("intelepeer", "+7708675309", "+13038675309"),
        ("intelepeer", "57-1234", "1-1234"),
    ],
)
def test_documented_addresses_are_taken(name: str, sender: str, recipient: str) -> None:
    """Each provider takes the forms that it documents."""
    PROVIDERS[name].check(sender, recipient, Settings())


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("ip1", "46712345678", "+46712345678"),
        ("ip1", "46712345678", "1234567890123456"),
        ("ip1", "46712345678", "MyCompany"),
        ("intelepeer", "+7708675309", "7708675309"),
        ("intelepeer", "+7708675309", "57-MyCompany"),
        ("intelepeer", "+7708675309", "1-12"),
        ("intelepeer", "+7708675309", " 7708675309"),
    ],
)
def test_addresses_in_another_form_are_refused(name: str, good: str, bad: str) -> None:
    """Sender and recipient are each refused, by a message that holds the value."""
    for sender, recipient in ((good, bad), (bad, good)):
        with pytest.raises(AddressError, match=bad.replace("+", r"\+")):
            PROVIDERS[name].check(sender, recipient, Settings())


def test_lost_plus_is_explained() -> None:
    """A plus that a query string turned into a space is named as such."""
    with pytest.raises(AddressError, match="%2B"):
        INTELEPEER.check(" 7708675309", "+7708675309", Settings())


def test_alphanumeric_sender_is_opt_in_at_ip1() -> None:
    """By switch a name may send; it can never receive."""
    settings = Settings(ip1=Ip1Settings(alphanumeric_senders=True))
    IP1.check("MyCompany", "46712345678", settings)
    IP1.check("46712345678", "46712345678", settings)
    with pytest.raises(AddressError):
        IP1.check("46712345678", "MyCompany", settings)
    with pytest.raises(AddressError):
        IP1.check("My Company", "46712345678", settings)


def test_short_code_length_is_a_switch() -> None:
    """`intelepeer.short_code_length` decides which short codes exist."""
    settings = Settings(intelepeer=IntelePeerSettings(short_code_length=(5, 6)))
    INTELEPEER.check("1-12345", "1-123456", settings)
    with pytest.raises(AddressError):
        INTELEPEER.check("1-1234", "1-123456", settings)
