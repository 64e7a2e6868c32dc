"""The short pieces that drawn texts are made of: what receivers are known to stumble over.

Like stand beside like, the simpler before the less simple: a failing test is shrunk from each
piece towards those before it.
"""

from __future__ import annotations

__all__ = ["GSM_PIECES", "UCS_PIECES"]

GSM_PIECES = (
    "0",
    "007",  # a number that loses its zeros
    "1e3",
    "=1+1",  # a formula, once it is opened in a spreadsheet
    "STOP",  # words that carriers and frameworks answer by themselves
    "null",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\f",
    " Help ",
    "'",
    "' OR 1=1;--",
    "<",
    "<b>&amp;",
    "%",
    "%s {0}",
    "é",
    "ÄÖÜßèùìòÇØøÅåÆæ@£¥_ΔΦΓΛΩΠΨΣΘΞ¡¿§¤",
    # The extension table of TS 23.038, 6.2.1.1, two septets each: all but the form feed.
    "€",
    "^",
    "|",
    "~",
    "[",
    "]",
    "\\",
    "..\\../etc/passwd",
    "{",
    "}",
    "{{7*7}}",
    '{"a":[1]}',
    "https://x.test/?a=1&b=%2B#c",
)
"""Pieces of GSM characters alone."""

UCS_PIECES = (
    "ç",  # not its capital, which is a GSM character
    "\0",
    "\x1b",  # the escape of the GSM alphabet, itself no character of it
    "\x7f",
    "\t",
    "\x85",  # a line end, to some languages
    "\u2028",
    "\u00a0",  # white space that some languages strip and others keep
    "\u200b",
    "\u200d",
    "\ufeff",  # a byte order mark, were it the first
    "\ufffd",
    "\ufffe",  # noncharacters: Unicode scalar values all the same
    "\uffff",
    "“…”",
    "İ",  # longer once it is lower case
    "ﬁ",
    "\u212b",  # Å, but only before normalization
    "e\u0301",  # é, taken apart
    "Z\u0351\u036b\u0343",
    "नमस्ते",
    "漢字",
    "\u202e",  # turns what follows from right to left
    "א",
    "مرحبا",
    "\U0010ffff",
    "😀",
    "👍🏽",
    "🇸🇪",
    "👩\u200d👧",
    "❤\ufe0f",
)
"""Pieces that force UCS-2: each holds a character that is not in the GSM alphabet."""
