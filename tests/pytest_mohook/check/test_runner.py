"""Checks run side by side where the receiver can take it, and one by one where it cannot."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

import pytest

from mohook.settings import DeliverySettings, Settings
from pytest_mohook.check.catalogue import CATALOGUE
from pytest_mohook.check.model import Check, Group, Status
from pytest_mohook.check.registry import chosen
from pytest_mohook.check.runner import run
from pytest_mohook.check.target import Target
from pytest_mohook.check.trial import Trial
from pytest_mohook.harness.serving.hosted import Hosted
from tests.pytest_mohook.check.planted import LIMIT, CrashError, Receiver

IP1 = [each for each in CATALOGUE if each.provider == "ip1"]


@contextmanager
def target(receiver: Receiver) -> Iterator[Target]:
    delivery = DeliverySettings(time_limit=timedelta(seconds=LIMIT))
    with Hosted(receiver) as hosted:
        yield Target(
            url=hosted.url,
            provider="ip1",
            settings=Settings(delivery=delivery),
            readback=receiver.readback,
        )


def made(name: str, run: Callable[[Trial], None], group: Group = Group.ORDER) -> Check:
    return Check(name, "ip1", group, "It does.", "RFC 9110", run, False, False)


class Watched:
    """A check's function that notes how many run beside it."""

    def __init__(self) -> None:
        self.running = self.most = 0
        self.lock = Lock()
        self.examples = Counter[tuple[int, ...]]()

    def __call__(self, trial: Trial) -> None:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.examples[(*trial.some(range(4)),)] += 1
        trial.send("Watched")
        time.sleep(0.02)
        with self.lock:
            self.running -= 1


@pytest.mark.slow
def test_a_receiver_that_queues_gets_few_checks_at_a_time() -> None:
    """It is blamed for fifty at once, and for nothing else; of each kind it gets two examples."""
    watched = Watched()
    time_checks = chosen(IP1, only=["time.plain", "time.fifty-at-once"])
    others = [made(f"ip1.order.{number}", watched) for number in range(5)]
    receiver = Receiver("ip1", pause=lambda _: LIMIT / 20, one_at_a_time=True)
    with target(receiver) as aimed:
        results = list(run([*others, *time_checks], aimed, seed=1))
    failed = [each.check.id for each in results if each.status is Status.FAILED]
    assert failed == ["ip1.time.fifty-at-once"]
    assert watched.most <= 2
    assert {len(each) for each in watched.examples} == {2}
    assert {first for first, _ in watched.examples} == {0}
    assert {each.check.group for each in results if each.shortened} == {Group.ORDER}


def test_a_receiver_that_keeps_up_gets_several_at_a_time() -> None:
    """Where nothing speaks against it, checks run beside each other."""
    watched = Watched()
    with target(Receiver("ip1")) as aimed:
        checks = [made(f"ip1.order.{number}", watched) for number in range(5)]
        results = list(run(checks, aimed, seed=1))
    assert watched.most > 2
    assert watched.examples == {(0, 1, 2, 3): 5}
    assert not any(each.shortened for each in results)


@pytest.mark.slow
@pytest.mark.parametrize("recovers", [True, False])
def test_what_fails_for_want_of_an_answer_runs_again(recovers: bool) -> None:
    """The second time it is by itself, and counts."""
    late = iter([2 * LIMIT])
    receiver = Receiver("ip1", pause=lambda _: next(late, 0.0) if recovers else 2 * LIMIT)
    runs: list[Trial] = []

    def answers_in_time(trial: Trial) -> None:
        runs.append(trial)
        answer = trial.post(trial.request(trial.payload()))
        trial.require(answer.status == 200, answer.in_words)

    with target(receiver) as aimed:
        [result] = run([made("ip1.order.made", answers_in_time)], aimed, seed=1)
    assert len(runs) == 2
    assert result.status is (Status.PASSED if recovers else Status.FAILED)


@pytest.mark.slow
def test_what_is_hostile_comes_last() -> None:
    """First what measures, then the many, then what is hostile: that by itself before the rest."""
    words = ["hostile.missing-field", "hostile.empty", "order.overtaken", "time.plain"]
    with target(Receiver("ip1")) as aimed:
        results = list(run(chosen(IP1, only=words), aimed, seed=1))
    assert [each.check.id.partition(".")[2] for each in results] == words[::-1]


@pytest.mark.slow
def test_where_a_plain_message_has_no_answer_nothing_else_is_checked() -> None:
    """One cause is one finding or two, and not eighty."""
    with target(Receiver("ip1", pause=lambda _: 2 * LIMIT)) as aimed:
        results = list(run(IP1, aimed, seed=1))
    failed = [each.check.id for each in results if each.status is Status.FAILED]
    assert failed == ["ip1.ack.exactly-200", "ip1.time.plain"]
    assert len(results) == len(IP1)
    whys = {each.why for each in results if each.status is Status.NOT_CHECKED}
    assert whys == {"the receiver gives no answer to a plain message in time: see time.plain"}


@pytest.mark.parametrize("status", [204, 302, 404])
def test_where_a_plain_message_is_not_taken_nothing_else_is_checked(status: int) -> None:
    """Every message would fail in the same way: one cause, one finding."""
    with target(Receiver("ip1", status=status)) as aimed:
        results = list(run(IP1, aimed, seed=1))
    assert [each.check.id for each in results if each.status is Status.FAILED] == [
        "ip1.ack.exactly-200"
    ]
    assert len(results) == len(IP1)
    assert {each.why for each in results if each.status is Status.NOT_CHECKED} == {
        "no plain message is acknowledged, or none reaches the receiver: see ack.exactly-200"
    }


def test_a_failure_shows_the_messages_that_it_is_about() -> None:
    """Not those that were taken rightly; and the command sends one that was not."""
    [check] = chosen(IP1, only=["ip1.content.one-character"])
    with target(Receiver("ip1", text=lambda text: text.replace("ç", "c"))) as aimed:
        [result] = run([check], aimed, seed=1)
    assert result.status is Status.FAILED
    assert [line.split(" ")[4] for line in result.story.splitlines() if line.startswith("m")] == [
        "456189040623"
    ]
    assert "'ç': delivered" in result.story
    assert '"body":"ç"' in result.curl


def test_a_failure_shows_the_request_that_it_is_about() -> None:
    """Of many hostile ones, that which the receiver fell over."""
    [check] = chosen(IP1, only=["ip1.hostile.missing-field"])
    with target(Receiver("ip1", load=_no_priority)) as aimed:
        [result] = run([check], aimed, seed=1)
    assert result.status is Status.FAILED
    assert "no 'priority'" in result.why
    assert '"priority":' not in result.curl
    assert result.story.splitlines()[-1].startswith("POST of ")


def _no_priority(body: bytes) -> dict[str, object]:
    payload: dict[str, object] = json.loads(body)
    if "priority" not in payload:
        raise CrashError
    return payload
