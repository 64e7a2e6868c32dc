"""Each exported file shows its bug again on the receiver that has it, and none on a right one."""

from __future__ import annotations

import hmac
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from mohook.cli.root import mohook
from mohook.settings import IntelePeerSettings, Settings, SignatureSettings
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.export.curl_script import curl_script
from pytest_mohook.fuzz.export.files import write_files
from pytest_mohook.fuzz.export.pytest_file import pytest_file
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import (
    Advance,
    Again,
    Fail,
    History,
    Post,
    Resend,
    Send,
    Step,
    history_from,
)
from pytest_mohook.fuzz.play import play
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.strategies.hostile import HostileKind
from tests.pytest_mohook.fuzz.conftest import Serve

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}
ID = "386d438000005c9a3f010001"
STATUSES = [{"code": 102, "duration": 0}]
WAYS: dict[str, tuple[Step, ...]] = {
    "copies": (Fail("lose-ack"), Send(({"body": "it's 100 %\n\\n é 🐝"},))),
    "texts": (Send(({"body": "Hi"},)), Again(0)),
    "cuts": (
        Send(({"body": "a" * 161, "mcc": None, "statuses": [{"code": 102, "duration": 0}]},)),
    ),
    "no-json": (Post("POST", JSON, b"\xff\0%s'", HostileKind.NOT_JSON, "bytes", ID),),
    "anything": (Post("POST", JSON, b'"' + ID.encode(), HostileKind.TRUNCATED, "it ends", ID),),
}


def shown(way: str, target: Target) -> Bug:
    """Return the bug that its history shows."""
    history = History("ip1", WAYS[way])
    played = play(history, target)
    assert played.finding
    return Bug(played.finding, history, played.story, played.curl, tape=played.tape)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def run_pytest(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_bug.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    words = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "test_bug.py")
    return run(sys.executable, "-m", "pytest", *words, cwd=folder)


@pytest.mark.parametrize("way", WAYS)
def test_the_test_fails_until_the_receiver_is_fixed(serve: Serve, tmp_path: Path, way: str) -> None:
    """It passes on a right one, however often it is run."""
    target = serve(way)
    bug = shown(way, target)
    failed = run_pytest(pytest_file(bug, target), tmp_path)
    assert "1 failed" in failed.stdout, failed.stdout + failed.stderr
    assert "AssertionError" in failed.stdout
    source = pytest_file(bug, serve())
    for _ in range(1 + (way == "copies")):
        passed = run_pytest(source, tmp_path)
        assert "1 passed" in passed.stdout, passed.stdout


@pytest.mark.parametrize("way", WAYS)
def test_the_history_is_replayed(serve: Serve, tmp_path: Path, way: str) -> None:
    """`mohook replay` ends with 1 where the bug is, and with 0 where it is not."""
    target, right = serve(way), serve()
    path = write_files(shown(way, target), target, tmp_path)[-1]
    assert history_from(json.loads(path.read_text(encoding="utf-8"))).steps == WAYS[way]
    for each, code in ((target, 1), (right, 0)):
        readback = str(each.settings.check.readback)
        ended = CliRunner().invoke(mohook, ["replay", str(path), each.url, "--readback", readback])
        assert ended.exit_code == code, ended.output
        assert ("✗ " in ended.stdout) == bool(code)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("way", WAYS)
def test_the_script_sends_the_same_again(serve: Serve, tmp_path: Path, way: str) -> None:
    """Each time under ids of its own; what is stored in the end is told."""
    target, right = serve(way), serve()
    bug = shown(way, target)
    told = {}
    for name, each in (("wrong", target), ("right", right), ("right again", right)):
        source = curl_script(bug, each)
        (tmp_path / "bug.sh").write_bytes(source.encode())
        ended = run("sh", "bug.sh", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
        answers, _, stored = ended.stdout.partition("Stored under these ids:\n")
        told[name] = answers.split(), stored.count('"body"')
        if way == "cuts":
            assert ("a" * 161 in stored) == (name != "wrong")
    assert told["right"] == told["right again"]
    assert told == {**told, **EXPECTED[way]}


EXPECTED = {
    "copies": {"wrong": (["200", "200"], 2), "right": (["200", "200"], 1)},
    "texts": {"wrong": (["200", "200"], 1), "right": (["200", "200"], 2)},
    "cuts": {"wrong": (["200"], 1), "right": (["200"], 1)},
    "no-json": {"wrong": (["500"], 0), "right": (["400"], 0)},
    "anything": {"wrong": (["200"], 0), "right": (["400"], 0)},
}
"""Where a text is the same each time, the receiver that knows texts knows the one of the hunt."""
EXPECTED["texts"]["wrong"] = (["200", "200"], 0)


def test_a_script_takes_no_other_script_for_a_url(serve: Serve, tmp_path: Path) -> None:
    """A shell that is given several runs but the first: it says so, and sends nothing."""
    target = serve("copies")
    source = curl_script(shown("copies", target), target)
    for name in ("a.sh", "b.sh"):
        (tmp_path / name).write_text(source, encoding="utf-8")
    for others in (["b.sh"], ["b.sh", "c.sh"]):
        ended = run("sh", "a.sh", *others, cwd=tmp_path)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"a.sh: expected a URL or nothing, not: {' '.join(others)}." in ended.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_script_takes_another_url(serve: Serve, tmp_path: Path) -> None:
    """And sends to it what it would have sent to its own."""
    target = serve("no-json")
    (tmp_path / "a.sh").write_text(curl_script(shown("no-json", target), target), encoding="utf-8")
    assert run("sh", "a.sh", cwd=tmp_path).stdout.split()[0] == "500"
    assert run("sh", "a.sh", serve().url, cwd=tmp_path).stdout.split()[0] == "400"


def test_a_script_sends_the_bytes_of_each_text(serve: Serve, tmp_path: Path) -> None:
    """Whatever is in it: quotes, percent signs, backslashes, line ends."""
    text = 'it\'s "100 %" \\n\n\t$HOME `x` é🐝'
    target = serve()
    history = History("ip1", (Send(({"body": text},)), Resend(0)))
    bug = made(history, serve("copies"))
    (tmp_path / "bug.sh").write_bytes(curl_script(bug, target).encode())
    run("sh", "bug.sh", cwd=tmp_path)
    assert target.readback
    assert [each[1] for each in target.readback()] == [text]  # type: ignore[index]


def made(history: History, target: Target) -> Bug:
    """Return what stands for a bug, with the requests of a history."""
    played = play(history, target)
    finding = played.finding or Finding("lost", "it is\nnot stored", "it is", "a document")
    return Bug(finding, history, played.story, played.curl, tape=played.tape)


def test_copies_of_a_script_come_at_once(serve: Serve) -> None:
    """What the receiver never sees is a comment."""
    steps = (Fail("duplicate"), Fail("503"), Send(({}, {})), Advance("1h"))
    source = curl_script(made(History("ip1", (*steps, Resend(0))), serve("copies")), serve())
    assert source.count(" &\n") == 2
    assert "\nwait\n" in source
    assert "# m2, attempt 1: 503 (the receiver is not reached)" in source


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("encoding", ["hex", "HEX", "base64"])
def test_an_hmac_is_made_anew_of_each_id(tmp_path: Path, encoding: str) -> None:
    """So a receiver that checks it takes what the script sends."""
    bodies: list[dict[str, str]] = []

    def receiver(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        bodies.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start_response("200 OK", [])
        return [b""]

    how = SignatureSettings(mode="hmac", encoding=encoding)  # type: ignore[arg-type]
    settings = replace(Settings(), intelepeer=IntelePeerSettings(secret="hush hush", signature=how))
    with Hosted(receiver) as hosted:
        target = Target(url=hosted.url, provider="intelepeer", settings=settings, readback=list)
        bug = made(History("intelepeer", (Send(({"message": "Hé 'quoted'"},)),)), target)
        source = curl_script(bug, target)
        assert run("sh", "-c", source, cwd=tmp_path).stdout == "200\n"
    assert len({each["refid"] for each in bodies}) == 2
    for each in bodies:
        signed = (each["refid"] + each["message"]).encode()
        digest = hmac.digest(b"hush hush", signed, "sha256")
        as_hex = digest.hex().upper() if encoding == "HEX" else digest.hex()
        expected = b64encode(digest).decode() if encoding == "base64" else as_hex
        assert each["signature"] == expected


def test_a_test_of_a_race_is_run_often(serve: Serve) -> None:
    """For it may pass once in a while."""
    bug = replace(made(History("ip1", (Send(({},)),)), serve()), steady=False)
    assert "range(20)" in pytest_file(bug, serve())


def test_settings_stand_in_the_test(serve: Serve) -> None:
    """Pointers, the time that storing takes, a secret, a time limit; ids are new each time."""
    settings = Settings()
    check = replace(
        settings.check,
        readback_command="cat stored.json",
        readback_id="/data/0",
        settle=timedelta(seconds=2),
    )
    settings = replace(
        settings,
        check=check,
        intelepeer=IntelePeerSettings(secret="hush"),
        delivery=replace(settings.delivery, time_limit=timedelta(seconds=3)),
    )
    target = Target(url=serve().url, provider="intelepeer", settings=settings)
    fields = {"message": "Hi", "refid": "SM0000"}
    history = History("intelepeer", (Send((fields,)), Send((fields, {})), Advance("next")))
    source = pytest_file(made(history, target), target)
    compile(source, "test_bug.py", "exec")
    for said in (
        'subprocess.check_output("cat stored.json", shell=True)', 'str(each["data"][0])',
        "time.sleep(2)", '"secret": "hush"', 'delivery={"time_limit": "3s"}',
        'refid="SM" + uuid.uuid4().hex[2:].upper()', "send_batch(", "mohook.run_next()",
    ):  # fmt: skip
        assert said in source


def test_files_are_the_users_alone(serve: Serve, tmp_path: Path) -> None:
    """They hold what was sent, a secret too."""
    target = serve("copies")
    paths = write_files(shown("copies", target), target, tmp_path)
    assert [path.name for path in paths] == [
        "duplicated.sh", "test_duplicated.py", "duplicated.json"
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


def test_what_a_gateway_asks_for_goes_along(serve: Serve, tmp_path: Path) -> None:
    """With the fixture's messages, with a hostile request, and with the readback."""
    for way in ("copies", "no-json"):
        target, right = serve(way), serve()
        with Hosted(Gateway(target.url)) as closed, Hosted(Gateway(right.url)) as opened:
            for base, told in ((closed.url, "1 failed"), (opened.url, "1 passed")):
                ended = run_pytest(pytest_file(shown(way, target), behind(base)), tmp_path)
                assert told in ended.stdout, ended.stdout


class Gateway:
    """A WSGI app that hands on what has a certain header, and refuses all else."""

    def __init__(self, url: str) -> None:
        self._base = url.removesuffix("/sms")

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        if environ.get("HTTP_X_API_KEY") != "sesame":
            start("401 Unauthorized", [])
            return [b""]
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        method, url = environ["REQUEST_METHOD"], self._base + environ["PATH_INFO"]
        answer = requests.request(method, url, data=content, headers=JSON, timeout=10)
        start(f"{answer.status_code} As It Was", [])
        return [answer.content]


def behind(base: str) -> Target:
    """Return a receiver as somebody aims at it who gives `--header`."""
    serving = replace(Settings().serve, headers=("X-Api-Key: sesame",))
    check = replace(Settings().check, readback=f"{base}/stored")
    settings = replace(Settings(), check=check, serve=serving)
    return Target(url=f"{base}/sms", provider="ip1", settings=settings)


def test_any_certificate_is_taken_where_that_was_asked_for(serve: Serve) -> None:
    """By the fixture, by a hostile request, and by the readback."""
    serving = replace(Settings().serve, insecure=True, allow_host=("*.example",))
    check = replace(Settings().check, readback="https://bench.example/stored")
    settings = replace(Settings(), check=check, serve=serving)
    target = Target(url="https://bench.example/sms", provider="ip1", settings=settings)
    source = pytest_file(shown("no-json", serve("no-json")), target)
    compile(source, "test_bug.py", "exec")
    assert "insecure=True" in source
    assert 'allow_host=["*.example"]' in source
    assert source.count("context=ANY_CERTIFICATE") == 2


def test_what_comes_side_by_side_does_so_in_the_test(serve: Serve) -> None:
    """At one instant; each has a batch of its own where it was no batch."""
    messages = ({"body": "one"}, {"body": "two"})
    for batch, own in ((False, 2), (True, 0)):
        source = pytest_file(made(History("ip1", (Send(messages, batch),)), serve()), serve())
        assert source.count("send_batch([") == 1
        assert source.count('"batchId": uuid.uuid4().hex[:24]') == own
