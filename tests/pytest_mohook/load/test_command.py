"""`mohook load URL`: what is sent, what is counted, what it ends with."""

from __future__ import annotations

import csv
import hmac
import json
import os
import pty
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests

from pytest_mohook.harness.serving.hosted import Hosted
from tests._receivers import certificates, scripted
from tests.cli.shell import Shell
from tests.pytest_mohook.check.inbox import EXITS
from tests.pytest_mohook.load.conftest import Figures, Run
from tests.pytest_mohook.load.receivers import Crowd, Desk

pytestmark = pytest.mark.slow

IP1 = ("--provider", "ip1")
INTELEPEER = ("--provider", "intelepeer")
TEN = ("--rate", "20", "--seconds", "0.5", "--max-parts", "2", "--clock", "x10000")


def readback(url: str) -> tuple[str, str]:
    return "--readback", url


def test_a_receiver_that_is_right_ends_with_0(run: Run, url: str, desk: Desk) -> None:
    """Counts, latencies and what is stored are told; the seed comes last."""
    result = run(url, *IP1, *TEN, *readback(url), "--seed", "7")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"ip1 → {url}: 20 messages a second for 0.5 s, retries 10000 times")
    assert "10 messages in" in result.stdout
    assert "10 attempts, 0 of them retries: 10 answered 200." in lines
    assert any(line.startswith("first attempt: due → answered") for line in lines)
    assert "Stored: 0 lost, 0 duplicated, 0 altered, 0 stored and never acknowledged." in lines
    assert lines[-2] == "✓ Nothing went wrong."
    assert lines[-1].startswith("The seed was 7: --seed 7")
    assert len(desk.messages) == len(desk.stored) == 10


def test_without_a_readback_nothing_is_said_to_be_lost_or_not(run: Run, url: str) -> None:
    """It is not checked, at the terminal and in JSON: never 0."""
    result = run(url, *IP1, *TEN)
    assert "Lost and duplicated: not checked, for no readback was given." in result.stdout
    assert "✓ Nothing went wrong, as far as it was checked." in result.stdout
    told = json.loads(run(url, *IP1, *TEN, "--json").stdout)
    assert told["right"] is True
    assert told["stored"]["checked"] is False
    assert {told["stored"][kind] for kind in ("lost", "duplicated", "altered")} == {None}


def test_what_is_acknowledged_and_not_stored_is_lost(
    figures: Figures, url: str, desk: Desk
) -> None:
    """Every fifth message is forgotten: two of ten."""
    desk.forgets = 5
    told = figures(url, *IP1, *TEN, *readback(url), ends_with=1)
    assert (told["stored"]["lost"], told["stored"]["duplicated"]) == (2, 0)
    assert told["right"] is False
    assert told["stored"]["examples"][0].startswith("lost: ")


def test_a_retry_that_is_stored_again_is_a_duplicate(run: Run, url: str, desk: Desk) -> None:
    """Each message is refused once and stored both times: ten are duplicated, none is lost."""
    desk.refusals, desk.keeps_copies = 1, True
    result = run(url, *IP1, *TEN, *readback(url))
    assert result.exit_code == 1
    assert "20 attempts, 10 of them retries: 10 answered 500, 10 answered 200." in result.stdout
    assert "Stored: 0 lost, 10 duplicated, 0 altered" in result.stdout
    assert "✗ 10 findings in what is stored." in result.stdout


def test_a_text_that_is_cut_is_altered(figures: Figures, url: str, desk: Desk) -> None:
    """What is stored is compared character by character."""
    desk.cut = 0
    told = figures(url, *IP1, *TEN, *readback(url), ends_with=1)
    assert told["stored"]["altered"] == sum(text != "" for text in desk.texts)


def test_ip1_retries_until_200(figures: Figures, url: str, desk: Desk) -> None:
    """Seven refusals are no reason to give up; the message is the same each time."""
    desk.refusals = 7
    told = figures(url, *IP1, *TEN, *readback(url))
    assert told["messages"] == {
        "sent": 10, "delivered": 10, "given_up": 0, "pending": 0, "unsent": 0,
    }  # fmt: skip
    assert told["attempts"]["by_outcome"] == {"500": 70, "200": 10}
    assert set(desk.attempts.values()) == {8}
    assert told["stored"]["duplicated"] == 0


def test_each_attempt_may_have_an_id_of_its_own(figures: Figures, url: str, desk: Desk) -> None:
    """By the switch; what is stored under a later id is not lost."""
    Path("mohook.toml").write_text("[delivery]\nnew_id_per_attempt = true\n")
    desk.busy_for = 10
    told = figures(url, *IP1, *TEN, *readback(url))
    assert told["attempts"]["by_outcome"] == {"500": 10, "200": 10}
    assert list(desk.attempts.values()) == [1] * 20
    assert (told["stored"]["lost"], told["stored"]["duplicated"]) == (0, 0)


def test_intelepeer_gives_up_after_five_attempts(run: Run, url: str, desk: Desk) -> None:
    """What is given up ends with 1, unless so many failures are allowed."""
    desk.refusals = 100
    result = run(url, *INTELEPEER, *TEN)
    assert result.exit_code == 1
    assert "0 delivered (0.0/s), 10 given up, 0 still pending" in result.stdout
    assert "✗ 10 messages undelivered." in result.stdout
    assert set(desk.attempts.values()) == {5}
    assert run(url, *INTELEPEER, *TEN, "--max-failures", "9").exit_code == 1
    assert run(url, *INTELEPEER, *TEN, "--max-failures", "10").exit_code == 0


def test_what_is_pending_in_the_end_is_counted_as_such(
    figures: Figures, url: str, desk: Desk
) -> None:
    """ip1 never gives up: after the drain what is refused is pending, and that is a failure."""
    desk.refusals = 10**9
    told = figures(url, *IP1, *TEN, "--drain", "0.2", ends_with=1)
    assert (told["messages"]["pending"], told["messages"]["given_up"]) == (10, 0)
    assert told["attempts"]["retries"] > 0


@pytest.mark.parametrize("mode", ["literal", "hmac", "absent"])
def test_intelepeers_messages_are_signed(run: Run, url: str, desk: Desk, mode: str) -> None:
    """The signature is what `mohook check` makes of the same secret."""
    words = ("--secret", "hush") if mode != "absent" else ()
    assert run(url, *INTELEPEER, *TEN, *words, "--signature", mode).exit_code == 0
    assert len(desk.messages) == 10
    for refid, message in desk.messages.items():
        signed = (refid + message["message"]).encode()
        digest = hmac.digest(b"hush", signed, "sha256").hex()
        expected = {"literal": "hush", "hmac": digest, "absent": None}[mode]
        assert message.get("signature") == expected


def test_a_header_goes_with_each_attempt(run: Run, url: str, desk: Desk) -> None:
    """What a gateway asks for is sent with messages and retries."""
    desk.refusals = 1
    assert run(url, *IP1, *TEN, "--header", "X-Api-Key: 7").exit_code == 0
    assert desk.headers == ["7"] * 20


def test_a_rate_does_not_wait_for_the_receiver(figures: Figures) -> None:
    """Thirty are there at once though none is answered; they have waited since they were due."""
    crowd = Crowd(30)
    with Hosted(crowd) as hosted:
        told = figures(hosted.url, *IP1, "--rate", "60", "--seconds", "1", "--max-parts", "1")
    assert told["messages"]["delivered"] == 60
    assert crowd.most >= 30
    assert told["latency_ms"]["first_attempts"]["max"] > 400  # 29 others fell due meanwhile


def test_users_are_so_many_and_no_more(figures: Figures) -> None:
    """Four are under way at a time: not before the fourth comes is the first one answered."""
    crowd = Crowd(4)
    with Hosted(crowd) as hosted:
        told = figures(hosted.url, *IP1, "--users", "4", "--seconds", "0.5", "--max-parts", "1")
    assert told["messages"]["sent"] == told["messages"]["delivered"] > 4
    assert crowd.most == 4


def test_a_seed_chooses_the_texts_and_never_the_ids(run: Run, url: str, desk: Desk) -> None:
    """The same texts come a second time, under ids that the receiver has not seen."""
    for _ in range(2):
        assert run(url, *INTELEPEER, *TEN, "--seed", "7").exit_code == 0
    assert len(desk.messages) == 20
    assert Counter(desk.texts[:10]) == Counter(desk.texts[10:])
    assert run(url, *INTELEPEER, *TEN, "--seed", "8").exit_code == 0
    assert Counter(desk.texts[20:]) != Counter(desk.texts[:10])


def test_the_reports_are_written(run: Run, url: str, desk: Desk, tmp_path: Path) -> None:
    """Locust's CSV and page count attempts; the JSON is what is printed otherwise."""
    desk.refusals = 1
    reports = ("--csv", "storm", "--html", "storm.html", "--json", "storm.json")
    result = run(url, *IP1, *TEN, *reports)
    assert result.exit_code == 0
    assert "✓ Nothing went wrong" in result.stdout
    with (tmp_path / "storm_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    assert rows["ip1 message"]["Request Count"] == rows["ip1 message"]["Failure Count"] == "10"
    assert rows["ip1 retry"]["Request Count"] == "10"
    assert rows["ip1 retry"]["Failure Count"] == "0"
    assert "ip1 retry" in (tmp_path / "storm.html").read_text()
    told = json.loads((tmp_path / "storm.json").read_text())
    assert told["attempts"]["made"] == 20


def test_locusts_page_is_there_until_ctrl_c(url: str, tmp_path: Path) -> None:
    """It shows the storm, begun by itself; the figures come at the end, and the page stays."""
    port = _free_port()
    words = ("load", url, *IP1, *TEN, "--web", "--web-port", str(port))
    with Shell(*words, cwd=tmp_path) as shell:
        assert f"Locust's page stays at http://127.0.0.1:{port}" in shell.lines_until("stays")
        stats = requests.get(f"http://127.0.0.1:{port}/stats/requests", timeout=10).json()
        shell.send_signal(signal.SIGINT)
        assert shell.end().code == 0
    assert {each["name"]: each["num_requests"] for each in stats["stats"]}["ip1 message"] == 10


def test_a_storm_that_is_stopped_on_the_page_is_told_as_such(
    url: str, desk: Desk, tmp_path: Path
) -> None:
    """Less was sent than was asked for: that is no good ending."""
    port = _free_port()
    words = (url, *IP1, "--rate", "20", "--seconds", "600", "--web", "--web-port", str(port))
    with Shell("load", *words, cwd=tmp_path) as shell:
        shell.lines_until("Locust's page: ")
        desk.wait_for(5)
        requests.post(f"http://127.0.0.1:{port}/stop", timeout=10).raise_for_status()
        shown = shell.lines_until("stays")
        shell.send_signal(signal.SIGINT)
        assert shell.end().code == 1
    assert "1 process was ended before the time." in shown.split("✗", 1)[1]


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_ctrl_c_prints_the_figures_so_far(tmp_path: Path) -> None:
    """It says after how long, ends with 130, and leaves nothing behind."""
    with scripted() as receiver:
        words = (receiver.url, *IP1, "--rate", "20", "--seconds", "600", "--max-parts", "1")
        with Shell("load", *words, cwd=tmp_path, TMPDIR=str(tmp_path)) as shell:
            shell.line()
            receiver.wait_for(15, 20)
            shell.send_signal(signal.SIGINT)
            ended = shell.end()
    assert ended.code == 130
    assert int(ended.out.split(" messages in", 1)[0].split()[-1]) >= 10
    assert "not checked, for the storm was interrupted" in ended.out
    assert "of 600 s." in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.glob("mohook-load-*")) == []


def test_a_receiver_that_dies_is_told(run: Run) -> None:
    """Where nobody listens any more it ends with 3."""
    with subprocess.Popen([*EXITS, "5"], stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout
        url = receiver.stdout.readline().strip()
        result = run(url, *INTELEPEER, *TEN)
    assert result.exit_code == 3
    assert f"nobody listens at {url} any more" in result.stderr
    assert "the receiver refused the connection" in result.stdout


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_has_a_bar(url: str, tmp_path: Path, colour: bool) -> None:
    """It moves in place; with NO_COLOR it has no colour."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", **({} if colour else {"NO_COLOR": "1"})}
    words = ["load", url, *IP1, "--rate", "20", "--seconds", "1.5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mohook", *words], stdout=theirs, env=environ, cwd=tmp_path
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65_536):
            shown += block
    except OSError:
        pass  # Linux: the other side is closed
    finally:
        os.close(ours)
        process.wait()
    text = shown.decode()
    assert "sending" in text
    assert "━" in text
    assert ("\x1b[32m" in text or "\x1b[1;32m" in text) is colour


def test_an_unknown_certificate_is_refused_or_taken(run: Run) -> None:
    """TLS is checked before anything is sent; --insecure takes any."""
    with scripted(tls=certificates.unknown_authority()) as receiver:
        refused = run(receiver.url, *IP1, *TEN)
        taken = run(receiver.url, *IP1, *TEN, "--insecure")
    assert (refused.exit_code, taken.exit_code) == (3, 0)
    assert "or take any with --insecure" in refused.stderr
