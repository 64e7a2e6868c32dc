"""Every parser of bytes from outside withstands them: shortly here, for hours by command."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzzing import guided
from tests.fuzzing.__main__ import main
from tests.fuzzing.running import fuzz, tried
from tests.fuzzing.target import Target, plain
from tests.fuzzing.targets import catalogue
from tests.fuzzing.targets.catalogue import TARGETS

EACH = [pytest.param(target, id=target.name) for target in TARGETS]
FOUND = [pytest.param(target, id=target.name) for target in TARGETS if target.found]


@pytest.mark.slow
@pytest.mark.parametrize("target", EACH)
def test_a_parser_withstands_what_comes(target: Target) -> None:
    """A short run, of the same inputs each time: nothing but what is declared is raised."""
    tried(target, 60, seed_of_it=1)


@pytest.mark.parametrize("target", FOUND)
def test_what_was_found_stays_mended(target: Target) -> None:
    """Each input that once showed a bug shows none."""
    with target.opened() as check:
        for value in target.found:
            check(value)


def careless(text: str) -> None:
    """Stand for a parser that nobody has thought through."""
    if len(text) > 3 and not text.isascii():
        raise KeyError(text)


CARELESS = plain("careless", st.text(), careless)


def test_a_bug_is_found_and_made_small() -> None:
    """What a parser lets through ends its target, with the smallest input that shows it."""
    [tally] = fuzz([CARELESS], 30, first_seed=1)
    [finding] = tally.findings
    assert "KeyError" in finding
    assert "'000\\x80'" in finding
    assert tally.inputs > 0


def test_an_input_without_end_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that hangs is interrupted, and told as one that hangs."""
    monkeypatch.setattr("tests.fuzzing.running.HANGS_AFTER", 0.05)

    def hang(value: Any) -> None:
        del value
        until = time.monotonic() + 30
        while time.monotonic() < until:
            pass

    [tally] = fuzz([plain("hangs", st.none(), hang)], 30, first_seed=1)
    assert "HangError: no end within 0.05 seconds" in tally.findings[0]


def test_every_target_has_its_share() -> None:
    """Time goes to the target that has had the least of it; what is fine has no findings."""
    fine = [plain(name, st.integers(), lambda _: None) for name in "ab"]
    tallies = fuzz(fine, 2.0, first_seed=1)
    assert all(tally.inputs and not tally.findings for tally in tallies)


def test_the_command_tells_and_ends_as_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 with a finding, which it prints; 0 without; 2 for a name that there is not."""
    quick = plain("fine", st.integers(), lambda _: None)
    monkeypatch.setattr("tests.fuzzing.__main__.TARGETS", [quick, CARELESS])
    assert main(["--seconds", "0.3", "fine"]) == 0
    assert main(["--seconds", "30", "careless"]) == 1
    assert "KeyError" in capsys.readouterr().out
    assert main(["nothing"]) == 2
    assert "'fine', 'careless'" in capsys.readouterr().out


def test_led_by_coverage_needs_a_fuzzer_and_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without atheris, and for a target that there is not, it says so and ends with 2."""
    monkeypatch.setitem(sys.modules, "atheris", None)
    assert guided.main(["NDJSON"]) == 2
    assert "pip install atheris" in capsys.readouterr().err
    stub = SimpleNamespace(instrument_imports=lambda **_: nullcontext())
    monkeypatch.setitem(sys.modules, "atheris", stub)
    assert guided.main(["nothing"]) == 2
    assert "'NDJSON'" in capsys.readouterr().err


def test_names_are_not_given_twice() -> None:
    """A name on the command line means one target."""
    names = [target.name for target in catalogue.TARGETS]
    assert len(set(names)) == len(names)
