"""`mohook check URL`: what it prints, writes and ends with."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from xml.etree import ElementTree as ET

import pytest

from pytest_mohook.check.catalogue import CATALOGUE
from tests._receivers import Answer, certificates, scripted
from tests.cli.shell import Shell
from tests.pytest_mohook.check.conftest import Run
from tests.pytest_mohook.check.inbox import EXITS, Inbox

IP1 = ("--provider", "ip1")
QUICK = (*IP1, "--only", "ack.exactly-200", "--only", "identity.lost-acknowledgement")


def readback(url: str) -> tuple[str, str]:
    return "--readback", f"{url}/stored"


def test_a_receiver_that_is_right_ends_with_0(run: Run, url: str) -> None:
    """Each result has a line; the counts come last, with the seed."""
    result = run(f"{url}/sms", *QUICK, *readback(url), "--seed", "7")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"ip1 → {url}/sms: 2 checks."
    assert sum(line.startswith("✓ ip1.") for line in lines) == 2
    assert "2 passed, 0 failed, 0 not checked" in lines[-2]
    assert lines[-1] == "The seed was 7: --seed 7 makes the same choices."


def test_a_finding_ends_with_1_and_is_told_in_full(run: Run, url: str, inbox: Inbox) -> None:
    """What was claimed and seen, what it rests on, what was sent, and how to send it again."""
    inbox.keeps_copies = True
    result = run(f"{url}/sms", *QUICK, *readback(url))
    assert result.exit_code == 1
    told = result.stdout.partition("\n\n")[2]
    assert told.startswith("✗ ip1.identity.lost-acknowledgement")
    for said in ("times", "Rests on: ip1, ", "[lose-ack]", "Again: curl -i -X POST", "1 failed"):
        assert said in told


def test_without_a_readback_nothing_is_passed_that_needs_one(run: Run, url: str) -> None:
    """The verdict says how many, why, and what to give."""
    result = run(f"{url}/sms", *QUICK)
    assert result.exit_code == 0
    assert "without a readback" in result.stdout
    assert "· 1 not checked: what is stored was not looked at: give a readback" in result.stdout
    assert "--readback URL or --readback-command COMMAND" in result.stdout
    assert "1 passed, 0 failed, 1 not checked" in result.stdout


def test_a_verdict_on_nothing_is_none(run: Run, url: str) -> None:
    """Where no check could be made, nobody is told that all is well."""
    result = run(f"{url}/sms", *IP1, "--only", "identity.lost-acknowledgement")
    assert result.exit_code == 2
    assert "nothing could be checked" in result.stderr


def test_what_the_settings_leave_no_room_for_is_no_gap(run: Run, url: str) -> None:
    """The shared code is good for every message; where only that was asked, there is no verdict."""
    words = ("--provider", "intelepeer", "--only", "forgery.of-another-message")
    result = run(f"{url}/sms", *words, "--only", "ack.exactly-200")
    assert result.exit_code == 0, result.output
    assert "✓ The receiver is right" in result.stdout
    assert "1 passed, 0 failed, 0 not checked, 1 not applicable in" in result.stdout
    assert "- 1 not applicable: the signature is the shared code itself" in result.stdout
    alone = run(f"{url}/sms", *words)
    assert alone.exit_code == 2
    assert "nothing could be checked: the signature is the shared code itself" in alone.stderr


def test_where_no_check_is_left_nobody_is_told_that_all_is_well(run: Run, url: str) -> None:
    """It is wrong usage, as everything that tells nothing."""
    result = run(f"{url}/sms", *IP1, "--only", "ack", "--skip", "ack")
    assert result.exit_code == 2
    assert "nothing could be checked: --only and --skip leave no check" in result.stderr


def test_json_is_one_document(run: Run, url: str) -> None:
    """And nothing else stands on stdout."""
    result = run(f"{url}/sms", *QUICK, *readback(url), "--json", "--seed", "7")
    data = json.loads(result.stdout)
    assert (data["right"], data["seed"], data["counts"]["passed"]) == (True, 7, 2)
    assert [each["id"] for each in data["checks"]] == [
        "ip1.ack.exactly-200", "ip1.identity.lost-acknowledgement"
    ]  # fmt: skip


def test_files_are_written(run: Run, url: str, inbox: Inbox, tmp_path: Path) -> None:
    """JUnit XML and a page, also where something is wrong."""
    inbox.keeps_copies = True
    files = ("--junit", "junit.xml", "--html", str(tmp_path / "verdict.html"))
    assert run(f"{url}/sms", *QUICK, *readback(url), *files).exit_code == 1
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]  # noqa: S314 - it is our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "lost-acknowledgement" in (tmp_path / "verdict.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_the_catalogue_is_listed(run: Run, provider: str) -> None:
    """No receiver is needed; --only and --skip say which."""
    listed = json.loads(run("--list", "--provider", provider, "--json").stdout)["checks"]
    assert [each["id"] for each in listed] == [
        each.id for each in CATALOGUE if each.provider == provider
    ]
    assert all(each["claim"] and each["basis"] and each["decides"] for each in listed)
    some = run("--list", "--provider", provider, "--only", "ack", "--skip", "ack.exactly-200")
    assert f"{provider}.ack." in some.stdout
    assert "exactly-200" not in some.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'URL'. To see the checks: mohook check --list"),
        (("http://127.0.0.1:1/",), "Missing option '--provider'"),
        (("http://127.0.0.1:1/", "--provider", "ip2"), "'ip2' is not one of"),
        (("http://127.0.0.1:1/", *IP1, "--only", "akc"), "'akc' names no check"),
        (("localhost:5000", *IP1), "does not begin with http://"),
        (("http://10.0.0.1/", *IP1), "on another machine (10.0.0.1)"),
        (("http://127.0.0.1:1/", *IP1, "--readback", "x"), "--readback = 'x': expected"),
        (
            ("http://127.0.0.1:1/", *IP1, "--readback", "http://x/", "--readback-command", "y"),
            "--readback and --readback-command: give one of them",
        ),
        (("http://127.0.0.1:1/", *IP1, "--readback-id", "id"), "expected a JSON pointer"),
        (("http://127.0.0.1:1/", *IP1, "--settle", "soon"), "--settle = 'soon': expected a dur"),
        (
            ("http://127.0.0.1:1/", *IP1, "--timeout", "0"),
            "--timeout = '0': expected a duration longer",
        ),
        (("http://127.0.0.1:1/", *IP1, "--timeout", "soon"), "--timeout = 'soon': expected a dur"),
        (
            ("http://127.0.0.1:1/", *IP1, "--secret", "hush"),
            "--secret is for IntelePeer, which signs; ip1 does not: leave it out",
        ),
        (("http://127.0.0.1:1/", *IP1, "--signature", "hmac"), "--signature is for IntelePeer"),
        (("http://127.0.0.1:1/", *IP1, "--header", "X"), "--header = (hidden): expected a list"),
        (("http://127.0.0.1:1/", *IP1, "--signature", "md5"), "'md5' is not one of"),
        (("http://127.0.0.1:1/", *IP1, "--junit", "no/where.xml"), "there is no folder no"),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, words: tuple[str, ...], said: str) -> None:
    """The value, what was expected, and what to do."""
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("tells", "status", "said"),
    [
        (b"[]", "404 Not Found", "answered 404: expected 200 and a JSON array"),
        (b"<html>", "200 OK", "told no JSON, but '<html>'"),
        (b'{"messages": []}', "200 OK", "told no array"),
        (b'[{"text": "Hi"}]', "200 OK", "has no /id"),
        (b'[{"id": "a", "text": "Hi"}]', "200 OK", "--readback-text POINTER"),
    ],
)
def test_a_readback_that_tells_something_else_is_refused_before_anything_is_sent(
    run: Run, url: str, inbox: Inbox, tells: bytes, status: str, said: str
) -> None:
    """With what was expected, and an example."""
    inbox.tells, inbox.tells_status = tells, status
    result = run(f"{url}/sms", *QUICK, *readback(url))
    assert (result.exit_code, inbox.posts, result.stdout) == (2, 0, "")
    assert said in result.stderr
    assert '[{"id": "5c61a2", "body": "Hi"}]' in result.stderr


def test_a_readback_that_fails_later_is_no_success(run: Run, url: str, inbox: Inbox) -> None:
    """What it would have told was not checked: it is told why, and ends with 2."""

    def fall_ill() -> None:
        inbox.tells = b"oops" if inbox.posts else None

    inbox.before_telling = fall_ill
    result = run(f"{url}/sms", *QUICK, *readback(url))
    assert result.exit_code == 2
    assert "The readback failed: readback" in result.stdout
    assert "told no JSON, but 'oops'" in result.stderr


def test_pointers_say_where_things_are(run: Run, url: str, inbox: Inbox) -> None:
    """They may stand in mohook.toml too, with the readback itself."""
    inbox.wrapped = True
    Path("mohook.toml").write_text(
        f'[check]\nreadback = "{url}/stored"\nreadback_id = "/data/id"\n', encoding="utf-8"
    )
    result = run(f"{url}/sms", *QUICK, "--readback-text", "/data/body")
    assert result.exit_code == 0, result.output
    assert "2 passed" in result.stdout


@pytest.mark.slow
def test_a_command_is_a_readback_too(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag goes over what a variable says."""
    monkeypatch.setenv("MOHOOK_CHECK_READBACK", "http://127.0.0.1:1/stored")
    program = f"import urllib.request as u; print(u.urlopen('{url}/stored').read().decode())"
    command = f'"{sys.executable}" -c "{program}"'
    result = run(f"{url}/sms", *QUICK, "--readback-command", command)
    assert result.exit_code == 0, result.output
    assert "2 passed" in result.stdout


def test_a_header_goes_with_each_request(run: Run, url: str, inbox: Inbox) -> None:
    """To the receiver and to its readback; no report tells it."""
    inbox.key = "hush"
    assert run(f"{url}/sms", *QUICK, *readback(url)).exit_code == 2  # 401 at the readback
    result = run(f"{url}/sms", *QUICK, *readback(url), "--header", "X-Api-Key: hush")
    assert result.exit_code == 0, result.output
    inbox.keeps_copies = True
    result = run(f"{url}/sms", *QUICK, *readback(url), "--header", "X-Api-Key: hush")
    assert result.exit_code == 1
    assert "-H 'X-Api-Key: ***'" in result.stdout
    assert "hush" not in result.stdout


def test_any_certificate_is_taken_with_insecure(run: Run) -> None:
    """Without it the receiver is not reached, and told so once."""
    words = (*IP1, "--only", "ack.exactly-200")
    with scripted(tls=certificates.unknown_authority()) as receiver:
        url = receiver.url.replace("http:", "https:")
        refused = run(url, *words)
        taken = run(url, *words, "--insecure")
    assert (refused.exit_code, taken.exit_code) == (3, 0)
    assert "or take any with --insecure" in refused.stderr


@pytest.mark.parametrize("mode", ["literal", "hmac", "absent"])
def test_the_secret_and_the_signature_are_intelepeers(run: Run, url: str, mode: str) -> None:
    """A closed inventory of mohook.toml does not stand in the way."""
    Path("mohook.toml").write_text(
        '[ip1.accounts.a]\nnumbers = ["46700000001"]\n'
        '[intelepeer.customers.a]\nsecret = "other"\n'
        '[intelepeer.numbers."+13035550100"]\ncustomer = "a"\n',
        encoding="utf-8",
    )
    words = ("--provider", "intelepeer", "--only", "ack.exactly-200", "--secret", "hush")
    result = run(f"{url}/sms", *words, "--signature", mode)
    assert result.exit_code == 0, result.output


def test_who_signs_with_the_sample_is_told_of_the_secret(run: Run, refusing: str) -> None:
    """A receiver that is right refuses all of it; with a secret there is nothing to tell."""
    words = (refusing, "--provider", "intelepeer", "--only", "ack.exactly-200")
    hint = "Messages were signed with the sample's 'SECRET CODE': --secret TEXT"
    assert hint in run(*words).stdout
    assert hint not in run(*words, "--secret", "hush").stdout
    assert hint not in run(*words, "--signature", "absent").stdout


@pytest.fixture
def refusing() -> Iterator[str]:
    """Give the URL of a receiver that takes nothing."""
    with scripted(Answer(401)) as receiver:
        yield receiver.url


@pytest.mark.parametrize("flag", ["--junit", "--html"])
def test_a_file_that_cannot_be_written_costs_no_verdict(
    run: Run, url: str, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    """It is told after the verdict; only where that has no exit code of its own it ends with 2."""

    def full(_path: Path, _content: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run(f"{url}/sms", *QUICK, *readback(url), flag, "out")
    assert result.exit_code == 2
    assert "2 passed" in result.stdout
    assert f"{flag}: out cannot be written: Read-only file system" in result.stderr
    inbox.keeps_copies = True
    assert run(f"{url}/sms", *QUICK, *readback(url), flag, "out").exit_code == 1


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_sent(
    run: Run, url: str, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of minutes is not made for nothing."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    result = run(f"{url}/sms", *QUICK, "--html", "out.html")
    assert (result.exit_code, inbox.posts) == (2, 0)
    assert "out.html: it cannot be written" in result.stderr


def test_one_check_is_no_checks(run: Run, url: str) -> None:
    """As people count."""
    result = run(f"{url}/sms", *IP1, "--only", "ack.exactly-200")
    assert result.stdout.startswith(f"ip1 → {url}/sms: 1 check, without a readback.")


def test_nobody_there_ends_with_3(run: Run) -> None:
    """Before any check is made."""
    with scripted() as gone:
        url = gone.url
    result = run(url, *IP1)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "start the receiver" in result.stderr


def test_a_readback_that_nobody_answers_ends_with_3(run: Run, url: str) -> None:
    """It is part of the receiver."""
    with scripted() as gone:
        readback_url = gone.url
    result = run(f"{url}/sms", *IP1, "--readback", readback_url)
    assert result.exit_code == 3
    assert "readback http" in result.stderr


@pytest.fixture
def mortal() -> Iterator[str]:
    """Give the URL of a receiver that dies of the third message."""
    with subprocess.Popen(EXITS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()


@pytest.mark.slow
def test_a_receiver_that_dies_ends_with_3_and_the_verdict_so_far(
    run: Run, mortal: str, tmp_path: Path
) -> None:
    """What it was sent last is shown, with the check that sent it."""
    result = run(mortal, *IP1, "--only", "ack", "--junit", "junit.xml")
    assert result.exit_code == 3
    assert "✗ The receiver listens no more: " in result.stdout
    assert "not run" in result.stdout
    assert "any more; last it was sent:\nip1.ack." in result.stderr
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]  # noqa: S314 - it is our own
    assert suite.get("errors") == "1"


@pytest.mark.slow
def test_ctrl_c_prints_the_verdict_so_far(url: str, inbox: Inbox, tmp_path: Path) -> None:
    """At once, whoever is still waited for; files are written too."""
    never = Event()
    inbox.before_taking = lambda text: text == "Once is enough" and never.wait(30)
    try:
        both = ("--only", "identity.copy", "--only", "identity.lost-acknowledgement")
        words = (f"{url}/sms", *IP1, *both, *readback(url), "--html", "v.html")
        with Shell("check", *words, cwd=tmp_path) as shell:
            before = shell.lines_until("✓")
            began = time.monotonic()
            shell.send_signal(signal.SIGINT)
            ended = shell.end()
        assert time.monotonic() - began < 2.5
    finally:
        never.set()
    assert "✓ ip1.identity.lost-acknowledgement" in before
    assert ended.code == 130
    assert "Interrupted with 1 of 2 checks run." in ended.err
    assert "· No verdict: 1 passed, 0 failed, 0 not checked, 1 not run in" in ended.out
    assert "interrupted" in (tmp_path / "v.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_nothing_is_written_where_it_is_called(url: str, tmp_path: Path) -> None:
    """What Hypothesis prepares goes to the caches of the user."""
    here, cache = tmp_path / "here", tmp_path / "cache"
    here.mkdir()
    command = [sys.executable, "-m", "mohook", "check", f"{url}/sms", *IP1]
    chosen = ["--only", "hostile.odd-headers", "--seed", "1"]  # not every seed prepares something
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    variables.pop("HYPOTHESIS_STORAGE_DIRECTORY", None)
    subprocess.run([*command, *chosen], cwd=here, env=variables, check=True, capture_output=True)
    assert list(here.iterdir()) == []
    assert (cache / "mohook" / "hypothesis").is_dir()
