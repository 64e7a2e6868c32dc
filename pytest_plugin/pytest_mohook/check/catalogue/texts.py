"""The texts of the content checks: every edge that the strategies know, family by family."""

from __future__ import annotations

from typing import Final

from mohook.sms.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS
from pytest_mohook.strategies.lengths import GSM, UCS, repeated

__all__ = [
    "ASTRAL",
    "COMBINING",
    "CONTROL",
    "EMOJI",
    "EMPTY",
    "EXTENSION",
    "FORMATS",
    "GSM_ALPHABET",
    "HTML",
    "INVISIBLE",
    "JSON_LIKE",
    "LINE_BREAKS",
    "LONGEST",
    "NUL",
    "NUMBERS",
    "ONE_CHARACTER",
    "ONE_PART",
    "RIGHT_TO_LEFT",
    "SCRIPTS",
    "SEVERAL_PARTS",
    "SPLIT_PAIRS",
    "SQL",
    "URLS",
    "WHITE_SPACE",
    "WORDS",
]

Texts = tuple[str, ...]
_MOST_PARTS = 255

EMPTY: Final[Texts] = ("",)
ONE_CHARACTER: Final[Texts] = ("a", "0", ".", " ", "\n", "ç", "漢", "😀")

# 3GPP TS 23.038, 6.2.1 and 6.2.1.1.
GSM_ALPHABET: Final[Texts] = (
    BASIC_CHARACTERS,
    "ÄÖÜßèùìòÇØøÅåÆæ@£¥_",
    "ΔΦΓΛΩΠΨΣΘΞ¡¿§¤",
    "".join(reversed(BASIC_CHARACTERS)),
)
EXTENSION: Final[Texts] = (*EXTENSION_CHARACTERS, EXTENSION_CHARACTERS, "5€", "a\\b", "~/x|y^2")

NUMBERS: Final[Texts] = (
    *("00", "007", "00000", "1e3", "0.10", "1.0", "+46", "-0", "0x10", "0o17", "1_000", ".5", "5."),
    *("12345678901234567890", "9007199254740993", "1,5", "1E400", "NaN", "Infinity", "½", "٣"),
    *("2026-01-01", "12:30", "1/2"),
)
WORDS: Final[Texts] = (
    *("STOP", "stop", "Help", "START", "YES", "n", "null", "NULL", "None", "nil", "undefined"),
    *("true", "True", "False", "on", "[object Object]"),
)
HTML: Final[Texts] = (
    *("<", ">", "&", '"', "<b>bold</b>", "<b>&amp;", "&lt;", "&amp;lt;", "&#39;", "&nbsp;"),
    *("&eacute", "<3", "a < b > c", "<!-- x -->", "<br>", "<script>alert(1)</script>", "]]>"),
)
SQL: Final[Texts] = (
    *("'", "''", "it's", "O'Brien", "' OR 1=1;--", "'); DROP TABLE messages;--", "`", ";"),
    *("/* x */", "--", "\\'", "a\\'b", "%", "_", "?", ":name", "$1", "@x", "#"),
)
JSON_LIKE: Final[Texts] = (
    *('{"a":[1]}', "[1, 2]", "[]", "{}", '"quoted"', "\\u0041", "\\n", "\\\\"),
    *('{"a": 1, "a": 2}', '{"body": "x", "message": "y"}'),
)
FORMATS: Final[Texts] = (
    *("%s", "%d %n", "%(name)s", "100%", "{0}", "{:}", "{name}", "{{7*7}}", "${7*7}", "#{7*7}"),
    *("<%= 7*7 %>", "{% x %}", "$(id)", "`id`", "\\1 $1", "=1+1", "@SUM(1)", "-1+1", "%%"),
    *("${jndi:ldap://x.test/a}", "..\\../etc/passwd", "a;b,c\td", "%APPDATA%", "~root"),
)
URLS: Final[Texts] = (
    *("1+1", "a+b c", "%2B", "%20", "%C3%A9", "%25", "%zz", "%u00e9", "a=1&b=2", "?a=1#c"),
    *(
        "https://x.test/?a=1&b=%2B#c",
        "x.test",
        "mailto:a@x.test",
        "=?utf-8?q?=41?=",
        "=3D",
        "&#43;",
    ),
)

_SPACES = (" ", "\t", "\u00a0", "\u2003", "\u3000")
WHITE_SPACE: Final[Texts] = (
    *(" Hi", "Hi ", "  Hi  ", "a \t b", "a\tb", "   ", "\t", "\u00a0"),
    *(f"{space}Hi{space}" for space in _SPACES),
    *(f"a{space}{space}b" for space in _SPACES),
)
LINE_BREAKS: Final[Texts] = (
    *("a\nb", "a\rb", "a\r\nb", "a\n\rb", "a\n\nb", "a\r\n\r\nb", "\na", "a\n", "a\r", "a\r\n"),
    *("\n\n", "\r", "\r\n", "a\n b", "a \nb", "a\fb", "a\x0bb", "a\x85b", "a\u2028b", "a\u2029b"),
    *("a\n.\nb", "a\n\n.\n", "a\n;b"),
)
NUL: Final[Texts] = ("\0", "a\0b", "\0a", "a\0")
CONTROL: Final[Texts] = (
    *("a\x01b", "a\x07b", "a\x08b", "a\x1ab", "a\x1bb", "a\x1b[31mb", "a\x1cb", "a\x1db"),
    *("a\x1eb", "a\x1fb", "a\x7fb", "a\x80b", "a\x9fb", "\x1b", "\x7f"),
)

SCRIPTS: Final[Texts] = (
    *("Ça", "“…”", "привет", "漢字", "かな カナ", "한글", "नमस्ते", "ไทย", "ქართული", "ሰላም"),
    *("İ", "\u0131", "ß ẞ", "\u017f", "ﬁ", "ŒœŸ", "naïve café", "\u2013 \u2014", "Ελληνικά", "ĳ"),
)
COMBINING: Final[Texts] = (
    *("é", "e\u0301", "Å", "A\u030a", "\u212b", "Ω", "\u2126", "ñ", "n\u0303"),
    *("Z\u0351\u036b\u0343", "\u1e9b\u0323", "한", "\u1112\u1161\u11ab", "①", "ﬃ", "ｶﾞ", "²"),
    *("a\u0315\u0300", "\u0301", "क्\u200dष"),
)
RIGHT_TO_LEFT: Final[Texts] = (
    *("א", "שלום", "مرحبا", "abc אבג 123", "\u202eabc", "\u200fa\u200e", "\u2067x\u2069"),
    *("مَرْحَبًا", "a\u061cb"),
)
ASTRAL: Final[Texts] = (
    *("😎", "Hi 😀", "😀😀😀", "\U0001d4b3", "𐍈", "\U00020000", "\U0001f9ff", "a😀b"),
    "\U0001d54f" * 3,
)
EMOJI: Final[Texts] = (
    *(
        "👍🏽",
        "🇸🇪",
        "👩\u200d👧",
        "👨\u200d👩\u200d👧\u200d👦",
        "❤\ufe0f",
        "❤",
        "1\ufe0f\u20e3",
        "☺\ufe0e",
    ),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
INVISIBLE: Final[Texts] = (
    *("\ufeffHi", "Hi\ufeff", "\ufeff", "a\u200bb", "\u200b", "a\u200db", "a\u2060b", "a\u00adb"),
    *(
        "a\u034fb",
        "\ufffd",
        "a\ufffeb",
        "a\uffffb",
        "a\ufdd0b",
        "\ue000",
        "\U0001fffe",
        "\U0010ffff",
    ),
)

_SEED_GSM, _SEED_UCS, _SEED_EMOJI = "0123456789", "çé漢字", "😀👍"
ONE_PART: Final[Texts] = (
    *(repeated(_SEED_GSM, units) for units in (GSM.single - 1, GSM.single)),
    *(repeated(_SEED_UCS, units) for units in (UCS.single - 1, UCS.single)),
    repeated("€", GSM.single),
    repeated(_SEED_EMOJI, UCS.single),
)
SEVERAL_PARTS: Final[Texts] = (
    *(repeated(_SEED_GSM, units) for units in (161, 2 * GSM.part, 2 * GSM.part + 1, 10 * GSM.part)),
    *(repeated(_SEED_UCS, units) for units in (71, 2 * UCS.part, 2 * UCS.part + 1, 10 * UCS.part)),
    *("a" * length for length in (255, 256, 257, 1_000, 1_024, 4_096)),
    repeated("€", 2 * GSM.part),
    repeated(_SEED_EMOJI, 3 * UCS.part),
)
SPLIT_PAIRS: Final[Texts] = (
    "a" * (GSM.part - 1) + "€" + "b" * 10,
    "a" * (UCS.part - 1) + "😀" + "b" * 10,
    "a" * (GSM.single - 1) + "€",
    "a" * (UCS.single - 1) + "😀",
    repeated("5€", 3 * GSM.part, straddles=True),
    repeated("ç😀", 3 * UCS.part, straddles=True),
)
LONGEST: Final[Texts] = (
    repeated(_SEED_GSM, GSM.most(_MOST_PARTS)),
    repeated(_SEED_UCS, UCS.most(_MOST_PARTS)),
)
