"""No secret shows where nobody asked for it: every path, every line that is printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mohook.client import Client
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.submission import Submission
from tests._receivers import Answer, Receiver, scripted
from tests.cli.shell import Shell
from tests.security.asking import API, asked

TOKEN = "hush-control-token"
CONFIG = """
[serve]
control_token = "hush-control-token"
headers = ["X-Api-Key: hush-header"]
clock = "manual"
port = 0

[ip1]
callback_url = "{ip1}"
retry_limit = 3

[ip1.accounts.ip1-10001]
callback_url = "{ip1}"
numbers = ["456189040623"]

[intelepeer]
webhook = "{intelepeer}"
secret = "hush-secret"
signature = {{ mode = "hmac" }}

[intelepeer.customers.acme]
token = "hush-token"
username = "ann"
password = "hush-password"
secret = "hush-code"

[check]
readback_command = "hush-command"
"""
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ASKED_FOR = {f"{API}/snapshot"}
"""What holds secrets because it restores them, as the README says."""


def hidden(text: str | bytes) -> bool:
    """Whether no secret stands in it; each begins with the same word."""
    return b"hush" not in (text if isinstance(text, bytes) else text.encode())


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    there = Answer(307, headers=(("Location", "http://eve:hush-own@127.0.0.1/"),))
    with scripted(Answer(500), there, Answer(200)) as receiver:
        yield receiver


@pytest.fixture(scope="module", params=["text", "json"])
def told(
    request: pytest.FixtureRequest, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[str]]]:
    """Run an emulator full of secrets and let things happen; give its URL and what it prints."""
    folder = tmp_path_factory.mktemp("hush")
    url = receiver.url.replace("http://", "http://ann:hush-url@")
    (folder / "mohook.toml").write_text(CONFIG.format(ip1=url, intelepeer=url))
    more = ["--json"] if request.param == "json" else []
    with Shell("serve", *more, cwd=folder) as shell:
        first = shell.line()
        while "http://127.0.0.1" not in first:
            first += shell.line()
        [at] = re.findall(r"http://127\.0\.0\.1:\d+", first)
        with Client(at, token=TOKEN) as client:
            printed = [first, shell_after(shell, client, url)]
        yield at, printed


def shell_after(shell: Shell, client: Client, url: str) -> str:
    client.send(Submission("ip1", "46712345678", "456189040623", "hello"))
    client.send(Submission("intelepeer", "+17708675309", "+12161112222", "hello"))
    token = client.authenticate("ann", "hush-password")
    client.set_webhook(["+12161112222"], url, token=token)
    client.put_account("ip1-10001", callback_url=url, numbers=["456189040623"])
    client.add_faults("timeout", "lose-ack")
    client.advance(until="idle")
    client.resend("m1")
    client.send(Submission("ip1", "46712345678", "456189040623", "again"))
    client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/the-last-one")
    return shell.lines_until("the-last-one")


def pages() -> list[str]:
    """Return every path that is got: of the control API and of the portal."""
    app = create_app(Emulator())
    rules = [str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    names = {"<id>": "m1", "<owner>": "ip1-10001", "<name>": "acme", "<number>": "%2B12161112222"}
    for name, value in names.items():
        rules = [rule.replace(name, value) for rule in rules]
    return sorted(rule for rule in rules if "<" not in rule and not rule.startswith("/_rest"))


@pytest.mark.slow
def test_no_path_shows_a_secret(told: tuple[str, list[str]]) -> None:
    """The whole control API and each page, with the attempts that were made with the secrets."""
    url, _ = told
    shown = 0
    for path in pages():
        if path in ASKED_FOR or path == "/portal/live":
            continue
        answer = requests.get(url + path, headers=BEARER, timeout=10)
        assert hidden(answer.content), path
        assert hidden(str(answer.headers)), path
        shown += answer.status_code == 200
    assert shown > 20


@pytest.mark.slow
@pytest.mark.parametrize("path", [f"{API}/events", "/portal/live?rows=1&after=0"])
def test_no_stream_shows_a_secret(told: tuple[str, list[str]], path: str) -> None:
    """All that has happened, told once more from the beginning."""
    url, _ = told
    headers = BEARER | {"Accept": "text/event-stream"}
    seen = b""
    with requests.get(url + path, headers=headers, stream=True, timeout=10) as answer:
        for chunk in answer.iter_content(65_536):
            seen += chunk
            if b"the-last-one" in seen or b"event: tick" in seen:
                break
    assert len(seen) > 200
    assert hidden(seen)


@pytest.mark.slow
def test_nothing_that_is_printed_shows_a_secret(told: tuple[str, list[str]]) -> None:
    """Banner, attempts, changes of webhooks: on a terminal, and as JSON."""
    _, printed = told
    assert "the-last-one" in printed[1]
    assert hidden("".join(printed))


@pytest.mark.slow
def test_a_snapshot_and_a_page_that_reveals_do_show_them(told: tuple[str, list[str]]) -> None:
    """What these tests look for would be found: what is asked for by name holds it."""
    url, _ = told
    for path in (f"{API}/snapshot", f"{API}/intelepeer/customers/acme?reveal=true"):
        assert not hidden(requests.get(url + path, headers=BEARER, timeout=10).content)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("messages",), ("messages", "m1"), ("messages", "m1", "--json"), ("assumptions",),
                  ("webhook", "show", "+12161112222"), ("reset",), ("openapi",)],
)  # fmt: skip
def test_no_command_shows_a_secret(
    told: tuple[str, list[str]], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Also where the token stands in the emulator's own URL."""
    url = told[0].replace("http://", f"http://ann:{TOKEN}@")
    with Shell(*arguments, cwd=tmp_path, MOHOOK_URL=url) as shell:
        ended = shell.end()
    assert hidden(ended.out + ended.err), ended


@pytest.mark.slow
def test_no_error_of_the_settings_shows_a_secret(tmp_path: Path) -> None:
    """A bad value is told by its key; where the key is a secret's, without the value."""
    bad = CONFIG.format(ip1="ftp://ann:hush-url@a/", intelepeer="http://ann:hush-url@/")
    bad = bad.replace("hush-control-token", "hush short").replace('"hush-token"', "[1]")
    bad = bad.replace("X-Api-Key: hush-header", "Host: hush-header")
    (tmp_path / "mohook.toml").write_text(bad)
    with Shell("serve", cwd=tmp_path) as shell:
        ended = shell.end()
    assert ended.code == 2
    assert ended.err.count("mohook.toml") >= 5
    assert hidden(ended.err)


def test_no_answer_of_the_server_tells_what_it_was_asked_with(url: str) -> None:
    """A refusal does not repeat a token or a password."""
    body = json.dumps({"username": "ann", "password": ["hush"]}).encode()
    for path in ("/_rest/v4/authenticate", f"{API}/intelepeer/customers/acme"):
        for method in ("POST", "PUT"):
            headers = {"Content-Type": "application/json", "Authorization": "Bearer hush"}
            assert hidden(asked(url, path, method, headers=headers, body=body).raw)
