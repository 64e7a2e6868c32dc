"""Every text, stored as it was sent: a check a family of texts."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue import texts
from pytest_mohook.check.catalogue.documents import TEXT, assumption
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, basis=TEXT, needs_readback=True)
_ENCODED = {
    provider: f"{document}; {assumption('text-encoding')}" for provider, document in TEXT.items()
}
_LONG = {
    "ip1": 'ip1, Receive incoming SMS, segments: "split into multiple sms"',
    "intelepeer": assumption("intelepeer-long-messages"),
}


def _intact(trial: Trial, family: texts.Texts) -> None:
    """Fail unless each text is acknowledged, and stored once as it is."""
    trial.send_many(trial.some(family))
    trial.judge()


@_check("content.empty", "An empty text is a message.", basis=assumption("empty-text"))
def empty(trial: Trial) -> None:
    """Send an empty text; it must be acknowledged, and stored as an empty text."""
    _intact(trial, texts.EMPTY)


@_check("content.one-character", "One character is a text.")
def one_character(trial: Trial) -> None:
    """Send texts of one character, a digit and a line end among them; each must be kept."""
    _intact(trial, texts.ONE_CHARACTER)


@_check("content.gsm-alphabet", "Every character of the GSM alphabet is kept.", basis=_ENCODED)
def gsm_alphabet(trial: Trial) -> None:
    """Send the whole alphabet of TS 23.038 in one text, and parts of it; each must be kept."""
    _intact(trial, texts.GSM_ALPHABET)


@_check("content.gsm-extension", "Every character of the extension table is kept.", basis=_ENCODED)
def gsm_extension(trial: Trial) -> None:
    """Send € and the form feed, brackets, braces, backslash and more; each must be kept."""
    _intact(trial, texts.EXTENSION)


@_check("content.numbers", "A text that looks like a number or a date stays a text.")
def numbers(trial: Trial) -> None:
    """Send 007, 1e3, 0.10, NaN and more such; each must be stored digit for digit."""
    _intact(trial, texts.NUMBERS)


@_check("content.words", "Words that frameworks read as something else are kept.")
def words(trial: Trial) -> None:
    """Send STOP, null, true, undefined and more such; each must be stored as a text."""
    _intact(trial, texts.WORDS)


@_check("content.html", "What looks like HTML is neither escaped nor taken out.")
def html(trial: Trial) -> None:
    """Send tags, comments and character references; each must be stored as it is."""
    _intact(trial, texts.HTML)


@_check("content.sql", "What looks like SQL is stored, and not executed.")
def sql(trial: Trial) -> None:
    """Send quotes, comments and whole injections; each must be stored as it is."""
    _intact(trial, texts.SQL)


@_check("content.json", "What looks like JSON stays a text.")
def json(trial: Trial) -> None:
    """Send objects, lists, quotes and backslashes; each must be stored as a text."""
    _intact(trial, texts.JSON_LIKE)


@_check("content.formats", "Templates, format strings and formulas are kept.")
def formats(trial: Trial) -> None:
    """Send %s, {0}, {{7*7}}, =1+1 and more such; none may fail, none may be filled in."""
    _intact(trial, texts.FORMATS)


@_check("content.url-encoding", "What looks URL-encoded is not decoded.")
def url_encoding(trial: Trial) -> None:
    """Send plus signs, percent codes and whole URLs; each must be stored as it is."""
    _intact(trial, texts.URLS)


@_check("content.white-space", "White space is kept at both ends and inside.")
def white_space(trial: Trial) -> None:
    """Send blanks of several sorts, around, within and alone; each must be kept."""
    _intact(trial, texts.WHITE_SPACE)


@_check("content.line-breaks", "Line breaks of all sorts are kept as they are.")
def line_breaks(trial: Trial) -> None:
    """Send LF, CR, CRLF, form feed and Unicode's own, around and within; each must be kept."""
    _intact(trial, texts.LINE_BREAKS)


@_check("content.nul", "A NUL character in a text is kept, with what follows it.")
def nul(trial: Trial) -> None:
    """Send texts with a NUL at their start, inside and at their end; each must be kept."""
    _intact(trial, texts.NUL)


@_check("content.control-characters", "Control characters are kept.")
def control_characters(trial: Trial) -> None:
    """Send texts with controls of ASCII and of Latin-1 in them; each must be kept."""
    _intact(trial, texts.CONTROL)


@_check("content.scripts", "Texts of all scripts are kept.", basis=_ENCODED)
def scripts(trial: Trial) -> None:
    """Send Cyrillic, Chinese, Devanagari, Thai and letters with odd cases; each must be kept."""
    _intact(trial, texts.SCRIPTS)


@_check("content.combining", "Accents stay composed or apart, as they were sent.", basis=_ENCODED)
def combining(trial: Trial) -> None:
    """Send characters in one code point and in several; none may be normalised."""
    _intact(trial, texts.COMBINING)


@_check("content.right-to-left", "Right-to-left texts and their marks are kept.", basis=_ENCODED)
def right_to_left(trial: Trial) -> None:
    """Send Hebrew, Arabic and the marks of direction; each must be kept."""
    _intact(trial, texts.RIGHT_TO_LEFT)


@_check("content.beyond-bmp", "Emoji and all else beyond the BMP are kept.", basis=_ENCODED)
def beyond_bmp(trial: Trial) -> None:
    """Send characters of four bytes in UTF-8; each must be kept."""
    _intact(trial, texts.ASTRAL)


@_check("content.joined-emoji", "Emoji of several characters are kept whole.", basis=_ENCODED)
def joined_emoji(trial: Trial) -> None:
    """Send families, flags, skin tones and keycaps; each must be kept to its last character."""
    _intact(trial, texts.EMOJI)


@_check(
    "content.invisible", "Byte order marks, joiners and noncharacters are kept.", basis=_ENCODED
)
def invisible(trial: Trial) -> None:
    """Send what shows nothing, and what is no character but can be sent; each must be kept."""
    _intact(trial, texts.INVISIBLE)


@_check("content.one-part", "Texts that just fit into one part are kept.", basis=_ENCODED)
def one_part(trial: Trial) -> None:
    """Send texts of 159, 160, 69 and 70 units; each must be stored whole."""
    _intact(trial, texts.ONE_PART)


@_check("content.several-parts", "Texts of several parts are kept whole.", basis=_LONG)
def several_parts(trial: Trial) -> None:
    """Send texts of 161, 71, full parts and one more, up to thousands; each must be whole."""
    _intact(trial, texts.SEVERAL_PARTS)


@_check(
    "content.split-pairs", "Characters of two units at the end of a part are kept.", basis=_LONG
)
def split_pairs(trial: Trial) -> None:
    """Send texts with an emoji or € where two parts meet; each must be whole."""
    _intact(trial, texts.SPLIT_PAIRS)


@_check("content.longest", "The longest texts, of 255 parts, are kept whole.", basis=_LONG)
def longest(trial: Trial) -> None:
    """Send a text of 39,015 GSM characters and one of 17,085 others; each must be whole."""
    _intact(trial, texts.LONGEST)
