"""The table of hostile receivers: what each does, how the attempt may end, and by when."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from tests._receivers import Behaviour, Receiver, certificates
from tests._receivers import floods as flood
from tests._receivers import hangups as hangup
from tests._receivers import silence as silent
from tests._receivers.hangups import OK, reads_and_says, says, says_and_keeps

__all__ = [
    "ANSWER_CAP",
    "CHUNKED",
    "HEAD_CAP",
    "LONG",
    "ROWS",
    "SMALL",
    "Addressed",
    "Row",
    "moved",
]

SMALL = b'{"refid":"e8a1","message":"Hi my name is earl"}'
BIG = b'{"message":"' + b"x" * 8_000_000 + b'"}'  # more than the sockets' buffers take
ANSWER_CAP = 100_000
HEAD_CAP = 310_000  # libcurl's own bound on headers is 300 KiB, plus the line that passes it
SHORT = 0.15  # the time limit where the receiver is silent and nothing else can end it
LONG = 10.0  # the time limit where something else must end it, well before
PROMPT = 3.0

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Addressed(Protocol):
    """Anything that can be posted to."""

    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One hostile receiver, how the attempt may end, and by when."""

    name: str
    opened: Callable[[], AbstractContextManager[Addressed]]
    outcomes: frozenset[str]
    time_limit: float
    at_most: float
    body: bytes = SMALL
    follow: bool = False
    https: bool = False


def ends(
    name: str,
    behave: Behaviour,
    *outcomes: str,
    tls: Callable[[], ssl.SSLContext] | None = None,
    body: bytes = SMALL,
    follow: bool = False,
    https: bool = False,
) -> Row:
    """Return the row of a receiver that must be done with long before the time limit."""

    def opened() -> Receiver:
        return Receiver(behave, tls=tls() if tls else None)

    return Row(name, opened, frozenset(outcomes), LONG, PROMPT, body, follow, https)


def times_out(name: str, behave: Behaviour, body: bytes = SMALL) -> Row:
    """Return the row of a receiver that only the time limit ends."""
    opened = partial(Receiver, behave)
    return Row(name, opened, frozenset({"timeout"}), SHORT, SHORT + 1, body)


def status_line(line: bytes) -> Behaviour:
    return says(line + b"\r\nContent-Length: 0\r\n\r\n")


def header(line: bytes) -> Behaviour:
    return says(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\nhi")


def moved(status: int, location: str = "/inbound") -> Behaviour:
    line = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    return says_and_keeps(line.encode())


REFUSED = Row("refuses", silent.refusing, frozenset({"refused"}), LONG, PROMPT)
DEAF = Row("never accepts", silent.never_accepting, frozenset({"timeout"}), SHORT, SHORT + 1)

SILENT = [
    REFUSED,
    DEAF,
    times_out("accepts, never answers nor reads", silent.never_answers_nor_reads, BIG),
    times_out("hangs before the headers", silent.hangs_before_headers),
    times_out("hangs within the headers", silent.hangs_within_headers),
    times_out("hangs after the headers", silent.hangs_after_headers),
    times_out("drips headers for ever", silent.drips_headers),
    times_out("drips the body for ever", silent.drips_body),
    times_out("body ends with a close that never comes", silent.answers_then_never_closes),
    times_out("answers but never reads the body", hangup.answers_but_never_reads, BIG),
    times_out("chunk extension without end", flood.endless(CHUNKED + b"4;", b"a=b;")),
]

FLOODS = [
    ends("endless body by close", flood.endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), "too-large"),
    ends("endless body in chunks", flood.endless(CHUNKED, b"4\r\nabcd\r\n"), "too-large"),
    ends("body length over the cap", header(b"Content-Length: 100001"), "too-large"),
    ends("body length past 64 bits", header(b"Content-Length: " + b"9" * 30), "too-large"),
    ends("endless trailers", flood.endless(CHUNKED + b"0\r\n", b"X-A: b\r\n"), "too-large"),
    ends("endless headers", flood.endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "too-large"),
    ends("endless header line", flood.endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"), "too-large"),
    ends(
        "endless folded header",
        flood.endless(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", b" b\r\n"),
        "too-large",
    ),
    ends("endless status line", flood.endless(b"HTTP/1.1 200 ", b"b"), "too-large"),
    ends(
        "endless 100s",
        flood.endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "too-large",
    ),
    ends("endless 103s", flood.endless(b"", b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n"), "too-large"),
    ends("endless blank lines", flood.endless(b"", b"\r\n"), "malformed"),
    ends("endless garbage", flood.endless(b"", b"\x00\xffgarbage"), "malformed"),
    ends("gzip bomb", flood.sends_gzip_bomb, "200"),
    ends(
        "gzip bomb as transfer encoding",
        header(b"Transfer-Encoding: gzip, chunked"),
        "malformed",
    ),
]

HANGUPS = [
    ends("closes at once", hangup.closes_at_once, "reset"),
    ends("closes without an answer", hangup.closes_without_an_answer, "reset"),
    ends("closes mid-request", hangup.closes_mid_request, "reset", body=BIG),
    # Before the sender has even noticed that it is connected, a reset looks like a refusal.
    ends("resets before reading", hangup.resets_before_reading, "reset", "refused"),
    ends("resets after reading", hangup.resets_after_reading, "reset"),
    ends("resets mid-answer", hangup.resets_mid_answer, "reset"),
    ends("half-closes before the answer", hangup.half_closes_before_the_answer, "reset"),
    ends("half-closes after the answer", hangup.half_closes_after_the_answer, "200"),
    ends("answers before reading the body", hangup.answers_before_reading, "200", body=BIG),
    ends("closes while it should be kept", hangup.answers_one_request_a_connection, "200"),
    ends(
        "says it closes and never does",
        says_and_keeps(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        "200",
    ),
    ends("body shorter than its length", header(b"Content-Length: 100"), "malformed"),
    ends("body longer than its length", header(b"Content-Length: 1"), "200"),
    ends(
        "closes within the headers",
        says(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "malformed",
        "reset",
    ),
    ends(
        "closes within the headers after a 103",
        says(b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le"),
        "malformed",
        "reset",
    ),
    ends("closes within a chunk", says(CHUNKED + b"5\r\nhi"), "malformed"),
    ends("closes before the last chunk", says(CHUNKED + b"2\r\nhi\r\n"), "malformed"),
]

NONSENSE = [
    ends("greets as SSH", says(b"SSH-2.0-OpenSSH_9.2\r\n"), "malformed"),
    ends("binary garbage", says(b"\x00\x01\x02\xff" * 10), "malformed"),
    ends("page without headers, as HTTP/0.9", says(b"<html>hi</html>"), "malformed"),
    ends("HTTP/1.0 without a length", says(b"HTTP/1.0 200 OK\r\n\r\nhi"), "200"),
    ends("HTTP/9.9", status_line(b"HTTP/9.9 200 OK"), "malformed"),
    ends("status 999", status_line(b"HTTP/1.1 999 Odd"), "999"),
    ends("status 99", status_line(b"HTTP/1.1 99 Odd"), "malformed"),
    ends("status 099", status_line(b"HTTP/1.1 099 Odd"), "malformed"),
    ends("status 000", status_line(b"HTTP/1.1 000 Odd"), "malformed"),
    ends(
        "status 1000",
        status_line(b"HTTP/1.1 1000 Odd"),
        "malformed",
    ),
    ends(
        "status 2000",
        status_line(b"HTTP/1.1 2000 Odd"),
        "malformed",
    ),
    ends(
        "status 200x",
        status_line(b"HTTP/1.1 200x OK"),
        "malformed",
    ),
    ends("negative status", status_line(b"HTTP/1.1 -200 OK"), "malformed"),
    ends("status 2OO, with letters", status_line(b"HTTP/1.1 2OO OK"), "malformed"),
    ends("no status", status_line(b"HTTP/1.1"), "malformed"),
    ends("200 without a reason", status_line(b"HTTP/1.1 200"), "200"),
    ends("lines end with LF alone", says(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"), "200"),
    ends("103 and then 200", says(b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + OK), "200"),
    ends("101 that nobody asked for", status_line(b"HTTP/1.1 101 Switch"), "malformed", "reset"),
    ends("204 with a body", says(b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello"), "204"),
    ends("NUL in a header", header(b"X-A: a\x00b\r\nContent-Length: 2"), "malformed"),
    ends("header without a colon", header(b"rubbish\r\nContent-Length: 2"), "malformed"),
    ends("negative length", header(b"Content-Length: -1"), "malformed"),
    ends("length in words", header(b"Content-Length: two"), "malformed"),
    ends("two lengths", header(b"Content-Length: 2\r\nContent-Length: 3"), "malformed"),
    ends("unknown transfer encoding", header(b"Transfer-Encoding: banana"), "malformed"),
    ends("chunk size is no number", says(CHUNKED + b"zz\r\nhi"), "malformed"),
    ends("negative chunk size", says(CHUNKED + b"-2\r\nhi"), "malformed"),
    ends("chunk size past 64 bits", says(CHUNKED + b"F" * 18), "malformed"),
    ends("chunk longer than its size", says(CHUNKED + b"2\r\nhi!"), "malformed"),
    ends("body that says gzip and is not", header(b"Content-Encoding: gzip"), "200"),
]

REDIRECTS = [
    *(ends(f"{status} to itself", moved(status), str(status)) for status in (301, 302, 307, 308)),
    *(
        ends(f"{status} to itself, followed", moved(status), "redirects", follow=True)
        for status in (301, 302, 307, 308)
    ),
    ends(
        "to a public address, followed", moved(307, "http://192.0.2.1/"), "forbidden", follow=True
    ),
    ends("to a file, followed", moved(307, "file:///etc/passwd"), "malformed", follow=True),
    ends("asks for credentials", moved(401, "/inbound\r\nWWW-Authenticate: Basic"), "401"),
    ends("refuses an expectation nobody had", moved(417), "417"),
]

TLS = [
    ends(
        "certificate of an unknown authority", says(OK), "tls", tls=certificates.unknown_authority
    ),
    ends("certificate that ran out", says(OK), "tls", tls=certificates.expired),
    ends("certificate for another name", says(OK), "tls", tls=certificates.for_another_name),
    ends("plain HTTP behind https", reads_and_says(b"HTTP/1.1 400 Bad\r\n\r\n"), "tls", https=True),
    ends("closes in the handshake", reads_and_says(b""), "tls", "reset", https=True),
    Row(
        "hangs in the handshake",
        partial(Receiver, silent.never_answers_nor_reads),
        frozenset({"timeout"}),
        SHORT,
        SHORT + 1,
        https=True,
    ),
]

ROWS = [*SILENT, *FLOODS, *HANGUPS, *NONSENSE, *REDIRECTS, *TLS]
