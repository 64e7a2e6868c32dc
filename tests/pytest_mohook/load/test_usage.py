"""`mohook load`: what is refused, before anything is sent, and in which words."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pytest_mohook.load import handover
from tests.pytest_mohook.load.conftest import Run
from tests.pytest_mohook.load.receivers import Desk

IP1 = ("--provider", "ip1")
RATE = ("--rate", "1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*IP1, *RATE), "Missing argument 'URL'"),
        ((*IP1, *RATE, "--json", "http://127.0.0.1:5000/"), "--json took 'http://127.0.0.1:5000/'"),
        (("URL", *RATE), "Missing option '--provider': ip1 or intelepeer"),
        (("URL", *IP1), "--rate or --users: give one"),
        (("URL", *IP1, *RATE, "--users", "2"), "--rate or --users: give one"),
        (("URL", *IP1, "--rate", "0"), "0 is not in the range x>0"),
        (("URL", *IP1, "--users", "0"), "0 is not in the range x>=1"),
        (("URL", *IP1, *RATE, "--clock", "manual"), "nobody would move a manual clock here"),
        (("URL", *IP1, *RATE, "--clock", "fast"), "expected real, manual or xN"),
        (("URL", *IP1, *RATE, "--max-parts", "256"), "is not in the range 1<=x<=255"),
        (("URL", *IP1, *RATE, "--web-port", "80"), "--web-port goes with --web"),
        (("URL", *IP1, *RATE, "--expect-workers", "2"), "--expect-workers goes with --master"),
        (("URL", *IP1, *RATE, "--master-host", "a"), "--master-host goes with --worker"),
        (("URL", *IP1, *RATE, "--master", "--worker"), "a process is one of them"),
        (("URL", *IP1, *RATE, "--worker"), "--rate is the master's to say"),
        (("URL", *IP1, "--worker", "--readback", "u"), "--readback is the master's to say"),
        (
            ("URL", *IP1, "--users", "1", "--master", "--expect-workers", "2"),
            "expected one for each of 2 workers",
        ),
        (("URL", *IP1, *RATE, "--html", "no/where.html"), "there is no folder no"),
        (("URL", *IP1, *RATE, "--csv", "no/where"), "there is no folder no"),
        (("nowhere", *IP1, *RATE), "does not begin with http:// or https://"),
        (("http://192.0.2.1/", *IP1, *RATE), "--allow-host 192.0.2.1"),
        (
            ("http://192.0.2.1/", *IP1, "--users", "1"),
            "on another machine (192.0.2.1): a storm stores",
        ),
        (("http://192.0.2.1/", *IP1, "--worker"), "on another machine (192.0.2.1): a storm stores"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_does_not_go_together_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    """It ends with 2, and says what was expected."""
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_where_nobody_listens_nothing_is_begun(run: Run) -> None:
    """It ends with 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    result = run(url, *IP1, *RATE)
    assert result.exit_code == 3
    assert f"nobody listens at {url}" in result.stderr


def test_without_locust_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is there without the extra; it needs it to run."""
    monkeypatch.setattr(handover, "find_spec", lambda _: None)
    result = run("http://127.0.0.1:5000/", *IP1, *RATE)
    assert result.exit_code == 2
    assert "pip install 'mohook[load]'" in result.stderr


@pytest.mark.parametrize("flag", ["--web", "--master"])
def test_a_taken_port_is_named_with_its_flag(run: Run, url: str, desk: Desk, flag: str) -> None:
    """Nothing is sent where Locust could not listen."""
    port_flag = {"--web": "--web-port", "--master": "--master-bind-port"}[flag]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(url, *IP1, *RATE, flag, port_flag, port)
    assert result.exit_code == 2
    assert f"127.0.0.1:{port} cannot be listened on" in result.stderr
    assert port_flag in result.stderr
    assert desk.messages == {}


@pytest.mark.parametrize(
    ("table", "line", "why"),
    [
        ("delivery", "follow_redirects = true", "the one address that was found allowed"),
        ("intelepeer", 'long_messages = "parts"', "--max-parts 1"),
    ],
)
def test_switches_that_make_several_of_one_message_are_refused(
    run: Run, url: str, table: str, line: str, why: str
) -> None:
    """They are not passed over in silence; the refusal says why, and what to do."""
    Path("mohook.toml").write_text(f"[{table}]\n{line}\n")
    result = run(url, *IP1, *RATE)
    assert result.exit_code == 2
    assert f"{table}.{line.partition(' ')[0]} = " in result.stderr
    assert why in result.stderr


def test_help_shows_how(run: Run) -> None:
    """There are examples, exit codes, and what to install."""
    shown = run("--help").stdout
    assert shown.startswith("Usage: mohook load")
    for said in ("Examples:", "mohook[load]", "--rate", "--users", "--readback", "Ends with 0"):
        assert said in shown
