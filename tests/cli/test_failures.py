"""What goes wrong is one line on stderr and the documented exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mohook import errors
from mohook.cli import main
from mohook.cli.failures import shown_failure
from mohook.cli.root import mohook
from tests.cli.conftest import Run

CODES = {
    errors.UnreachableError: 3,
    errors.NotSettledError: 1,
    errors.InputError: 2,
    errors.AddressError: 2,
    errors.SettingsError: 2,
    errors.WebhookError: 2,
    errors.NotFoundError: 2,
    errors.UnauthorizedError: 2,
    errors.ConflictError: 2,
    errors.StoreError: 2,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=lambda each: str(each))
def test_an_error_has_the_documented_exit_code(kind: type[errors.MohookError], code: int) -> None:
    """3 where nothing answers, 1 where deliveries did not settle, 2 for what cannot be done."""
    shown = shown_failure(kind("what and why"))
    assert (shown.exit_code, shown.format_message()) == (code, "what and why")


@pytest.fixture
def explosive(monkeypatch: pytest.MonkeyPatch) -> None:
    """`mohook reset` meets a bug."""

    def explode(*_: object) -> None:
        msg = "a bug"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr("mohook.cli.commands.reset.client_at", explode)


@pytest.mark.usefixtures("explosive")
def test_a_bug_is_told_without_a_traceback(run: Run) -> None:
    """An unexpected exception is named, with how to get its traceback."""
    result = run("reset")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: mohook stumbled over ZeroDivisionError: a bug\n")
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("explosive")
@pytest.mark.parametrize("way", ["flag", "variable"])
def test_debug_shows_a_bug_whole(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """With --debug or MOHOOK_DEBUG the exception comes through, traceback and all."""
    if way == "variable":
        monkeypatch.setenv("MOHOOK_DEBUG", "1")
    arguments = ["--debug", "reset"] if way == "flag" else ["reset"]
    with pytest.raises(ZeroDivisionError, match="a bug"):
        CliRunner().invoke(mohook, arguments, catch_exceptions=False)


def test_the_debug_variable_is_no_unknown_setting(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MOHOOK_DEBUG stands beside the settings, which refuse variables that they do not know."""
    monkeypatch.setenv("MOHOOK_DEBUG", "1")
    assert run("assumptions", "--json").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["send", "ip2"], "'ip2' is not one of 'ip1', 'intelepeer'"),
        (["send", "ip1", "--count", "0"], "0 is not in the range"),
        (["send", "ip1", "--wait", "soon"], "duration 'soon': expected a duration such as"),
        (["send", "ip1", "--field", "priority"], "'priority': expected NAME=JSON"),
        (["send", "ip1", "--field", "mcc=two"], "'mcc=two': expected NAME=JSON"),
        (["send", "ip1", "--attempts", "3"], "go with --webhook"),
        (["send", "ip1", "--header", "X-Api-Key: hush"], "go with --webhook"),
        (["send", "ip1", "--insecure"], "go with --webhook"),
        (["serve", "--header", "no colon"], "--header"),
        (["send", "ip1", "--webhook", "http://[::1]/", "--clock", "manual"], "real or xN"),
        (["send", "ip1", "--webhook", "http://[::1]/", "--clock", "fast"], "--clock = 'fast'"),
        (["send", "ip1", "--webhook", "ftp://127.0.0.1/"], "does not begin with http://"),
        (["send", "ip1", "--webhook", "http://[::1]/", "--to", "+46"], "is not an MSISDN"),
        (["send", "intelepeer", "--webhook", "http://[::1]/", "--to", "46"], "'46'"),
        (["send", "ip1", "--url", "localhost:7670"], "is no emulator's URL"),
        (["messages", "--state", "lost"], "'lost' is not one of"),
        (["resend"], "give the ID of a message, or --failed"),
        (["resend", "m1", "--failed"], "give the ID of a message, or --failed"),
        (["resend", "m1", "--since", "1h"], "--since goes with --failed"),
        (["advance"], "give one of DURATION, --next and --idle"),
        (["advance", "10m", "--idle"], "give one of DURATION, --next and --idle"),
        (["advance", "-5m"], "No such option"),
        (["serve", "--clock", "fast"], "--clock = 'fast': expected real, manual, or x"),
        (["serve", "--port", "seven"], "--port = 'seven': expected a whole number"),
        (["serve", "--port", "70000"], "--port = 70000: expected a whole number from 0"),
        (["serve", "--ip1-callback", "ftp://x/"], "--ip1-callback = 'ftp://x/': expected an http"),
        (["serve", "--state", "nowhere/mohook.sqlite"], "in a folder that does not exist"),
        (["serve", "--state", "mysql://localhost/sms"], "expected the path of a file, or postg"),
        (["schema", "twilio"], "'twilio' is not one of"),
        (["demo", "--fast"], "No such option"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(run: Run, arguments: list[str], said: str) -> None:
    """What cannot be taken is named, on stderr alone."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("serve = 7670\n", "mohook.toml: serve = 7670: expected a table"),
        ("[serve]\nprot = 7670\n", "mohook.toml: serve.prot: no such key; did you mean serve.port"),
        ("[serve]\nport = 'x'\n", "mohook.toml: serve.port = 'x': expected a whole number"),
        ("[serve\n", "mohook.toml: not TOML"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "send ip1", "assumptions", "messages"])
def test_a_mistyped_file_names_the_key(run: Run, command: str, text: str, said: str) -> None:
    """A bad mohook.toml is told with its key and what was expected, by every command."""
    Path("mohook.toml").write_text(text)
    result = run(*command.split())
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    """--config of a missing file is an error, and not the defaults."""
    result = run("assumptions", "--config", "elsewhere.toml")
    assert result.exit_code == 2
    assert "elsewhere.toml: no such file" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        "send ip1",
        "messages",
        "messages m1",
        "resend m1",
        "resend --failed",
        "clock",
        "clock real",
        "advance 10m",
        "reset",
        "webhook show +12161112222",
        "webhook set +12161112222 http://[::1]/",
    ],
)
def test_no_emulator_ends_with_3_and_says_how_to_start_one(run: Run, command: str) -> None:
    """Where nothing listens, the URL and `mohook serve` are named."""
    result = run(*command.split(), "--url", "http://127.0.0.1:1")
    assert result.exit_code == 3
    assert "no emulator answers at http://127.0.0.1:1" in result.stderr
    assert "mohook serve" in result.stderr


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error() -> None:
    """`mohook assumptions | head -1` ends in silence."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from mohook.cli import main; main()", "assumptions"]
    ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert ran.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(("output", "code"), [(">&-", 0), (">/dev/full", 1)])
def test_an_output_that_takes_nothing_is_no_bug(output: str, code: int) -> None:
    """A closed stdout leaves the exit code; a full disk is told as what it is."""
    program = f"'{sys.executable}' -c 'from mohook.cli import main; main()' schema ip1 {output}"
    command = ["/bin/sh", "-c", program]
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == code
    assert "stumbled" not in ran.stderr
    assert ("cannot write all of the output" in ran.stderr) is bool(code)


def test_ctrl_c_while_it_loads_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with 130 and in silence, as little as has happened."""

    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "mohook.cli.root":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "mohook.cli.root")
    monkeypatch.setattr("sys.meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


@pytest.mark.parametrize(("slip", "meant"), [("mesages", "messages"), ("sedn", "send")])
def test_a_slip_in_a_command_is_told_with_the_name_that_is_near(
    run: Run, slip: str, meant: str
) -> None:
    """The commands that are not imported yet are suggested as well."""
    result = run(slip)
    assert result.exit_code == 2
    assert f"No such command '{slip}'. Did you mean '{meant}'" in result.stderr


def test_a_name_that_is_near_to_none_is_told_alone(run: Run) -> None:
    """No suggestion is better than a wrong one."""
    assert "Did you mean" not in run("xyzzy").stderr


@pytest.mark.parametrize("address", ["http://me:hunter2@127.0.0.1:1", "ftp://me:hunter2@host"])
def test_a_password_in_the_emulators_url_is_not_shown(run: Run, address: str) -> None:
    """An error names the address, and masks who asks."""
    result = run("messages", "--url", address)
    assert result.exit_code in (2, 3)
    assert "***@" in result.stderr
    assert "hunter2" not in result.stderr
