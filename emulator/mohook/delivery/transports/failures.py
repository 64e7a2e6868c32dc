"""What libcurl's error codes mean to a provider: one table."""

from __future__ import annotations

import errno

import pycurl

from mohook.delivery import outcome

__all__ = ["failure"]

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
_UNREACHABLE_ERRNOS = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


def failure(code: int, os_errno: int) -> str:
    """Return the named failure for a libcurl error code and the system's error number."""
    if code == pycurl.E_COULDNT_CONNECT and os_errno in _UNREACHABLE_ERRNOS:
        return outcome.UNREACHABLE
    return _OUTCOMES.get(code, outcome.OTHER)
