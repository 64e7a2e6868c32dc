"""What a receiver did to a text is said in words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_mohook.oracle.difference import difference, named_difference

COMBINED = "cafe\N{COMBINING ACUTE ACCENT}"


@pytest.mark.parametrize(
    ("sent", "stored", "words"),
    [
        ("Hi ", "Hi", "white space at its end is gone"),
        ("\tHi", "Hi", "white space at its start is gone"),
        (" Hi\n", "Hi", "white space at both its ends is gone"),
        (" ", "", "white space at its end is gone"),
        ("a\r\nb\rc", "a\nb\nc", "its line breaks were changed"),
        ("a\nb", "a\r\nb", "its line breaks were changed"),
        ("a  b\nc", "a b c", "its white space was collapsed"),
        (COMBINED, "café", "it was normalised to NFC"),
        ("café", COMBINED, "it was normalised to NFD"),
        ("ﬁ", "fi", "it was normalised to NFKC"),
        ("a" * 161, "a" * 160, "it was cut to the first 160 of its 161 characters"),
        ("a\0b", "a", "it was cut to the first 1 of its 3 characters"),
        ("Hi you", "you", "the first 3 of its 6 characters are gone"),
        ("Hi", "Hi\n--", "'\\n--' was added behind it"),
        ("", "x", "'x' was added behind it"),
        ("Hi", "hI", "its letter case was changed"),
        ("café", "cafÃ©", "its UTF-8 was read as latin-1"),
        ("€", "\u00e2\u201a\u00ac", "its UTF-8 was read as cp1252"),
        ("<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;", "it was escaped as HTML"),
        ("&lt;", "<", "it was unescaped as HTML"),
        ("&amp", "&", "it was unescaped as HTML"),
        ("\0", "", "characters are gone: '\\x00' (U+0000)"),
        ("<b>Hi</b>!", "Hi!", "what looks like HTML in it is gone"),
        ("it's", "it''s", "its quotes were doubled"),
        ("å!", "\\u00e5!", "it was escaped as JSON"),
        ("100%25+1", "100% 1", "it was decoded as a part of a URL"),
        ("smörgås", "sm?rg?s", "characters are replaced by '?': 'å' (U+00E5), 'ö' (U+00F6)"),
        ("x😀y", "x\N{REPLACEMENT CHARACTER}y", "characters are replaced by '\ufffd': '😀'"),
        ("x😀y", "x??y", "characters are replaced by '?': '😀' (U+1F600)"),
        ("x😀y", "x????y", "characters are replaced by '?': '😀' (U+1F600)"),
        ("x😀yz", "xyz", "characters are gone: '😀' (U+1F600)"),
        ("Hello", "Hallo", "it differs from character 2 on: 'e' became 'a'"),
        (
            " \n" + "a" * 170 + " ",
            "a" * 160,
            "white space at its start is gone, and it was cut to the first 160 of its 171 char",
        ),
        ("A\0B", "a", "its letter case was changed, and it was cut to the first 1 of its 3"),
        (
            " A\0B c",
            "ab c",
            "characters are gone: '\\x00' (U+0000), and white space at its start is gone, and its",
        ),
        (" ", "x", "it differs from character 1 on: ' ' became 'x'"),
    ],
)
def test_what_became_of_a_text_is_named(sent: str, stored: str, words: str) -> None:
    """Each of the usual ways, and where it is none of them the first difference."""
    assert difference(sent, stored).startswith(words)


@given(st.text(), st.text())
def test_every_difference_has_words(sent: str, stored: str) -> None:
    """Whatever the two texts are."""
    assume(sent != stored)
    assert difference(sent, stored)


@given(st.text())
def test_a_normalised_text_is_told(sent: str) -> None:
    """It is one of the named differences, never a mere first difference."""
    sent += COMBINED
    assert named_difference(sent, unicodedata.normalize("NFC", sent))
