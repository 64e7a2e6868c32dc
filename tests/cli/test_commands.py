"""The commands that ask a running emulator, and those that need none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from mohook.assumptions import LEDGER
from mohook.client import Client
from mohook.emulator import Emulator
from mohook.schemas import payload_schema
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests.cli.conftest import Run

NUMBER = "+12161112222"
SMS = Submission("intelepeer", "+7708675309", NUMBER, "Hello World!")


@pytest.fixture
def failing(client: Client) -> str:
    """Have one message that failed once and is due again; return its id."""
    with scripted(Answer(500)) as receiver:
        client.put_number(NUMBER, webhook=receiver.url)
        (message,) = client.send(SMS)
    return str(message["id"])


def test_messages_are_a_table(run: Run, failing: str) -> None:
    """One line a message: who, to whom, what, where it stands, when it goes on."""
    heading, line = run("messages").stdout.splitlines()
    headings = "id provider from to text state attempts next"
    headings = "id provider from to text state attempts next"
    assert heading.split() == headings.split()
    assert line.startswith(f'{failing}  intelepeer  +7708675309  {NUMBER}  "Hello World!"')
    assert line.endswith("… pending  1         01-01 12:01:00")


def test_no_messages_say_how_to_send_one(run: Run, url: str) -> None:
    """An empty list is no empty screen."""
    assert "mohook send" in run("messages", "--url", url).stdout


def test_messages_can_be_chosen(run: Run, client: Client, failing: str) -> None:
    """Each filter keeps what fits and drops what does not."""
    client.send(Submission("ip1", "46712345678", "456189040623", "other"))
    for chosen, ids in (
        (("--provider", "ip1"), ["m2"]),
        (("--state", "pending"), [failing]),
        (("--to", NUMBER), [failing]),
        (("--after", failing), ["m2"]),
        (("--limit", "1"), [failing]),
    ):
        shown = json.loads(run("messages", *chosen, "--json").stdout)["messages"]
        assert [message["id"] for message in shown] == ids


def test_one_message_shows_its_timeline_and_payload(run: Run, failing: str) -> None:
    """The detail names each attempt with its date, its reason, its webhook, and the payload."""
    shown = run("messages", failing).stdout
    assert "… pending, next attempt at 2026-01-01 12:01:00" in shown
    assert (
        "2026-01-01 12:00:00  attempt 1  ✗ answered 500, not 200     again at 2026-01-01 12:01:00"
    ) in shown
    assert "POST http://127.0.0.1:" in shown
    assert '"message": "Hello World!"' in shown
    assert "SECRET" not in shown


def test_one_message_in_json_is_the_apis(run: Run, client: Client, failing: str) -> None:
    """--json prints what the control API answers, unchanged."""
    assert json.loads(run("messages", failing, "--json").stdout) == client.message(failing)


def test_a_message_that_is_not_there_is_named(run: Run, url: str) -> None:
    """An unknown id ends with 2 in the emulator's words."""
    result = run("messages", "m99", "--url", url)
    assert (result.exit_code, "no message 'm99'" in result.stderr) == (2, True)


def test_the_clock_moves_as_told(run: Run, failing: str, emulator: Emulator) -> None:
    """A duration, the next attempt, idle: each moves the clock and counts the attempts."""
    assert "0 attempts made; more is pending" in run("advance", "59s").stdout
    assert "2026-01-01 12:01:00 UTC. 1 attempt made" in run("advance", "--next").stdout
    shown = json.loads(run("advance", "--idle", "--json").stdout)
    assert shown == {"now": "2026-01-01T12:04:00.000Z", "attempts_made": 3, "idle": True}
    assert emulator.store.message(failing).state == "failed"


def test_the_clock_is_shown_and_changed(run: Run, failing: str, emulator: Emulator) -> None:
    """Where it stands, how it goes and what is due; the change is made, and shown the same way."""
    del failing
    due = "1 pending, next at 2026-01-01 12:01:00."
    stands = "manual: it stands until `mohook advance`"
    assert run("clock").stdout == f"It is 2026-01-01 12:00:00 UTC, {stands}. {due}\n"
    for mode, words in (
        ("x0.001", "0.001 times as fast as real time"),
        ("real", "real time"),
        ("manual", stands),
    ):
        shown = run("clock", mode).stdout
        assert shown.startswith("It is 2026-01-01 12:00:0"), shown
        assert f" UTC, {words}. {due}" in shown
        assert emulator.clock.mode == mode
    shown = json.loads(run("clock", "--json").stdout)
    assert (shown["mode"], shown["pending"]) == ("manual", 1)
    run("advance", "--idle")
    assert "Nothing is pending." in run("clock").stdout


@pytest.mark.parametrize("mode", ["fast", "x0", "Real"])
def test_what_is_no_clock_is_refused(run: Run, emulator: Emulator, url: str, mode: str) -> None:
    """Exit code 2, with what is taken."""
    result = run("clock", mode, "--url", url)
    assert (result.exit_code, emulator.clock.mode) == (2, "manual")
    assert f"'{mode}': expected real, manual or xN" in result.stderr


def test_too_many_attempts_end_with_1(run: Run, client: Client) -> None:
    """An ip1 message that nobody takes does not settle: the bound ends it, with the timeline."""
    client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/")
    client.send(Submission("ip1", "46712345678", "456189040623", "x"))
    result = run("advance", "--idle", "--max-attempts", "3")
    assert result.exit_code == 1
    assert "still pending" in result.stderr


def test_failed_messages_are_sent_again(run: Run, failing: str) -> None:
    """One by its id, or all that failed since then; with nothing to do it says so."""
    assert "nothing to send again" in run("resend", "--failed").stdout
    run("advance", "--idle")
    run("advance", "1h")
    assert "nothing to send again" in run("resend", "--failed", "--since", "30m").stdout
    assert run("resend", "--failed", "--since", "2h").stdout.startswith(f"{failing} is due now")
    assert run("resend", failing).stdout.startswith(f"{failing} is due now")
    again = run("resend", "--failed", "--since", "2026-01-01T00:00:00Z", "--json")
    assert json.loads(again.stdout) == {"messages": []}


def test_since_takes_an_instant_or_a_duration(run: Run, url: str) -> None:
    """Anything else is refused, with both forms named."""
    result = run("resend", "--failed", "--since", "yesterday", "--url", url)
    assert result.exit_code == 2
    assert "an instant such as" in result.stderr


def test_reset_forgets(run: Run, failing: str, client: Client) -> None:
    """After it there are no messages, and numbers are as at the start."""
    assert failing
    assert run("reset").exit_code == 0
    assert client.messages() == []
    assert client.number(NUMBER)["webhook"] is None


def test_a_webhook_is_set_and_shown(run: Run, url: str) -> None:
    """`webhook set` and `show` go through the documented API, answers and all."""
    made = run("webhook", "set", NUMBER, "http://127.0.0.1:5000/sms", "--url", url)
    assert made.exit_code == 0
    assert made.stdout.split()[-4:] == ["201", NUMBER, "http://127.0.0.1:5000/sms", "provisioned"]
    answer = json.loads(run("webhook", "show", NUMBER, "--json").stdout)
    assert (answer["code"], answer["webhook"]) == (200, "http://127.0.0.1:5000/sms")


def test_several_webhooks_answer_one_by_one(run: Run, url: str) -> None:
    """A mix ends with 1: each number has its own line, and its own refusal."""
    result = run("webhook", "set", NUMBER, "12", "http://127.0.0.1:5000/sms", "--url", url)
    assert result.exit_code == 1
    good, bad = result.stdout.splitlines()[1:]
    assert good.startswith(f"201     {NUMBER}")
    assert bad.startswith("400     12")
    assert "E.164" in bad


def test_a_webhook_with_a_wrong_scheme_is_refused(run: Run, url: str) -> None:
    """The API's 400 is an error of usage, in its own words."""
    result = run("webhook", "set", NUMBER, "ftp://127.0.0.1/", "--url", url)
    assert result.exit_code == 2
    assert "Improperly-formatted URL provided for the webhook" in result.stderr


def test_the_token_of_the_settings_is_used(run: Run) -> None:
    """Where customers are named, a wrong token is refused and theirs is the default."""
    from mohook.options import load_settings
    from mohook.server.app import create_app
    from mohook.server.http import HttpServer

    Path("mohook.toml").write_text('[intelepeer.customers.us]\ntoken = "ours"\n')
    emulator = Emulator(load_settings(None, environ={}, flags={"clock": "manual"}))
    with HttpServer(create_app(emulator), port=0) as server:
        show = ("webhook", "show", NUMBER, "--url", server.url)
        assert run(*show).exit_code == 0
        refused = run(*show, "--token", "theirs")
    emulator.stop()
    assert refused.exit_code == 2
    assert refused.stdout == ""


def test_every_assumption_is_shown(run: Run) -> None:
    """The whole ledger stands there: each row's words, source and switch."""
    shown = run("assumptions").stdout
    for row in LEDGER:
        assert f"{row.grade:<11}{row.says}" in shown
        assert f"{row.switch} = " in shown if row.switch else True


def test_a_changed_switch_is_marked(run: Run) -> None:
    """What mohook.toml changes is told apart, and can be asked for alone."""
    Path("mohook.toml").write_text('[ip1]\nretry = "dlr-like"\n')
    line = "ip1.retry = dlr-like  (until-200 | dlr-like)  ← changed, by default until-200"
    assert line in run("assumptions").stdout
    (row,) = json.loads(run("assumptions", "--changed", "--json").stdout)["assumptions"]
    assert (row["switch"], row["value"], row["default"]) == ("ip1.retry", "dlr-like", "until-200")


def test_assumptions_can_be_chosen(run: Run) -> None:
    """By provider, with those of both, and by grade."""
    shown = json.loads(run("assumptions", "ip1", "--grade", "unknown", "--json").stdout)
    assert {row["provider"] for row in shown["assumptions"]} == {"ip1", "both"}
    assert {row["grade"] for row in shown["assumptions"]} == {"unknown"}


def test_a_running_emulator_tells_its_own_assumptions(run: Run, client: Client) -> None:
    """With --url the ledger is that emulator's, in the same form as without."""
    asked = run("assumptions", "--json", "--url", client.url)
    here = run("assumptions", "--json", "--url", "")
    assert json.loads(asked.stdout) == {"assumptions": client.assumptions()}
    assert json.loads(asked.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_the_schema_is_printed(run: Run, provider: str) -> None:
    """`schema` prints the payload's schema; --json keeps it on one line."""
    assert json.loads(run("schema", provider).stdout) == payload_schema(provider)
    assert run("schema", provider, "--json").stdout.count("\n") == 1


@pytest.mark.slow
def test_the_openapi_document_is_valid(run: Run) -> None:
    """`openapi` prints a valid OpenAPI 3.1 document, with no emulator running."""
    document = json.loads(run("openapi").stdout)
    validate(document)
    assert set(document["webhooks"]) == {"ip1", "intelepeer"}


def test_the_emulator_of_the_settings_is_found(run: Run, url: str) -> None:
    """Without --url and MOHOOK_URL the port of mohook.toml tells where the emulator is."""
    Path("mohook.toml").write_text(f"[serve]\nport = {url.rpartition(':')[2]}\n")
    assert run("messages", "--url", "", "--json").exit_code == 0


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize(
    "command",
    [
        "send ip1",
        "webhook set +12161112222 http://127.0.0.1:1/",
        "webhook show +12161112222",
        "messages",
        "messages m1",
        "resend m1",
        "resend --failed",
        "clock",
        "clock x60",
        "advance 10m",
        "reset",
        "assumptions",
        "schema ip1",
        "openapi",
    ],
)
def test_json_is_all_that_json_prints(run: Run, emulator: Emulator, command: str) -> None:
    """With --json a program reads the whole of stdout as one JSON object."""
    emulator.ip1.put("ip1-10001", "http://127.0.0.1:1/")
    emulator.send([Submission("ip1", "46712345678", "456189040623", "hello")])
    result = run(*command.split(), "--json")
    assert result.exit_code == 0, result.output
    assert isinstance(json.loads(result.stdout), dict)


def test_no_assumption_to_show_is_told_with_what_left_none(run: Run) -> None:
    """`--changed` with nothing changed is a fine answer, and says how to see more."""
    result = run("assumptions", "--changed")
    assert (result.exit_code, "leave out --grade or --changed" in result.stdout) == (0, True)
