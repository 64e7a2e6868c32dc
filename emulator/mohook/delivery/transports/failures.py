"""What libcurl's error codes mean to a provider: one table."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence

import pycurl

from mohook.delivery import outcome

__all__ = ["failure", "is_whole"]

_TLS_CODES = (
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_CIPHER,
    pycurl.E_SSL_CACERT,
    pycurl.E_SSL_CACERT_BADFILE,
    pycurl.E_SSL_ISSUER_ERROR,
    pycurl.E_SSL_ENGINE_INITFAILED,
    pycurl.E_SSL_INVALIDCERTSTATUS,
    pycurl.E_SSL_SHUTDOWN_FAILED,
    pycurl.E_USE_SSL_FAILED,
)
_TOO_LARGE_HEADERS = 100  # CURLE_TOO_LARGE, not yet named by pycurl

_OUTCOMES = {
    **dict.fromkeys(_TLS_CODES, outcome.TLS),
    pycurl.E_OPERATION_TIMEDOUT: outcome.TIMEOUT,
    pycurl.E_COULDNT_CONNECT: outcome.REFUSED,
    pycurl.E_COULDNT_RESOLVE_HOST: outcome.NAME,
    pycurl.E_RECV_ERROR: outcome.RESET,
    pycurl.E_SEND_ERROR: outcome.RESET,
    pycurl.E_GOT_NOTHING: outcome.RESET,
    pycurl.E_ABORTED_BY_CALLBACK: outcome.RESET,
    pycurl.E_PARTIAL_FILE: outcome.MALFORMED,
    pycurl.E_FTP_WEIRD_SERVER_REPLY: outcome.MALFORMED,
    pycurl.E_UNSUPPORTED_PROTOCOL: outcome.MALFORMED,
    pycurl.E_BAD_CONTENT_ENCODING: outcome.MALFORMED,
    pycurl.E_FILESIZE_EXCEEDED: outcome.TOO_LARGE,
    _TOO_LARGE_HEADERS: outcome.TOO_LARGE,
    pycurl.E_TOO_MANY_REDIRECTS: outcome.REDIRECTS,
}
_STATUS_LINE = re.compile(rb"HTTP/[0-9.]+ [0-9]{3}[ \t\r\n]")
_WHOLE_HEAD = re.compile(
    rb"(?:\A|\n\r?\n)HTTP/[0-9.]+ [0-9]{3}(?:[ \t][^\n]*)?\r?\n(?:[^\r\n][^\n]*\n)*\r?\n(?!HTTP/)"
)
_UNREACHABLE_ERRNOS = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


def failure(code: int, text: str, os_errno: int, head: Sequence[bytes]) -> str:
    """Return the named failure for libcurl's error code and text, and what had arrived."""
    if code == pycurl.E_COULDNT_CONNECT and os_errno in _UNREACHABLE_ERRNOS:
        return outcome.UNREACHABLE
    if code == pycurl.E_RECV_ERROR and "chunk" in text.lower():
        return outcome.MALFORMED
    if code == pycurl.E_RECV_ERROR and text.startswith("Too large response headers"):
        return outcome.TOO_LARGE
    if code == pycurl.E_GOT_NOTHING and head and not _STATUS_LINE.match(head[0]):
        return outcome.MALFORMED
    return _OUTCOMES.get(code, outcome.OTHER)


def is_whole(head: Sequence[bytes], status: int) -> bool:
    """Whether the lines of an answer's head are HTTP with this status, to the blank line.

    libcurl is lenient: it reads 200 out of `HTTP/1.1 2000 Odd`, and takes a head that was
    cut off for a whole one. Either would be an acknowledgement that nobody gave.
    """
    if head and head[-1] == b"\r\n" and head[0][8:13] == b" %d " % status:
        return True
    return _WHOLE_HEAD.search(b"".join(head)) is not None
