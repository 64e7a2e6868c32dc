"""No report tells IntelePeer's shared code, nor a forged piece of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mohook.settings import IntelePeerSettings, Settings
from pytest_mohook.check.secrecy import without_secret
from tests.pytest_mohook.check.conftest import Run
from tests.pytest_mohook.check.inbox import Inbox


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("hushhush", "a hushhush b", "a *** b"),
        ("hushhush", "xHUSHHUSy", "x***y"),
        ("hush1234", "hush123 and 1234 and 123", "*** and *** and 123"),
        ("hush1234", "hush1234hush1234 ", "*** "),
        ("it's $9", """it'"'"'s $9""", """it'"'"***"""),
        ("abc", "xabcx ab", "x***x ab"),
        ("(a|b)*", "(a|b)* aaaa", "*** aaaa"),
        ("", "hush", "hush"),
        ("SECRET CODE", "SECRET CODE", "SECRET CODE"),
    ],
)
def test_every_piece_of_the_code_is_masked(secret: str, text: str, expected: str) -> None:
    """Four characters in a row are too many; the documented sample's code is known to all."""
    assert without_secret(text, Settings(intelepeer=IntelePeerSettings(secret=secret))) == expected


@pytest.mark.slow
def test_no_report_tells_the_code(run: Run, url: str, inbox: Inbox) -> None:
    """A receiver that takes anything is told so with what is forged, and without the code."""
    words = ("--provider", "intelepeer", "--only", "forgery", "--secret", "HushHush1")
    result = run(f"{url}/sms", *words, "--html", "v.html", "--junit", "j.xml")
    assert result.exit_code == 1
    assert '"signature":"***' in result.stdout
    for name in ("v.html", "j.xml"):
        assert "hush" not in Path(name).read_text(encoding="utf-8").lower()
    assert "hush" not in result.stdout.lower()
    assert inbox.posts
