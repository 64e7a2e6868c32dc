"""What a text takes, laid out: parts, and the characters that matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.errors import TextError
from mohook.server.portal.counting import Count, Run, count_of
from mohook.server.portal.quick_texts import QUICK_TEXTS
from mohook.settings import Settings, SmsSettings
from mohook.sms.alphabet import GSM_CHARACTERS
from mohook.sms.segments import segment

TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from(sorted(GSM_CHARACTERS)), max_size=400
)


def counted(text: str) -> Count:
    return count_of(text, Settings())


@given(TEXTS)
def test_the_parts_are_the_text(text: str) -> None:
    """Put together, runs give the text again; units and parts are those of the segmentation."""
    count = counted(text)
    assert "".join(run.text for part in count.parts for run in part.runs) == text
    assert tuple(part.units for part in count.parts) == segment(text).units
    assert all(part.units <= part.room for part in count.parts)


@given(TEXTS)
def test_what_is_marked_is_what_forces(text: str) -> None:
    """Each character that forces UCS-2 stands in a marked run, and no other does."""
    count = counted(text)
    marked = {each for part in count.parts for run in part.runs if run.kind for each in run.text}
    if count.is_gsm:
        assert marked == set(count.doubles)
    else:
        assert marked == {each.character for each in count.forcing} != set()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Garçon", [("Gar", ""), ("ç", "forcing"), ("on", "")]),
        ("5 €]", [("5 ", ""), ("€]", "double")]),
        ("5 € ç", [("5 € ", ""), ("ç", "forcing")]),
        ("👩‍👧 x", [("👩‍👧", "forcing"), (" x", "")]),
    ],
)
def test_characters_of_a_kind_stand_together(text: str, runs: list[tuple[str, str]]) -> None:
    """So that what joins stays joined; two septets matter only where septets count."""
    assert [(run.text, run.kind) for part in counted(text).parts for run in part.runs] == runs


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (Run("\u200b", "forcing"), "U+200B"),
        (Run("\u00a0\t", "forcing"), "U+00A0 U+0009"),
        (Run("\u0301", "forcing"), "◌\u0301"),
        (Run("é\u200d", "forcing"), "é\u200d"),
        (Run(" \n", ""), " \n"),
    ],
)
def test_what_cannot_be_seen_is_named(run: Run, shown: str) -> None:
    """What has no shape shows as its code points, for it forces UCS-2 all the same."""
    assert run.shown == shown


def test_units_left_empty_are_counted() -> None:
    """A pair that would be split moves on whole."""
    assert counted("a" * 152 + "€" + "b" * 20).moved == 1
    assert counted("a" * 161).moved == 0


def test_an_empty_text_takes_what_the_assumption_says() -> None:
    """One part, or none; there is room for a whole SMS either way."""
    none = count_of("", Settings(sms=SmsSettings(empty_text_parts=0)))
    assert (none.segmentation.parts, none.room) == (0, 160)
    assert (counted("").segmentation.parts, counted("").room) == (1, 160)


def test_a_text_that_no_sms_can_carry_is_refused() -> None:
    """As the provider would."""
    with pytest.raises(TextError, match="255"):
        counted("ç" * 20_000)


def test_the_quick_texts_are_what_their_labels_say() -> None:
    """Each is counted for what it claims to be."""
    by_label = {each.label: counted(each.text) for each in QUICK_TEXTS}
    assert (by_label["161 characters"].characters, len(by_label["161 characters"].parts)) == (
        161,
        2,
    )
    assert {label for label, count in by_label.items() if not count.is_gsm} == {
        "Emoji", "Right-to-left", "Apostrophe"
    }  # fmt: skip
    assert [each.code_point for each in by_label["Apostrophe"].forcing] == ["U+2019"]
    assert by_label["Euro and braces"].doubles == ("{", "[", "€", "]", "}")
    assert "\n" in {each.label: each.text for each in QUICK_TEXTS}["Lines"]
    assert by_label["Empty"].characters == 0
