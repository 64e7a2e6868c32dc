"""Bytes as words of a shell: whatever they are, curl sends these and no others."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mohook.evidence.shell import header_option, is_text, octal, with_body
from tests._receivers.scripted import scripted

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
BODIES = [
    b"",
    b'{"body":"it\'s 100 %\\n\\\\ $HOME `x` \xc3\xa9 \xf0\x9f\x90\x9d"}',
    b"line\r\nline\n",
    b"@/etc/hostname",
    b"-d",
    b"\xff\x00\x01%s1",
    b"\xed\xa0\xbd",
    "é".encode() * 70_000,
    bytes(range(256)) * 800,
]


@pytest.mark.slow
@needs_curl
@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body[:12]!r}x{len(body)}")
def test_curl_sends_these_bytes(body: bytes) -> None:
    """A text that looks like a file or an option, no text, and more than an argument holds."""
    with scripted() as receiver:
        command = with_body(["curl -sS", receiver.url, "-H Expect:"], body, between=" \\\n")
        subprocess.run(["sh"], input=command.encode(), check=True, timeout=30)
        assert receiver.wait_for(1)[0].body == body


@pytest.mark.slow
@needs_curl
def test_curl_sends_an_empty_header() -> None:
    """Where it would leave out one that ends with its colon."""
    with scripted() as receiver:
        command = f"curl -sS {receiver.url} {header_option('X-Empty', '')} "
        subprocess.run(["sh", "-c", command + header_option("X", "it's")], check=True, timeout=30)
        (arrived,) = receiver.wait_for(1)
    assert arrived.header("X-Empty") == ""
    assert arrived.header("X") == "it's"


@pytest.mark.slow
@settings(max_examples=30)
@given(st.binary(max_size=40))
def test_printf_writes_what_octal_numbers_say(content: bytes) -> None:
    """Digits that follow a number are no part of it."""
    command = f"printf '{octal(content)}'"
    assert subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout == content


@given(st.binary(max_size=20))
def test_text_is_what_a_word_can_hold(content: bytes) -> None:
    """Whatever is text stands in the command as it is; nothing else does."""
    assert ("printf" in with_body(["curl"], content)) == (not is_text(content))
