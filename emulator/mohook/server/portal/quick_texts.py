"""Texts that break receivers, ready to be sent from the phone."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["QUICK_TEXTS", "QuickText"]

_LONG = (
    "This text is one character longer than a single SMS can carry, so that it travels in two "
    "parts and is put together again by the provider before you see it. Neat!"
)


class QuickText(NamedTuple):
    """A label for the button, the text, and what is to be learned from it."""

    label: str
    text: str
    why: str


QUICK_TEXTS = (
    QuickText("Greeting", "Hi my name is earl", "the sample of ip1's document"),
    QuickText("STOP", "STOP", "a keyword that carriers and receivers act on"),
    QuickText(
        "Emoji", "🎉 Happy birthday! 👩‍👩‍👧‍👦🐝", "UCS-2, surrogate pairs, joined characters"
    ),
    QuickText(
        "161 characters",
        _LONG,
        "two parts of GSM",
    ),
    QuickText("Right-to-left", "مرحبا، كيف حالك؟", "UCS-2, written from right to left"),
    QuickText(
        "HTML", "<b>bold</b> & \"quotes\" <script>alert('mohook')</script>", "text, and no markup"
    ),
    QuickText(
        "Apostrophe",
        "It\N{RIGHT SINGLE QUOTATION MARK}s here",
        "one typographic character forces UCS-2",
    ),
    QuickText("Euro and braces", '{"total": "[5 €]"}', "characters of two septets"),
    QuickText("Lines", "First line\nsecond line\n\nlast line", "line breaks within a text"),
    QuickText("Empty", "", "nothing at all"),
)
