"""The engine: what is sent when, in which lanes, and what is made of how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from mohook.delivery.message import State
from mohook.delivery.outcome import FAILURES
from mohook.errors import StoreAwayError
from mohook.store.store import Result
from tests.delivery.bench import Bench, FakeTransport, outcomes, rules
from tests.store.made import HERE, MINUTE, NOON, THERE


def test_a_message_is_posted_to_its_webhook_byte_for_byte() -> None:
    """One request, to the whole URL, with the payload as it stands."""
    bench = Bench()
    message = bench.accept("hello")
    [attempt] = bench.driver.settle()
    assert [(request.url, request.body) for request in bench.fake.started] == [
        (f"{HERE}/sms", b"hello")
    ]
    assert (attempt.url, attempt.request_body) == (f"{HERE}/sms", b"hello")
    assert message.state is State.DELIVERED
    assert (attempt.number, attempt.decision) == (1, "delivered")


@pytest.mark.parametrize("outcome", ["201", "204", "301", "404", "500", *sorted(FAILURES)])
def test_anything_but_200_is_sent_again(outcome: str) -> None:
    """Another status or a named failure: pending, and due ten minutes after the attempt began."""
    bench = Bench(FakeTransport(lambda _: outcome))
    message = bench.accept()
    [attempt] = bench.driver.settle()
    assert message.state is State.PENDING
    assert message.next_attempt_at == attempt.next_attempt_at == NOON + 10 * MINUTE
    assert (attempt.outcome, attempt.decision) == (outcome, "retry")


def test_intelepeer_is_given_up_after_five_attempts_in_all() -> None:
    """Five posts a minute apart, and then it has failed."""
    bench = Bench(FakeTransport(lambda _: "500"))
    message = bench.accept(provider="intelepeer")
    made = bench.driver.run_until_idle()
    assert [attempt.started_at - NOON for attempt in made] == [n * MINUTE for n in range(5)]
    assert [attempt.decision for attempt in made] == ["retry"] * 4 + ["given-up"]
    assert message.state is State.FAILED
    assert message.next_attempt_at is None


def test_ip1_goes_on_until_200() -> None:
    """A week of ten-minute retries, and the first 200 ends it."""
    bench = Bench(FakeTransport(lambda _: "503"))
    message = bench.accept()
    assert len(bench.driver.advance(7 * 24 * 60 * MINUTE)) == 7 * 144 + 1
    bench.fake.let_go()
    bench.driver.run_next()
    assert message.state is State.DELIVERED
    assert bench.driver.run_until_idle() == []


def test_spacing_counts_from_the_start_of_an_attempt() -> None:
    """A receiver that took half a minute to fail is tried again ten minutes after it was called."""
    bench = Bench(FakeTransport(lambda _: None))
    message = bench.accept()
    bench.engine.start_due()
    bench.clock.move_to(NOON + MINUTE / 2)
    bench.fake.let_go("500")
    bench.engine.collect(0)
    assert message.next_attempt_at == NOON + 10 * MINUTE


def test_give_up_takes_a_named_failure_for_the_last_word() -> None:
    """With transport_failures = give-up no failure is retried, but a status still is."""
    bench = Bench(
        FakeTransport(lambda request: request.body.decode()), rules(retries_failures=False)
    )
    failure, status = bench.accept_all(["timeout", "500"])
    bench.driver.settle()
    assert (failure.state, status.state) == (State.FAILED, State.PENDING)


def test_a_new_id_is_given_to_retries_alone() -> None:
    """The first attempt posts the payload, each later one what `renew` makes of it then."""
    renewed = rules(renew=lambda message, at: message.payload + at.strftime(" %H:%M").encode())
    bench = Bench(FakeTransport(lambda _: "500"), renewed)
    message = bench.accept("hi", provider="intelepeer")
    made = bench.driver.advance(2 * MINUTE)
    assert bench.fake.bodies == ["hi", "hi 12:01", "hi 12:02"]
    assert [attempt.request_body.decode() for attempt in made] == bench.fake.bodies
    assert message.payload == b"hi"


def test_a_receiver_gets_no_more_at_once_than_it_has_lanes() -> None:
    """The rest follow as room comes, oldest first."""
    bench = Bench(per_receiver=3)
    bench.accept_all("abcdefgh")
    bench.driver.settle()
    assert bench.fake.most_in_flight == 3
    assert "".join(bench.fake.bodies) == "abcdefgh"


def test_a_full_receiver_does_not_block_another() -> None:
    """While one receiver hangs on all its lanes, the other's messages are delivered."""
    bench = Bench(FakeTransport(lambda request: None if HERE in request.url else "200"))
    hanging = bench.accept_all(["h"] * 70)
    healthy = bench.accept_all(["ok"] * 70, origin=THERE)
    for _ in range(4):
        bench.engine.start_due()
        bench.engine.collect(0)
    assert {message.state for message in hanging} == {State.PENDING}
    assert {message.state for message in healthy} == {State.DELIVERED}
    assert bench.engine.in_flight == 64
    assert bench.engine.room(HERE) == 0
    assert bench.engine.room(THERE) == 64


def test_all_lanes_together_have_a_bound_too() -> None:
    """Whatever the number of receivers, no more than `in_all` are in flight."""
    bench = Bench(FakeTransport(lambda _: None), in_all=10)
    for number in range(20):
        bench.accept(origin=f"http://127.0.0.1:{5000 + number}")
        bench.accept(origin=f"http://127.0.0.1:{5000 + number}")
    while bench.engine.start_due():
        assert bench.fake.in_flight <= 10
    assert bench.fake.in_flight == 10
    assert bench.engine.room("http://127.0.0.1:5999") == 0  # a driver that asks waits


def test_a_message_whose_webhook_went_is_held_and_sent_when_there_is_one() -> None:
    """No webhook: held, nothing sent. A webhook again: due at once."""
    bench = Bench()
    message = bench.accept()
    webhook = bench.webhooks.pop(message.endpoint)
    assert bench.driver.settle() == []
    assert (message.state, message.destination, message.next_attempt_at) == (State.HELD, None, None)
    bench.webhooks[message.endpoint] = webhook
    bench.store.move(message.endpoint, HERE, bench.clock.now())
    assert [attempt.outcome for attempt in bench.driver.settle()] == ["200"]
    assert message.state is State.DELIVERED


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("500", State.HELD), ("200", State.DELIVERED)],
)
def test_a_webhook_that_goes_in_mid_flight_holds_what_must_be_sent_again(
    outcome: str, state: State
) -> None:
    """The attempt under way counts as it ends; a retry would have nowhere to go."""
    bench = Bench(FakeTransport(lambda _: None))
    message = bench.accept()
    bench.engine.start_due()
    bench.store.move(message.endpoint, None, bench.clock.now())
    bench.fake.let_go(outcome)
    bench.engine.collect(0)
    assert outcomes(message) == [outcome]
    assert message.state is state
    assert message.next_attempt_at is None
    assert (bench.store.pending(), bench.store.held()) == (0, int(state is State.HELD))


def test_a_webhook_that_moves_in_mid_flight_takes_the_retry_with_it() -> None:
    """The next attempt goes to the new webhook at its due time, in the new lane."""
    bench = Bench(FakeTransport(lambda _: None))
    message = bench.accept()
    bench.engine.start_due()
    bench.webhooks[message.endpoint] = f"{THERE}/new"
    bench.store.move(message.endpoint, THERE, bench.clock.now())
    bench.fake.let_go("500")
    bench.engine.collect(0)
    bench.fake.let_go("200")
    bench.driver.run_until_idle()
    assert bench.fake.urls == [f"{HERE}/sms", f"{THERE}/new"]
    assert bench.clock.now() == NOON + 10 * MINUTE
    assert bench.engine.room(HERE) == bench.engine.room(THERE) == 64


def test_what_a_reset_forgot_in_mid_flight_comes_to_nothing() -> None:
    """Its end is recorded nowhere, its lane is free again, and new messages go out."""
    bench = Bench(FakeTransport(lambda _: None))
    old = bench.accept("old")
    bench.engine.start_due()
    bench.store.reset(bench.clock.now())
    bench.fake.let_go()
    new = bench.accept("new")
    bench.engine.collect(0)
    assert old.id == new.id
    assert (old.attempts, new.attempts) == ([], [])
    assert bench.store.figures().attempts == 0
    bench.driver.run_until_idle()
    assert outcomes(new) == ["200"]
    assert bench.engine.room(HERE) == 64


@pytest.mark.parametrize("step", ["delay:5m", "reorder"])
def test_what_a_reset_forgot_while_held_back_leaves_nothing_behind(step: str) -> None:
    """A new message under the same id meets the scripts that stand now."""
    bench = Bench()
    bench.faults.add([step])
    old = bench.accept("old")
    bench.driver.settle()
    bench.store.reset(bench.clock.now())
    bench.engine.reset()
    bench.faults.add(["500"])
    new = bench.accept("new")
    bench.driver.settle()
    assert old.id == new.id
    assert outcomes(new) == ["500"]


def test_a_shuffled_order_is_drawn_from_its_seed() -> None:
    """The same seed gives the same order, another one another, and all are sent."""

    def order(seed: int) -> str:
        bench = Bench(shuffle=Random(seed))
        bench.accept_all("abcdefghijkl")
        bench.driver.settle()
        return "".join(bench.fake.bodies)

    assert order(1) == order(1) != order(2)
    assert sorted(order(1)) == list("abcdefghijkl") != list(order(1))


def test_unshuffled_the_oldest_due_goes_first() -> None:
    """Whatever the receivers, messages go out by due time and then as they came."""
    bench = Bench()
    for body, origin in (("a", HERE), ("b", THERE), ("c", HERE), ("d", THERE)):
        bench.accept(body, origin=origin)
    bench.driver.settle()
    assert bench.fake.bodies == ["a", "b", "c", "d"]


def test_what_is_in_flight_is_not_sent_again_when_its_lease_runs_out() -> None:
    """This process stood still; the attempt ends once, and is recorded under the new claim."""
    bench = Bench(transport=FakeTransport(lambda _: None))
    message = bench.accept()
    claims = []
    for _ in range(3):
        bench.engine.start_due()
        claims.append(message.claim)
        bench.seconds.pass_by(40)
    assert len(bench.fake.started) == 1
    assert len(set(claims)) == 3
    bench.fake.let_go()
    assert len(bench.engine.collect(0)) == 1
    assert outcomes(message) == ["200"]


def test_what_could_not_be_recorded_counts_under_a_new_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store was away until the lease had run out: the attempt is recorded, and made once."""
    bench = Bench()
    message = bench.accept()
    bench.engine.start_due()

    def away(_: object) -> None:
        raise StoreAwayError("away")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "record", away)
        with pytest.raises(StoreAwayError):
            bench.engine.collect(0)
    bench.seconds.pass_by(40)
    bench.engine.start_due()
    assert len(bench.engine.collect(0)) == 1
    assert outcomes(message) == ["200"]
    assert len(bench.fake.started) == 1


def test_what_falls_due_while_its_last_attempt_is_written_down_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is handed out before the engine hears of the end of that: it is in flight no more."""
    bench = Bench(FakeTransport(lambda _: "500"))
    message = bench.accept()
    bench.engine.start_due()
    record = bench.store.record

    def slowly(results: Iterable[Result]) -> None:
        record(results)
        bench.clock.move_to(NOON + 10 * MINUTE)
        bench.engine.start_due()

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "record", slowly)
        bench.engine.collect(0)
    bench.engine.start_due()
    bench.engine.collect(0)
    assert len(bench.fake.started) == 2
    assert outcomes(message) == ["500", "500"]
