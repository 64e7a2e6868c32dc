"""`mohook send`: straight to a receiver with --webhook, or through a running emulator."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from mohook.cli.commands.send import _text
from mohook.client import Client
from mohook.delivery.clock import ManualClock
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import Ip1Settings, Settings
from mohook.submission import Submission
from tests._receivers import Answer, Receiver, certificates, scripted
from tests.cli.conftest import Run

pytestmark = pytest.mark.slow
FAST = ("--clock", "x60000")  # ten minutes in ten milliseconds


def posted(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(request.body) for request in receiver.requests]


def test_a_receiver_gets_the_message_with_no_emulator_running(run: Run) -> None:
    """--webhook posts the documented sample, and 200 on the first attempt ends with 0."""
    with scripted() as receiver:
        result = run("send", "ip1", "--webhook", receiver.url)
    assert result.exit_code == 0, result.output
    assert "✓ m1 delivered on attempt 1." in result.stdout
    (body,) = posted(receiver)
    assert (body["sender"], body["recipient"]) == ("46712345678", "456189040623")
    assert body["body"] == "Hi my name is earl"


def test_a_header_goes_with_each_attempt(run: Run) -> None:
    """A gateway before the receiver asks for it; what was sent is told without it."""
    words = ("--header", "X-Api-Key: hush", "--header", "X-Team: sms", *FAST, "--json")
    with scripted(Answer(500), Answer(200)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, *words)
    assert result.exit_code == 0, result.output
    for header in (b"X-Api-Key: hush\r\n", b"X-Team: sms\r\n"):
        assert [header in each.head for each in receiver.requests] == [True, True]
    assert "hush" not in result.stdout


def test_any_certificate_is_taken_with_insecure(run: Run) -> None:
    """Without it the receiver is not delivered to."""
    with scripted(tls=certificates.unknown_authority()) as receiver:
        words = ("--webhook", receiver.url.replace("http:", "https:"), "--attempts", "1", *FAST)
        refused = run("send", "ip1", *words)
        taken = run("send", "ip1", *words, "--insecure")
    assert (refused.exit_code, taken.exit_code) == (1, 0), refused.output
    assert len(receiver.requests) == 1


def test_a_failing_receiver_is_tried_again_until_it_answers_200(run: Run) -> None:
    """All retries are made, and each attempt is a line."""
    with scripted(Answer(500), Answer(503), Answer(200)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, *FAST)
    assert result.exit_code == 0
    assert "attempt 1  ✗ answered 500, not 200" in result.stdout
    assert "attempt 2  ✗ answered 503, not 200" in result.stdout
    assert "attempt 3  ✓ answered 200" in result.stdout
    assert len({body["id"] for body in map(dict, posted(receiver))}) == 1


def test_intelepeer_gives_up_after_five_attempts(run: Run) -> None:
    """A receiver that never says 200 gets five attempts, and the command ends with 1."""
    with scripted(Answer(204)) as receiver:
        result = run("send", "intelepeer", "--webhook", receiver.url, *FAST)
    assert result.exit_code == 1
    assert len(receiver.requests) == 5
    assert "✗ m1 failed after 5 attempts: given up." in result.stdout


def test_a_failure_tells_the_seed_that_repeats_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the seed that is told, the same ids go out; where all is well none is told."""
    command = ("send", "intelepeer", "--webhook")
    with scripted(Answer(500)) as receiver:
        told = run(*command, receiver.url, *FAST).stdout
        match = re.search("MOHOOK_SEED=([0-9]+)", told)
        assert match
        monkeypatch.setenv("MOHOOK_SEED", match[1])
        run(*command, receiver.url, *FAST)
    assert len({json.loads(each.body)["refid"] for each in receiver.requests}) == 1
    with scripted() as receiver:
        assert "SEED" not in run(*command, receiver.url, *FAST).stdout


@pytest.mark.parametrize(("bound", "attempts"), [((), 5), (("--attempts", "2"), 2)])
def test_ip1_is_bounded(run: Run, bound: tuple[str, ...], attempts: int) -> None:
    """Ip1 never gives up: the command does after five attempts, or after --attempts."""
    with scripted(Answer(500)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, *FAST, *bound)
    assert result.exit_code == 1
    assert f"m1 is not delivered after {attempts} attempts" in result.stdout
    assert "the provider would go on" in result.stdout
    assert result.stdout.count("✗ answered 500") == attempts


def test_wait_bounds_the_time_instead(run: Run) -> None:
    """With --wait the attempts have no number, and the command leaves in time."""
    with scripted(Answer(500)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, "--wait", "200ms", *FAST)
    assert result.exit_code == 1
    assert len(receiver.requests) > 5


def test_nothing_that_listens_ends_with_3(run: Run) -> None:
    """Where every connection was refused, the receiver could not be reached."""
    result = run("send", "ip1", "--webhook", "http://127.0.0.1:1/", "--attempts", "2", *FAST)
    assert result.exit_code == 3
    assert "connection refused" in result.stdout


def test_a_receiver_that_came_and_failed_ends_with_1(run: Run) -> None:
    """One answer among the attempts makes it a failed delivery, not an unreachable receiver."""
    with scripted(Answer(500)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, "--attempts", "1")
    assert result.exit_code == 1


def test_fields_and_text_go_out_as_given(run: Run) -> None:
    """--field replaces and adds by wire name; --body - is what stdin holds."""
    with scripted() as receiver:
        result = run(
            *("send", "ip1", "--webhook", receiver.url, "--body", "-"),
            *("--field", "priority=2", "--field", 'mcc="240"', "--field", "extra=[1,null]"),
            stdin="two\nlines\n",
        )
    assert result.exit_code == 0
    (body,) = posted(receiver)
    assert (body["priority"], body["mcc"], body["extra"]) == (2, "240", [1, None])
    assert body["body"] == "two\nlines"


def test_a_batch_shares_one_batch_id(run: Run) -> None:
    """--count 3 --batch is one request to ip1; without --batch it is three."""
    for batch, ids in ((("--batch",), 1), ((), 3)):
        with scripted() as receiver:
            run("send", "ip1", "--webhook", receiver.url, "--count", "3", *batch)
        assert len({str(body["batchId"]) for body in posted(receiver)}) == ids


def test_many_messages_are_summed_up(run: Run) -> None:
    """More messages than anybody reads are told in one line."""
    with scripted() as receiver:
        result = run("send", "intelepeer", "--webhook", receiver.url, "--count", "50")
    assert result.exit_code == 0
    assert "50 messages: 50 delivered. 50 attempts." in result.stdout
    assert "attempt 1" not in result.stdout
    assert len(receiver.requests) == 50


def test_json_holds_the_messages_with_their_attempts(run: Run) -> None:
    """--json prints what the control API would: the messages, and nothing else."""
    with scripted(Answer(500), Answer(200)) as receiver:
        result = run("send", "ip1", "--webhook", receiver.url, "--json", *FAST)
    (message,) = json.loads(result.stdout)["messages"]
    assert [attempt["outcome"] for attempt in message["attempts"]] == ["500", "200"]
    assert message["state"] == "delivered"


def test_a_number_of_a_closed_inventory_is_the_default(run: Run) -> None:
    """Where mohook.toml names the numbers, --to is the first of them, and others do not exist."""
    Path("mohook.toml").write_text('[ip1.accounts.ip1-77]\nnumbers = ["4670000001"]\n')
    with scripted() as receiver:
        result = run("send", "ip1", "--webhook", receiver.url)
        refused = run("send", "ip1", "--webhook", receiver.url, "--to", "4670000002")
    assert result.exit_code == 0
    assert [(body["owner"], body["recipient"]) for body in posted(receiver)] == [
        ("ip1-77", "4670000001")
    ]
    assert refused.exit_code == 2
    assert "'4670000002' belongs to no ip1 account" in refused.stderr


def test_a_running_emulator_takes_the_message(run: Run, client: Client) -> None:
    """Without --webhook the emulator gets it, and its first attempt is shown."""
    with scripted(Answer(500), Answer(200)) as receiver:
        client.put_number("+13038675309", webhook=receiver.url)
        result = run("send", "intelepeer", "--body", "hello")
    assert result.exit_code == 0
    assert "attempt 1  ✗ answered 500, not 200     again at 12:01:00" in result.stdout
    assert f"mohook advance --next --url {client.url}" in result.stdout
    (message,) = client.messages()
    assert message["body"] == "hello"


def test_a_message_without_webhook_is_held_and_says_what_to_do(run: Run, url: str) -> None:
    """A held message names the command, or the call, that releases it."""
    shown = run("send", "intelepeer")
    assert shown.exit_code == 0
    assert "m1 is held" in shown.stdout
    release = f"mohook webhook set +13038675309 http://127.0.0.1:5000/sms --url {url}"
    assert release in shown.stdout
    assert f"curl -X PUT {url}/mohook/v1/ip1/accounts/ip1-10001" in run("send", "ip1").stdout


def test_what_the_emulator_refuses_is_told(run: Run, url: str) -> None:
    """A number in the wrong form is the emulator's to refuse, in its own words."""
    result = run("send", "ip1", "--to", "+46", "--url", url)
    assert result.exit_code == 2
    assert "'+46' is not an MSISDN" in result.stderr


@pytest.mark.parametrize(
    ("answer", "wait", "code"),
    [(200, True, 0), (500, True, 1), (500, False, 0)],
    ids=["delivered", "not in time", "only handed over"],
)
def test_waiting_decides_the_exit_code(
    run: Run, client: Client, answer: int, wait: bool, code: int
) -> None:
    """With --wait what is not delivered ends with 1; without it, to be accepted is enough."""
    with scripted(Answer(answer)) as receiver:
        client.put_number("+13038675309", webhook=receiver.url)
        result = run("send", "intelepeer", *(("--wait", "1") if wait else ()))
    assert result.exit_code == code


def test_more_than_one_request_takes_arrive_whole(
    run: Run, client: Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count above what the control API takes at once goes in several requests."""
    monkeypatch.setattr("mohook.cli.through._AT_ONCE", 4)
    result = run("send", "ip1", "--count", "10", "--json")
    assert len(json.loads(result.stdout)["messages"]) == 10
    assert emulator.store.held() == 10
    assert len(client.messages()) == 10


@pytest.mark.parametrize("wait", [(), ("--wait", "5")])
def test_what_is_given_up_at_once_ends_with_1(run: Run, wait: tuple[str, ...]) -> None:
    """What has failed for good when the command looks is a failed delivery, with --wait or not."""
    emulator = Emulator(Settings(ip1=Ip1Settings(retry_limit=1)), clock=ManualClock())
    with scripted(Answer(500)) as receiver, HttpServer(create_app(emulator), port=0) as server:
        emulator.ip1.put("ip1-10001", receiver.url)
        result = run("send", "ip1", "--url", server.url, *wait)
    emulator.stop()
    assert result.exit_code == 1
    assert "failed after 1 attempt" in result.stdout


@pytest.mark.parametrize("webhook", ["", "127.0.0.1:5000/sms", "ftp://localhost/"])
def test_a_webhook_that_is_no_url_is_refused_at_once(run: Run, webhook: str) -> None:
    """An empty variable of a shell would have its message held for ever."""
    result = run("send", "ip1", "--webhook", webhook)
    assert result.exit_code == 2
    assert "Improperly-formatted URL" in result.stderr


@pytest.mark.parametrize("flag", ["--from", "--to"])
def test_an_empty_number_is_refused_and_not_replaced(run: Run, flag: str) -> None:
    """The sample stands in for a flag that is missing, never for one that is empty."""
    result = run("send", "ip1", "--webhook", "http://127.0.0.1:1/", flag, "")
    assert result.exit_code == 2
    assert "''" in result.stderr


@pytest.mark.parametrize("body", ["\udcff\udcfe", "\ud83d"])
def test_a_text_that_is_no_utf8_is_refused_in_plain_words(run: Run, body: str) -> None:
    """The option is named, not the JSON that it would have become."""
    result = run("send", "ip1", "--webhook", "http://127.0.0.1:1/", "--body", body)
    assert result.exit_code == 2
    assert "Invalid value for --body: no UTF-8" in result.stderr


def test_a_closed_stdin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--body -` with nothing to read from is wrong usage and no bug."""
    monkeypatch.setattr("mohook.cli.commands.send.sys.stdin", None)
    with pytest.raises(click.BadParameter, match="stdin, which is closed"):
        _text("-")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("intelepeer", "--batch"), "--batch goes with ip1"),
        (("ip1", "--webhook", "http://[::1]/", "--url", "http://[::1]/"), "--url and --webhook"),
    ],
)
def test_flags_that_contradict_are_refused(run: Run, flags: tuple[str, ...], said: str) -> None:
    """What would be left aside in silence is wrong usage."""
    result = run("send", *flags)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_emulator_of_the_environment_gives_way_to_a_webhook(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MOHOOK_URL is set once for all commands: --webhook does not contradict it."""
    monkeypatch.setenv("MOHOOK_URL", "http://127.0.0.1:1")
    with scripted() as receiver:
        result = run("send", "ip1", "--webhook", receiver.url)
    assert result.exit_code == 0, result.output


def test_an_address_outside_is_told_with_the_flag_that_allows_it(run: Run) -> None:
    """Without the hint, "address not allowed" leaves one searching."""
    result = run("send", "ip1", "--webhook", "http://192.0.2.1/", "--attempts", "1")
    assert result.exit_code == 1
    assert "--allow-host" in result.stdout


@pytest.mark.usefixtures("url")
def test_an_interrupt_while_sending_says_how_many_were_accepted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that hangs holds up what is sent on a manual clock; Ctrl-C tells what stands."""
    sent, interrupted = Client.send, iter([False, True])

    def send(client: Client, submission: Submission) -> list[dict[str, object]]:
        if next(interrupted):
            raise KeyboardInterrupt
        return sent(client, submission)

    monkeypatch.setattr(Client, "send", send)
    monkeypatch.setattr("mohook.cli.through._AT_ONCE", 10)
    result = run("send", "ip1", "--count", "15")
    assert result.exit_code == 130
    assert "with 10 of 15 accepted for certain" in result.stderr
