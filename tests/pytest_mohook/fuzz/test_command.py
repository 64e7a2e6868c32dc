"""`mohook fuzz` and `mohook replay`: what they print, write and end with."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mohook.cli.root import mohook
from pytest_mohook.check.target import Target
from tests.cli.shell import Shell
from tests.pytest_mohook.check.inbox import EXITS
from tests.pytest_mohook.fuzz.conftest import Serve

IP1 = ("--provider", "ip1")
QUICK = (*IP1, "--max-examples", "40", "--seed", "7")
HISTORY = {"mohook": "history", "version": 1, "provider": "ip1", "steps": [{"send": [{}]}]}

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `mohook` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(mohook, [*words], prog_name="mohook")


def readback(target: Target) -> tuple[str, str]:
    return "--readback", str(target.settings.check.readback)


@pytest.mark.slow
def test_a_receiver_that_is_right_ends_with_0(run: Run, serve: Serve) -> None:
    """The counts come last, with the seed."""
    target = serve()
    result = run("fuzz", target.url, *QUICK, *readback(target))
    assert (result.exit_code, result.stderr) == (0, ""), result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == f"ip1 → {target.url}."
    assert lines[-2].startswith("✓ Nothing wrong was found: no bugs, ")
    assert lines[-1] == "The seed was 7: --seed 7 draws the same histories."


@pytest.mark.slow
def test_a_bug_ends_with_1_and_is_told_in_full(run: Run, serve: Serve) -> None:
    """A line when it is found; then what was sent, what happened, what was expected, and why."""
    target = serve("copies")
    result = run("fuzz", target.url, *QUICK, *readback(target), "--out", "some/bugs")
    assert result.exit_code == 1
    found, _, told = result.stdout.partition("\n\n")
    assert found.splitlines()[1].startswith("✗ duplicated: m1 ")
    for said in (
        ". message 1: ''\n", "Happened: m1 '' (id", "Expected: a message is stored once",
        "Rests on: ip1, Receive", "answered 200, delivered", "Last request: curl -i -X POST",
        "Again: sh some/bugs/duplicated.sh", "Again: pytest some/bugs/test_duplicated.py",
        "Again: mohook replay some/bugs/duplicated.json URL", "not right: 1 bug, ",
    ):  # fmt: skip
        assert said in told
    assert len(list(Path("some/bugs").iterdir())) == 3


@pytest.mark.slow
def test_json_is_one_document(run: Run, serve: Serve) -> None:
    """And nothing else stands on stdout; one bug is enough where that is asked for."""
    target = serve("two")
    words = (*QUICK, *readback(target), "--json", "--stop-first", "--database", "db")
    result = run("fuzz", target.url, *words)
    data = json.loads(result.stdout)
    assert (result.exit_code, data["right"], data["seed"]) == (1, False, 7)
    [bug] = data["bugs"]
    assert bug["history"]["mohook"] == "history"
    assert all(bug[name] for name in ("sent", "happened", "expected", "basis", "curl"))
    assert len(list(Path("db").iterdir())) == 1


@pytest.mark.slow
def test_no_report_tells_the_secret(run: Run, serve: Serve) -> None:
    """Nor a header; without a readback that is said."""
    target = serve("no-json", read=False)
    words = ("--provider", "intelepeer", "--secret", "hushhush", "--header", "X-Api-Key: sesame")
    for form in ((), ("--json",)):
        result = run("fuzz", target.url, *words, *form, "--max-examples", "10", "--seed", "1")
        assert result.exit_code == 1
        assert "hush" not in result.stdout.lower()
        assert "sesame" not in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fuzz",), "Missing argument 'URL'"),
        (("fuzz", "http://127.0.0.1:1/"), "Missing option '--provider'"),
        (("fuzz", "http://10.0.0.1/", *IP1), "on another machine (10.0.0.1)"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--max-examples", "0"), "'--max-examples'"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--seconds", "0"), "'--seconds'"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--settle", "soon"), "expected a dur"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--out", "h.json"), "h.json: File exists: exp"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--out", "h.json/x"), "h.json/x: Not a directory"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--database", "h.json"), "Invalid value for --data"),
        (("fuzz", "http://127.0.0.1:1/", *IP1, "--secret", "x"), "--secret is for IntelePeer"),
        (("replay", "h.json", "http://127.0.0.1:1/", "--secret", "x"), "--secret is for Intele"),
        (
            ("fuzz", "http://127.0.0.1:1/", *IP1, "--timeout", "0"),
            "--timeout = '0': expected a dur",
        ),
        (("replay", "no.json", "http://127.0.0.1:1/"), "no.json: No such file"),
        (("replay", "odd.json", "http://127.0.0.1:1/"), "odd.json: history: []: expected an obj"),
        (("replay", "h.json", "http://10.0.0.1/"), "on another machine"),
        (("replay",), "Missing argument 'URL'"),
        (("replay", "http://127.0.0.1:1/"), "Missing argument 'FILE'"),
        (("replay", "h.json", "other.json"), "Missing argument 'URL': mohook replay FILE... URL"),
        (
            ("replay", "h.json", "other.json", "http://127.0.0.1:1/"),
            "h.json is of ip1, other.json is of intelepeer: expected histories of one provider",
        ),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, words: tuple[str, ...], said: str) -> None:
    """The value, what was expected, and what to do."""
    Path("odd.json").write_text("[]", encoding="utf-8")
    Path("h.json").write_text(json.dumps(HISTORY), encoding="utf-8")
    other = json.dumps({**HISTORY, "provider": "intelepeer"})
    Path("other.json").write_text(other, encoding="utf-8")
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.slow
def test_a_bug_is_told_where_its_files_cannot_be_written(run: Run, serve: Serve) -> None:
    """Nor kept; it is said which, and the run ends with what it has found."""
    target = serve("copies")
    words = ("fuzz", target.url, *QUICK, *readback(target), "--stop-first")
    assert run(*words, "--out", "out", "--database", "db").exit_code == 1
    for path in (*Path("out").iterdir(), *Path("db").iterdir()):
        path.unlink()
        path.mkdir()
    result = run(*words, "--out", "out", "--database", "db")
    assert result.exit_code == 1
    assert "Expected: a message is stored once" in result.stdout
    assert "out/duplicated.sh: Is a directory: not written" in result.stderr
    assert "Error: --database: db" in result.stderr


def test_a_history_without_a_bug_ends_with_0(run: Run, serve: Serve) -> None:
    """What showed now and then is played more often."""
    target = serve()
    Path("h.json").write_text(json.dumps(HISTORY), encoding="utf-8")
    result = run("replay", "h.json", target.url, *readback(target))
    assert result.exit_code == 0
    assert "no bugs, 1 history played" in result.stdout
    Path("h.json").write_text(json.dumps({**HISTORY, "found": {"steady": False}}), encoding="utf-8")
    assert "20 histories played" in run("replay", "h.json", target.url, *readback(target)).stdout
    data = json.loads(run("replay", "h.json", target.url, "--json").stdout)
    assert (data["right"], data["seed"], data["played"]) == (True, None, 20)


@pytest.mark.slow
def test_several_histories_are_played_one_after_the_other(run: Run, serve: Serve) -> None:
    """Each has a line; one that shows its bug is enough to end with 1."""
    target = serve("copies")
    copies = {**HISTORY, "steps": [{"fail_next": "lose-ack"}, {"send": [{}]}]}
    Path("copies.json").write_text(json.dumps(copies), encoding="utf-8")
    Path("h.json").write_text(json.dumps(HISTORY), encoding="utf-8")
    words = ("replay", "copies.json", "h.json", target.url, *readback(target))
    result = run(*words)
    assert result.exit_code == 1
    assert result.stdout.startswith("✗ copies.json: duplicated\n✓ h.json: nothing wrong\n")
    assert "not right: 1 bug, 2 histories played" in result.stdout
    data = json.loads(run(*words, "--json").stdout)
    assert data["replayed"] == {"copies.json": "duplicated", "h.json": None}


def test_nobody_there_ends_with_3(run: Run) -> None:
    """Before anything is drawn."""
    Path("h.json").write_text(json.dumps(HISTORY), encoding="utf-8")
    for words in (
        ("fuzz", "http://127.0.0.1:1/", *IP1),
        ("replay", "h.json", "http://127.0.0.1:1/"),
    ):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (3, "")
        assert "start the receiver" in result.stderr


@pytest.mark.slow
def test_a_receiver_that_dies_ends_with_3(run: Run) -> None:
    """What ended it is shown, and no message that found nobody there; it is no bug of a history."""
    with subprocess.Popen([*EXITS, "81"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        result = run("fuzz", process.stdout.readline().strip(), *QUICK)
        end = json.loads(process.stdout.readline())
    assert result.exit_code == 3
    assert "✗ The receiver listens no more: no bugs, " in result.stdout
    _, _, last = result.stderr.partition("any more; last it was sent:\n")
    assert end["id"] in last
    assert "refused the connection" not in last


@pytest.mark.slow
def test_ctrl_c_prints_what_was_found_so_far(serve: Serve, tmp_path: Path) -> None:
    """Also what is not as small yet as it gets."""
    target = serve("copies")
    words = ("fuzz", target.url, *IP1, "--max-examples", "100000", *readback(target))
    with Shell(*words, cwd=tmp_path) as shell:
        shell.lines_until("✗ duplicated")
        shell.send_signal(signal.SIGINT)
        ended = shell.end()
    assert ended.code == 130
    assert "Expected: a message is stored once" in ended.out
    assert "not right: 1 bug, " in ended.out
    assert "Interrupted with 1 bug, " in ended.err
