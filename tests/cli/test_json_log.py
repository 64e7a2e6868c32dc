"""`serve --log-format json`: every line one object, whole enough to search in, without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mohook.cli.json_log import log_records_as_json
from mohook.client import Client
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests.cli.shell import Shell

SMS = Submission("ip1", "46712345678", "456189040623", "a text that is nobody's business")
EACH = {"time", "level", "event", "message"}


@pytest.fixture(scope="module", params=["flag", "variable", "file"])
def lines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """Let things happen under `mohook serve`, and give what it prints until they have."""
    folder: Path = tmp_path_factory.mktemp("logs")
    flags = ["--log-format", "json"] if request.param == "flag" else []
    environ = {"MOHOOK_LOG_FORMAT": "json"} if request.param == "variable" else {}
    if request.param == "file":
        (folder / "mohook.toml").write_text('[serve]\nlog_format = "json"\n')
    with scripted(Answer(500), Answer(200)) as receiver:
        callback = receiver.url.replace("http://", "http://ann:hush@")
        arguments = ("--clock", "manual", "--ip1-callback", callback, "--port", "0", *flags)
        with Shell("serve", *arguments, cwd=folder, **environ) as shell:
            first = shell.line()
            with Client(json.loads(first)["url"]) as client:
                client.send(SMS)
                client.send(Submission("intelepeer", "+17708675309", "+12161112222", "held"))
                client.advance(until="idle")
                client.put_account("ip1-10001", callback_url="http://ann:hush@127.0.0.1:1/last")
            printed = first + shell.lines_until("/last")
    assert "hush" not in printed
    assert "business" not in printed
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.slow
def test_every_line_says_when_how_grave_and_what(lines: list[dict[str, Any]]) -> None:
    """The time is the machine's; the emulator's own stands beside it."""
    for line in lines:
        assert line.keys() >= EACH
        age = datetime.now(UTC) - datetime.fromisoformat(line["time"])
        assert abs(age.total_seconds()) < 120
        assert line["level"] in ("info", "warning", "error")
    assert [line["event"] for line in lines] == [
        "ready",
        "message.accepted",
        "attempt.ended",
        "message.accepted",
        "attempt.ended",
        "webhook.changed",
    ]
    assert lines[0]["port"] == int(lines[0]["url"].rpartition(":")[2])


@pytest.mark.slow
def test_an_attempt_is_told_with_what_follows(lines: list[dict[str, Any]]) -> None:
    """A failed one is a warning; where it went stands there without the password."""
    failed, delivered = (line for line in lines if line["event"] == "attempt.ended")
    assert (failed["level"], delivered["level"]) == ("warning", "info")
    assert failed["message"] == "attempt 1 of m1 answered 500: retry"
    assert (failed["outcome"], failed["status_code"], failed["decision"]) == ("500", 500, "retry")
    assert failed["url"].startswith("http://***@127.0.0.1:")
    assert delivered["decision"] == "delivered"
    assert delivered["duration_ms"] >= 0


@pytest.mark.slow
def test_what_is_held_is_a_warning(lines: list[dict[str, Any]]) -> None:
    """With the numbers, by which one finds it."""
    held = next(line for line in lines if line.get("state") == "held")
    assert held["level"] == "warning"
    assert (held["provider"], held["to"]) == ("intelepeer", "+12161112222")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Put the root logger back as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.usefixtures("root")
def test_a_failure_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With its traceback in it, and no password in that."""
    log_records_as_json()
    try:
        raise ValueError("http://ann:hush@host/ and\nhttp://bob:hush@host/")
    except ValueError:
        logging.getLogger("mohook.server").exception("POST %s failed", "http://c:hush@host/")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told.keys() >= EACH
    assert (told["level"], told["logger"]) == ("error", "mohook.server")
    assert "ValueError: http://***@host/ and\nhttp://***@host/" in told["exception"]
    assert "hush" not in line


@pytest.mark.slow
def test_a_format_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    with Shell("serve", "--log-format", "xml", cwd=tmp_path) as shell:
        ended = shell.end()
    assert ended.code == 2
    assert "expected text or json" in ended.err
