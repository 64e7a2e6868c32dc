"""Every fault step, as the receiver and the journal see it."""

from __future__ import annotations

import pytest

from mohook.delivery.message import Message, State
from mohook.delivery.transports.transport import Request
from tests.delivery.bench import Bench, FakeTransport, outcomes, rules
from tests.store.made import HERE, MINUTE, NOON, SECOND


def sent(bench: Bench, *steps: str, provider: str = "ip1") -> Message:
    """Return a message whose attempts meet these steps and then the receiver, run to its end."""
    bench.faults.add(steps)
    message = bench.accept(provider=provider)
    bench.driver.run_until_idle()
    return message


@pytest.mark.parametrize("step", ["500", "404", "timeout", "reset", "refused"])
def test_an_answer_that_is_replaced_never_reaches_the_receiver(step: str) -> None:
    """The step stands as the outcome; only the retry is posted."""
    bench = Bench()
    message = sent(bench, step)
    assert outcomes(message) == [step, "200"]
    assert len(bench.fake.started) == 1
    first, second = message.attempts
    assert (first.fault, second.fault) == (step, None)
    assert "not reached" in (first.error or "")
    assert first.request_headers != ()
    assert second.started_at - first.started_at == 10 * MINUTE


def test_a_scripted_timeout_lasts_the_time_limit_without_waiting() -> None:
    """The journal shows ten seconds; nobody waited for them."""
    bench = Bench()
    message = sent(bench, "timeout")
    assert message.attempts[0].timings.total == 10.0
    assert message.attempts[0].status_code is None


def test_a_scripted_200_delivers_without_the_receiver() -> None:
    """The answer is replaced, whatever it is replaced by."""
    bench = Bench()
    message = sent(bench, "200")
    assert (outcomes(message), message.state, bench.fake.started) == (["200"], State.DELIVERED, [])


def test_a_lost_acknowledgement_reached_the_receiver_and_is_sent_again() -> None:
    """The receiver has processed the message twice; the provider saw one answer."""
    bench = Bench()
    message = sent(bench, "lose-ack")
    assert outcomes(message) == ["lost-ack", "200"]
    assert len(bench.fake.started) == 2
    assert message.attempts[0].status_code == 200
    assert "(200)" in (message.attempts[0].error or "")


def test_what_never_came_cannot_be_lost() -> None:
    """Where the receiver gave no answer, the failure stands as it was."""
    bench = Bench(FakeTransport(lambda _: "timeout"))
    bench.faults.add(["lose-ack"])
    message = bench.accept()
    bench.driver.settle()
    assert outcomes(message) == ["timeout"]


def test_a_duplicate_is_two_requests_and_one_try() -> None:
    """Both are shown, the second as a copy that decides nothing."""
    bench = Bench()
    message = sent(bench, "duplicate")
    assert len(bench.fake.started) == 2
    assert bench.fake.most_in_flight == 2
    assert [(each.number, each.copy_of, each.decision) for each in message.attempts] == [
        (1, None, "delivered"),
        (2, 1, None),
    ]
    assert (message.attempts_made, message.tries) == (2, 1)


def test_duplicates_do_not_use_up_the_five_attempts() -> None:
    """Five tries in all still: seven requests when two of them were doubled."""
    bench = Bench(FakeTransport(lambda _: "500"))
    message = sent(bench, "duplicate", "duplicate", provider="intelepeer")
    assert message.state is State.FAILED
    assert (message.tries, message.attempts_made, len(bench.fake.started)) == (5, 7, 7)
    assert [each.copy_of for each in message.attempts] == [None, 1, None, 3, None, None, None]


@pytest.mark.parametrize("answers", [["200", "500"], ["500", "200"]])
def test_one_acknowledgement_of_two_delivers(answers: list[str]) -> None:
    """Whichever of the two copies was acknowledged, it is the one that decides."""
    said = iter(answers)
    bench = Bench(FakeTransport(lambda _: next(said)))
    message = sent(bench, "duplicate")
    assert message.state is State.DELIVERED
    assert outcomes(message) == ["200", "500"]


def test_a_duplicate_ends_when_both_have_ended() -> None:
    """The first answer alone decides nothing yet."""
    said = iter(["200", None, "500"])

    def answer(_: Request) -> str | None:
        return next(said)

    bench = Bench(FakeTransport(answer))
    bench.faults.add(["duplicate"])
    message = bench.accept()
    bench.engine.start_due()
    assert bench.engine.collect(0) == []
    assert message.state is State.PENDING
    assert len(bench.engine.collect(0)) == 2
    assert bench.engine.room(HERE) == 64


def test_a_delay_puts_the_attempt_off_by_its_duration() -> None:
    """Nothing is sent before; then it goes out, and the next step is the next attempt's."""
    bench = Bench()
    bench.faults.add(["delay:90s", "500"])
    message = bench.accept()
    assert bench.driver.advance(89 * SECOND) == []
    bench.driver.advance(SECOND)
    [attempt] = message.attempts
    assert attempt.started_at == NOON + 90 * SECOND
    assert (attempt.fault, attempt.outcome) == ("delay:90s", "200")


def test_a_reordered_message_is_overtaken_by_the_next() -> None:
    """It goes out as soon as the other has, without the clock moving."""
    bench = Bench()
    bench.faults.add(["reorder"])
    bench.accept_all("ab")
    bench.driver.settle()
    assert bench.fake.bodies == ["b", "a"]
    assert bench.clock.now() == NOON


def test_a_message_that_went_out_before_overtakes_nobody() -> None:
    """The one that is already under way when another is held back does not free it."""
    bench = Bench()
    bench.faults.add(["ok", "reorder"])
    bench.accept_all("ab")
    bench.driver.settle()
    assert bench.fake.bodies == ["a"]
    bench.accept("c")
    bench.driver.settle()
    assert bench.fake.bodies == ["a", "c", "b"]


def test_only_a_message_of_the_same_provider_overtakes() -> None:
    """Another provider's traffic is no reason to go on."""
    bench = Bench()
    bench.faults.add(["reorder"])
    held = bench.accept("held")
    bench.accept("other", provider="intelepeer")
    bench.driver.settle()
    assert bench.fake.bodies == ["other"]
    assert held.next_attempt_at == NOON + MINUTE


def test_a_message_that_never_reached_the_receiver_overtakes_nobody() -> None:
    """Where the script answers for the receiver, the receiver has seen no other message."""
    bench = Bench()
    bench.faults.add(["reorder", "500"])
    bench.accept_all("ab")
    bench.driver.settle()
    assert bench.fake.bodies == []
    bench.driver.run_until_idle()
    assert bench.fake.bodies == ["a", "b"]


def test_several_are_overtaken_by_one() -> None:
    """All that were held back follow it, in their order."""
    bench = Bench()
    bench.faults.add(["reorder", "reorder"])
    bench.accept_all("abc")
    bench.driver.settle()
    assert bench.fake.bodies == ["c", "a", "b"]


def test_a_reordered_message_that_nobody_overtakes_goes_after_a_minute() -> None:
    """It is held for a minute at most, and then sent like any other."""
    bench = Bench()
    message = sent(bench, "reorder")
    [attempt] = message.attempts
    assert attempt.started_at == NOON + MINUTE
    assert (attempt.fault, attempt.outcome) == ("reorder", "200")


def test_ok_spends_a_step_and_changes_nothing() -> None:
    """The attempt is as if there were no script; the next meets the next step."""
    bench = Bench(FakeTransport(lambda _: "500"))
    bench.faults.add(["ok", "reset"])
    message = bench.accept(provider="intelepeer")
    bench.driver.advance(MINUTE)
    assert outcomes(message) == ["500", "reset"]
    assert [each.fault for each in message.attempts] == ["ok", "reset"]


def test_a_scripted_failure_is_given_up_like_a_real_one() -> None:
    """With transport_failures = give-up, a scripted reset is the end."""
    bench = Bench(rules=rules(retries_failures=False))
    message = sent(bench, "reset")
    assert (outcomes(message), message.state) == (["reset"], State.FAILED)


def test_a_held_back_message_keeps_its_step_through_a_webhook_change() -> None:
    """Moved elsewhere while it waits, it still goes out once, after its delay."""
    bench = Bench()
    bench.faults.add(["delay:5m", "500"])
    message = bench.accept()
    bench.driver.settle()
    bench.webhooks[message.endpoint] = "http://127.0.0.1:6000/sms"
    bench.store.move(message.endpoint, "http://127.0.0.1:6000", bench.clock.now())
    bench.driver.run_until_idle()
    [attempt] = message.attempts
    assert (attempt.fault, attempt.started_at) == ("delay:5m", NOON + 5 * MINUTE)
