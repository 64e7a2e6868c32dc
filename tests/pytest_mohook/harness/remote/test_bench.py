"""What is special about an emulator that is already running: its clock, its release, its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from mohook import __version__
from mohook.delivery.clock import MANUAL_START
from mohook.errors import ConflictError, NotSettledError, UnknownNumberError, UnreachableError
from mohook.settings import (
    AccountSettings,
    CustomerSettings,
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    ServeSettings,
    Settings,
)
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.receiver import MohookReceiver, Received
from pytest_mohook.harness.remote.bench import RemoteBench
from pytest_mohook.harness.server import MohookServer

pytestmark = pytest.mark.slow

MANUAL = Settings(serve=ServeSettings(clock="manual"))
Running = Callable[..., str]


@pytest.fixture
def receiver() -> Iterator[MohookReceiver]:
    with MohookReceiver() as receiver:
        yield receiver


def test_each_test_finds_it_as_the_first_one_did(
    running: Running, receiver: MohookReceiver
) -> None:
    """A reset forgets what was, and sets the clock back to where a test's clock starts."""
    url = running()
    for _ in range(2):
        bench = RemoteBench(url, Settings(), MANUAL_START)
        bench.reset()
        mohook = Mohook(bench)
        assert (mohook.now, list(mohook.messages)) == (MANUAL_START, [])
        mohook.ip1.connect(receiver)
        mohook.fail_next("timeout", "timeout", "timeout")
        assert mohook.ip1.send().id == "m1"
        mohook.advance(days=1)
        bench.close()


def test_without_a_start_the_clock_stays(running: Running) -> None:
    """Nobody's clock is set back who did not ask for it."""
    bench = RemoteBench(running(), Settings())
    bench.reset()
    bench.advance(timedelta(days=1), 1)
    bench.reset()
    assert bench.now() == MANUAL_START + timedelta(days=1)
    bench.close()


def test_apps_are_gone_after_the_test(running: Running, receiver: MohookReceiver) -> None:
    """A reset and a close stop serving; one app is served once, however often it is connected."""
    bench = RemoteBench(running(), Settings())
    origins = [bench.mount(receiver, concurrent=False, lifespan=None) for _ in range(2)]
    assert origins[0] == origins[1]
    bench.reset()
    assert bench.mount(receiver, concurrent=False, lifespan=None) != origins[0]
    bench.put_account("ip1-10001", f"{origins[0]}/", [])
    assert Mohook(bench).ip1.send().outcomes == ["refused"]
    bench.close()


def test_an_emulator_of_another_release_is_refused(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first reset tells both releases; a patch level makes no difference."""
    major, minor, _ = __version__.split(".")
    monkeypatch.setattr("pytest_mohook.harness.remote.bench.__version__", f"{major}.{minor}.99")
    RemoteBench(running(), Settings()).reset()
    monkeypatch.setattr(
        "pytest_mohook.harness.remote.bench.__version__", f"{major}.{int(minor) + 1}.0"
    )
    with pytest.raises(ConflictError, match=f"is mohook {__version__}, and this is mohook {major}"):
        RemoteBench(running(), Settings()).reset()


def test_nobody_there_is_told() -> None:
    """The error names the URL and says how to start an emulator."""
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1: start one with `mohook serve`"):
        RemoteBench("http://127.0.0.1:1", Settings()).reset()


def test_the_emulator_itself_is_elsewhere(running: Running) -> None:
    """Whoever reaches for it hears where it runs; its HTTP face is what there is."""
    bench = RemoteBench(running(), Settings())
    mohook = Mohook(bench)
    with pytest.raises(ConflictError, match=f"runs at {bench.url}, in another process"):
        _ = mohook.emulator
    assert mohook.seed is None
    with MohookServer(mohook) as server:
        assert server.url == bench.url
        assert server.client.health()["clock"] == "manual"
    assert bench.now() == MANUAL_START  # it goes on
    bench.close()


def test_a_running_clock_makes_the_first_attempt_by_itself(
    running: Running, receiver: MohookReceiver
) -> None:
    """`send`, `send_batch` and `resend` return when it has been made, whatever came of it."""
    receiver.answer(200, 500, 200)
    bench = RemoteBench(running(Settings()), Settings())
    mohook = Mohook(bench)
    mohook.ip1.connect(receiver)
    message = mohook.ip1.send()
    assert message.outcomes == ["200"]
    assert sorted(str(m.outcomes) for m in mohook.ip1.send_batch(["a", "b"])) == [
        "['200']",
        "['500']",
    ]
    assert message.resend().outcomes == ["200", "200"]
    mohook.fail_next("delay:1h")
    assert mohook.ip1.send().outcomes == []
    bench.close()


def test_a_running_clock_cannot_be_moved(running: Running) -> None:
    """Each move says how to start an emulator whose clock can be."""
    mohook = Mohook(RemoteBench(running(Settings()), Settings()))
    for move in (mohook.run_next, mohook.run_until_idle, mohook.advance):
        with pytest.raises(ConflictError, match="--clock manual"):
            move()


def test_a_receiver_that_is_never_done_is_told(
    running: Running, receiver: MohookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a running clock, a first attempt that does not end is an error with the timeline."""
    monkeypatch.setattr("pytest_mohook.harness.remote.messages._MARGIN", timedelta())
    wanted = Settings(delivery=DeliverySettings(time_limit=timedelta(seconds=0.1)))
    bench, told = RemoteBench(running(Settings()), wanted), Event()
    mohook = Mohook(bench)

    def hangs(_: Received) -> int:
        told.wait(5)
        return 200

    receiver.answer(hangs)
    mohook.ip1.connect(receiver, concurrent=True)  # not in the thread of the test
    with pytest.raises(NotSettledError, match=r"no attempt within 0\.1 seconds.*\n.*pending"):
        mohook.ip1.send()
    told.set()
    bench.close()


def test_switches_are_its_own(running: Running) -> None:
    """What a test wants and the emulator does not do is told, so that the test can be skipped."""
    own = replace(MANUAL, ip1=Ip1Settings(retry_limit=3))
    bench = RemoteBench(running(own), Settings())
    assert bench.differs(own) == []
    assert bench.differs(MANUAL) == ["ip1.retry_limit is 3, wanted none"]


def test_whose_secret_signs_is_told_where_it_is_certain(running: Running) -> None:
    """A number's own customer, the only one there is; of several, nobody's number is in doubt."""
    one = {"us": CustomerSettings(secret="ours", token="t1")}
    both = one | {"them": CustomerSettings(secret="theirs", token="t2")}
    for customers in (one, both):
        intelepeer = IntelePeerSettings(customers=customers)
        bench = RemoteBench(running(Settings(intelepeer=intelepeer)), Settings())
        if len(customers) == 1:
            assert bench.secret("1-1234") == "ours"
            continue
        with pytest.raises(ConflictError, match="'1-1234' belongs to no customer: which of us"):
            bench.secret("1-1234")
        bench._client.put_number("1-1234", customer="them")
        assert bench.secret("1-1234") == "theirs"


def test_a_number_of_no_account_has_no_webhook(running: Running) -> None:
    """Where the accounts are named, another's number is unknown."""
    accounts = {"ip1-7": AccountSettings(callback_url="http://127.0.0.1:1/", numbers=("4670",))}
    bench = RemoteBench(running(Settings(ip1=Ip1Settings(accounts=accounts))), Settings())
    assert bench.webhook("ip1", "4670") == "http://127.0.0.1:1/"
    with pytest.raises(UnknownNumberError, match="'4671' belongs to no ip1 account"):
        bench.webhook("ip1", "4671")


def test_messages_of_many_pages_are_all_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one page, and just as many as one page has."""
    monkeypatch.setattr("pytest_mohook.harness.remote.messages._PAGE", 3)
    mohook = Mohook(RemoteBench(running(), Settings()))
    for total in (2, 3, 4, 6):
        mohook.reset()
        mohook.ip1.send_batch([str(n) for n in range(total)])
        assert [each.body for each in mohook.messages] == [str(n) for n in range(total)]


def test_what_is_no_longer_kept_is_told(running: Running, receiver: MohookReceiver) -> None:
    """A batch that the emulator has half forgotten is an error; one message stays as it was."""
    keeps_one = Settings(serve=ServeSettings(clock="manual", keep=1))
    mohook = Mohook(RemoteBench(running(keeps_one), Settings()))
    mohook.ip1.connect(receiver)
    first = mohook.ip1.send()
    with pytest.raises(ConflictError, match=r"3 messages .* 1 of them .* larger `--keep`"):
        mohook.ip1.send_batch(["a", "b", "c"])
    assert first.outcomes == ["200"]


def test_a_served_emulator_in_its_own_process(receiver: MohookReceiver) -> None:
    """The contract's story against `mohook serve --clock manual`, as a person has it."""
    command = "from mohook.cli import main; main()"
    options = ["serve", "--clock", "manual", "--port", "0", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", command, *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        bench = RemoteBench(json.loads(process.stdout.readline())["url"], Settings(), MANUAL_START)
        bench.reset()
        mohook = Mohook(bench)
        mohook.ip1.connect(receiver, "/sms/ip1")
        mohook.fail_next("lose-ack", "500")
        message = mohook.ip1.send("Hi my name is earl")
        mohook.advance(minutes=20)
        assert message.outcomes == ["lost-ack", "500", "200"]
        assert list(receiver.stored.values()) == ["Hi my name is earl"]
        bench.close()
        process.terminate()
