"""`mohook serve` as a process: ready, told on, and gone at once when it is asked to go."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from mohook.client import Client
from mohook.errors import UnreachableError
from mohook.submission import Submission
from tests._receivers import Answer, certificates, scripted
from tests.cli.shell import Shell

pytestmark = pytest.mark.slow
AT_ONCE = 5.0  # seconds; the whole of an interpreter's end is in them
SMS = Submission("ip1", "46712345678", "456189040623", "Hi \x1b[2J earl")


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Shell, Client]]:
    """Serve with --json on a free port; give the process and a client of it."""
    with Shell("serve", "--port", "0", "--json", cwd=tmp_path) as shell:
        ready = json.loads(shell.line())
        with Client(ready["url"]) as client:
            yield shell, client


def test_the_first_line_tells_where_it_is(tmp_path: Path) -> None:
    """With --json the first line is the ready event, and the port is the one taken."""
    with Shell("serve", "--port", "0", "--json", "--clock", "x60", cwd=tmp_path) as shell:
        ready = json.loads(shell.line())
        assert set(ready) == {"event", "url", "port"}
        assert ready["event"] == "ready"
        assert ready["url"] == f"http://127.0.0.1:{ready['port']}"
        assert Client(ready["url"]).health()["clock"] == "x60"


def test_every_event_is_a_line_of_json(serving: tuple[Shell, Client]) -> None:
    """What happens follows the ready event, as the control API tells it."""
    shell, client = serving
    with scripted() as receiver:
        client.put_account("ip1-10001", callback_url=receiver.url)
        client.send(SMS)
        lines = shell.lines_until("attempt.ended").splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == [
        "webhook.changed",
        "message.accepted",
        "attempt.ended",
    ]
    assert events[-1]["data"]["decision"] == "delivered"


def test_headers_and_any_certificate_go_with_each_attempt(tmp_path: Path) -> None:
    """As flags too: a gateway before the receiver asks for them."""
    with scripted(tls=certificates.unknown_authority()) as receiver:
        callback = ("--ip1-callback", receiver.url.replace("http:", "https:"))
        flags = ("--header", "X-Api-Key: hush", "--insecure", "--json")
        with Shell("serve", "--port", "0", *callback, *flags, cwd=tmp_path) as shell:
            Client(json.loads(shell.line())["url"]).send(SMS)
            log = shell.lines_until("attempt.ended")
    assert '"delivered"' in log
    assert "hush" not in log
    [request] = receiver.requests
    assert b"X-Api-Key: hush\r\n" in request.head


def test_attempts_are_lines_that_a_person_reads(tmp_path: Path) -> None:
    """The banner says where it is and what to do; each attempt is a line below it."""
    with scripted(Answer(500), Answer(200)) as receiver:
        arguments = ("serve", "--port", "0", "--clock", "x6000", "--ip1-callback", receiver.url)
        with Shell(*arguments, cwd=tmp_path) as shell:
            banner = shell.lines_until("Ctrl-C")
            url = next(line.split()[1] for line in banner.splitlines() if "Emulator" in line)
            Client(url).send(SMS)
            log = shell.lines_until("attempt 2")
    assert f"mohook send ip1 --body hello --url {url}" in banner
    assert "6000 times as fast" in banner
    assert "attempt 1  ✗ answered 500, not 200" in log
    assert "attempt 2  ✓ answered 200" in log
    assert "\x1b" not in banner + log


def test_what_is_held_is_told(tmp_path: Path) -> None:
    """A message without webhook is a line, with its text made harmless."""
    with Shell("serve", "--port", "0", cwd=tmp_path) as shell:
        banner = shell.lines_until("Ctrl-C")
        url = next(line.split()[1] for line in banner.splitlines() if "Emulator" in line)
        Client(url).send(SMS)
        log = shell.lines_until("held")
    assert r'"Hi \x1b[2J earl" ‖ held' in log


def test_quiet_prints_the_banner_alone(tmp_path: Path) -> None:
    """With --quiet nothing follows the ready line."""
    with Shell("serve", "--port", "0", "--json", "--quiet", cwd=tmp_path) as shell:
        Client(json.loads(shell.line())["url"]).send(SMS)
        shell.send_signal(signal.SIGINT)
        assert shell.end(AT_ONCE).out == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(serving: tuple[Shell, Client], number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with 0, after saying what was still pending."""
    shell, client = serving
    client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/")
    client.send(SMS)
    client.send(Submission("intelepeer", "+7708675309", "+12161112222", "held"))
    began = time.monotonic()
    shell.send_signal(number)
    ended = shell.end()
    assert time.monotonic() - began < AT_ONCE
    assert ended.code == 0
    assert "Stopped with 1 pending and 1 held" in ended.err
    assert "Traceback" not in ended.err


def test_a_request_that_waits_does_not_hold_it(serving: tuple[Shell, Client]) -> None:
    """Ctrl-C ends `serve` at once though somebody waits for a message to settle."""
    shell, client = serving
    client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/")
    with ThreadPoolExecutor() as pool, Client(client.url) as waiting:
        answer = pool.submit(waiting.send, SMS, wait=timedelta(minutes=1))
        shell.lines_until("attempt.ended")
        began = time.monotonic()
        shell.send_signal(signal.SIGINT)
        assert shell.end().code == 0
        assert time.monotonic() - began < AT_ONCE
        with pytest.raises(UnreachableError):
            answer.result()


def test_a_taken_port_names_the_flag(tmp_path: Path) -> None:
    """Where something listens already, --port is named and 0 is offered."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with Shell("serve", "--port", port, cwd=tmp_path) as shell:
            ended = shell.end()
    assert ended.code == 2
    assert ended.err.startswith(f"Error: --port {port}: ")
    assert "--port 0" in ended.err
    assert ended.out == ""


def test_settings_come_from_variables_and_file(tmp_path: Path) -> None:
    """A flag beats its variable, the variable beats mohook.toml."""
    (tmp_path / "mohook.toml").write_text('[serve]\nclock = "x7"\nport = 0\n')
    for flags, environ, clock in (
        ((), {}, "x7"),
        ((), {"MOHOOK_CLOCK": "x8"}, "x8"),
        (("--clock", "x9"), {"MOHOOK_CLOCK": "x8"}, "x9"),
    ):
        with Shell("serve", "--json", *flags, cwd=tmp_path, **environ) as shell:
            assert Client(json.loads(shell.line())["url"]).health()["clock"] == clock


def test_a_reader_that_leaves_ends_it(serving: tuple[Shell, Client]) -> None:
    """`mohook serve --json | head -1` does not go on for nobody, nor with a traceback."""
    shell, client = serving
    shell.close_stdout()
    client.send(SMS)
    ended = shell.end()
    assert "Traceback" not in ended.err
