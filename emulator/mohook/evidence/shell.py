"""Bytes and headers as words of a shell that runs curl."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

__all__ = ["header_option", "is_text", "octal", "with_body"]

_LONGEST = 100_000
"""Bytes in one argument; Linux takes 131,071, and what is piped has no limit."""


def is_text(content: bytes) -> bool:
    r"""Whether a shell can hold these bytes: UTF-8 without a NUL.

    >>> is_text("é".encode()), is_text(b"\xff"), is_text(b"a\0")
    (True, False, False)
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def octal(content: bytes) -> str:
    r"""Return bytes as a format of `printf`: what is no letter or digit as an octal number.

    >>> print(octal(b"a%\xff"))
    a\045\377
    """
    return "".join(
        chr(each) if chr(each).isalnum() and each < 128 else f"\\{each:03o}" for each in content
    )


def header_option(name: str, value: str) -> str:
    """Return the option of curl that sends a header, also one that is empty.

    >>> header_option("Accept", "*/*"), header_option("X-Empty", "")
    ("-H 'Accept: */*'", "-H 'X-Empty;'")
    """
    return f"-H {quote(f'{name}: {value}' if value else f'{name};')}"


def with_body(words: Sequence[str], body: bytes, *, between: str = " ") -> str:
    r"""Return a command of curl with what makes it send exactly this body.

    What is no text, or longer than an argument may be, is piped in.

    >>> print(with_body(["curl", "http://127.0.0.1/"], b"it's"))
    curl http://127.0.0.1/ --data-binary 'it'"'"'s'
    >>> print(with_body(["curl", "http://127.0.0.1/"], b"\0\n"))
    printf '\000\012' | curl http://127.0.0.1/ --data-binary @-
    """
    if not is_text(body):
        return f"printf '{octal(body)}' | {between.join([*words, '--data-binary @-'])}"
    text = quote(body.decode())
    if len(body) > _LONGEST:
        return f"printf %s {text} | {between.join([*words, '--data-binary @-'])}"
    option = "--data-raw" if body.startswith(b"@") else "--data-binary"  # "@" names a file
    return between.join([*words, f"{option} {text}"])
