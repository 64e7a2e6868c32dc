"""What is printed never steers a terminal, and JSON stays JSON whatever the terminal can show."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.cli.screen import console_for, plain, print_json, quoted


@given(st.text())
def test_plain_text_is_printable(text: str) -> None:
    """No control character is left, and printable text is left alone."""
    assert plain(text).isprintable()
    assert (plain(text) == text) == text.isprintable()


@given(st.text(), st.integers(2, 60))
def test_quoted_text_keeps_to_its_length(text: str, most: int) -> None:
    """A quotation is one line of the given length and its quotes, at most."""
    assert len(quoted(text, most)) <= most + 2


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_json_is_json_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """A program reads back what was printed, whatever stdout can encode."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    print_json({"body": "åé ✓ 😀"})
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == {"body": "åé ✓ 😀"}


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=["piped", "forced", "forbidden"],
)
def test_colour_goes_where_it_is_wanted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    coloured: bool,
) -> None:
    """A pipe gets none, and NO_COLOR beats everything."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **environ}.items():
        monkeypatch.setenv(name, value)
    console_for().print("delivered", style="green")
    assert ("\x1b[32m" in capsys.readouterr().out) is coloured


def test_a_pipe_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody looks, a long line stays one line."""
    console_for().print("x" * 500)
    assert capsys.readouterr().out == "x" * 500 + "\n"
