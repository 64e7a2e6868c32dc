"""The program that replays a failure has the marks that its receiver needs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_mohook.stateful.marks import with_marks

PROGRAM = (
    "# Replays\nfrom pytest_mohook import Mohook\n\n\ndef test_replay(mohook: Mohook) -> None:\n"
)
TIMEOUT = pytest.mark.timeout(7, method="thread").mark


def test_a_mark_stands_on_the_test() -> None:
    """With what it imports, once, the nearest one nearest."""
    told = with_marks(PROGRAM, [TIMEOUT, pytest.mark.usefixtures("shop", "till").mark, TIMEOUT])
    assert told == (
        "# Replays\nimport pytest\nfrom pytest_mohook import Mohook\n\n\n"
        '@pytest.mark.usefixtures("shop", "till")\n'
        '@pytest.mark.timeout(7, method="thread")\n'
        "def test_replay(mohook: Mohook) -> None:\n"
    )
    assert with_marks(told, [TIMEOUT]).count("import pytest\n") == 1


def test_what_the_machine_was_told_stands_nearest() -> None:
    """It goes over the marks of the test; what they say already is not said again."""
    told = PROGRAM.replace("def test", "@pytest.mark.mohook(seed=7)\ndef test")
    further = pytest.mark.mohook(seed=5, start=datetime(2027, 1, 1, tzinfo=UTC)).mark
    assert with_marks(told, [pytest.mark.mohook(seed=7).mark, further]).endswith(
        '\n\n\n@pytest.mark.mohook(seed=5, start="2027-01-01T00:00:00+00:00")\n'
        "@pytest.mark.mohook(seed=7)\ndef test_replay(mohook: Mohook) -> None:\n"
    )


@pytest.mark.parametrize(
    "mark",
    [
        pytest.mark.parametrize("provider", ["ip1"]),
        pytest.mark.skipif(True, reason="never"),
        pytest.mark.timeout(object()),
    ],
)
def test_what_the_receiver_does_not_need_is_left_out(mark: pytest.MarkDecorator) -> None:
    """What chooses tests, what cannot be written down."""
    assert with_marks(PROGRAM, [mark.mark]) == PROGRAM


def test_a_mark_without_words_has_no_brackets() -> None:
    """As one writes it."""
    assert "\n@pytest.mark.slow\ndef" in with_marks(PROGRAM, [pytest.mark.slow.mark])
