"""Provisioning: answers, states, and what a number cannot do until it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mohook.errors import ConflictError
from mohook.providers.intelepeer.provisioning import ProvisioningState
from tests.directory.bench import NOW, ONE, TWO, Bench, closed

HOUR = timedelta(hours=1)
REQUESTED = (202, {"code": 202, "provisioning": {"state": "requested"}})
NEW = "+12165550000"


def provision(bench: Bench, *endpoints: str, after: timedelta = timedelta()) -> tuple[int, object]:
    return bench.directory.provision(bench.caller(), endpoints, NOW + after)


def state(bench: Bench, number: str, after: timedelta = timedelta()) -> str:
    return bench.directory.number(number, NOW + after).state.value


def test_request_is_answered_as_documented() -> None:
    """202 says `requested`, even where it is done at the next look."""
    bench = Bench()
    assert provision(bench, NEW) == REQUESTED
    assert state(bench, NEW) == "provisioned"


def test_states_follow_the_clock() -> None:
    """`requested`, from half the delay `provisioning`, at its end `provisioned`."""
    bench = Bench(provisioning_delay=2 * HOUR)
    provision(bench, NEW)
    tick = timedelta(microseconds=1)
    assert [
        state(bench, NEW, after)
        for after in (timedelta(), HOUR - tick, HOUR, 2 * HOUR - tick, 2 * HOUR)
    ] == ["requested", "requested", "provisioning", "provisioning", "provisioned"]


def test_second_request_in_progress_is_a_conflict() -> None:
    """409 while the first is in progress, and 202 again once it is done."""
    bench = Bench(provisioning_delay=HOUR)
    assert provision(bench, NEW)[0] == 202
    assert provision(bench, NEW, after=HOUR / 2)[0] == 409
    assert provision(bench, NEW, after=HOUR)[0] == 202


def test_number_in_progress_takes_no_webhook_and_no_message() -> None:
    """Until it is provisioned a webhook is a 400, and a message is a conflict."""
    bench = Bench(provisioning_delay=HOUR)
    provision(bench, NEW)
    status, body = bench.set(NEW)
    assert status == 400
    assert "'requested'" in body["error"]
    with pytest.raises(ConflictError, match="'requested'"):
        bench.directory.route(NEW, NOW)
    later = NOW + HOUR
    assert bench.directory.webhook_set(bench.caller(), [NEW], "http://a/", later)[0] == 201
    assert bench.directory.route(NEW, later).webhook == "http://a/"


def test_get_tells_the_state() -> None:
    """A GET of a number in progress is a 200 with its state."""
    bench = Bench(provisioning_delay=HOUR)
    provision(bench, NEW)
    status, body = bench.get(NEW)
    assert (status, body["provisioning"]) == (200, {"state": "requested"})


def test_provisioning_enables_sms() -> None:
    """A number that was not SMS-enabled is, once it is provisioned."""
    bench = closed()
    number = "+12160000000"
    assert bench.set(number)[0] == 400
    assert provision(bench, number) == REQUESTED
    assert bench.set(number)[0] == 201


@pytest.mark.parametrize(
    "endpoints", [(), (ONE, TWO), ("12161112222",), ("1-1234",), (TWO,), ("+19999999999",)]
)
def test_everything_else_is_a_400(endpoints: tuple[str, ...]) -> None:
    """None or several, malformed, a short code, another's, unknown: the page knows 400 alone."""
    bench = closed()
    before = bench.directory.dump()
    status, body = provision(bench, *endpoints)
    assert status == 400
    assert isinstance(body, dict)
    assert list(body) == ["code", "error"]
    assert bench.directory.dump() == before


@pytest.mark.parametrize("given", ProvisioningState)
def test_given_state_stands_still(given: ProvisioningState) -> None:
    """A state put by hand stays, and only `provisioned` takes a webhook."""
    bench = Bench(provisioning_delay=HOUR)
    bench.directory.put_number(NEW, provisioning=given)
    assert state(bench, NEW, after=10 * HOUR) == given.value
    assert bench.set(NEW)[0] == (201 if given is ProvisioningState.PROVISIONED else 400)
