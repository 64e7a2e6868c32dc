"""One libcurl easy handle with its buffers: set up once, used for many requests."""

from __future__ import annotations

import socket
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pycurl

from mohook.delivery import outcome
from mohook.delivery.message import Timings
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.failures import failure
from mohook.delivery.transports.headers import USER_AGENT, request_headers
from mohook.delivery.transports.transport import Exchange, Request

__all__ = ["Easy"]

MAX_REDIRECTS = 5
IDLE_SECONDS = 1  # an older idle connection may be one that its receiver is just closing

_HTTP = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_TIMES = (
    pycurl.NAMELOOKUP_TIME,
    pycurl.CONNECT_TIME,
    pycurl.APPCONNECT_TIME,
    pycurl.PRETRANSFER_TIME,
    pycurl.STARTTRANSFER_TIME,
    pycurl.TOTAL_TIME,
)


class Easy:
    """A handle of libcurl's easy interface that posts JSON and notes what comes back."""

    def __init__(
        self, *, time_limit_ms: int, answer_cap: int, allow: AddressRule, follow_redirects: bool
    ) -> None:
        self.curl = pycurl.Curl()
        self._request = Request("", b"")
        self._host = ""
        self._forbidden: str | None = None
        self._sent = False
        self._allow = allow
        self._answer_cap = answer_cap
        self._follow_redirects = follow_redirects
        self._head = BytesIO()
        self._body = BytesIO()
        self._set_up(time_limit_ms)

    def _set_up(self, time_limit_ms: int) -> None:
        options: dict[int, Any] = {
            pycurl.NOSIGNAL: 1,
            pycurl.PROXY: "",  # a bench carrier speaks to the receiver itself, always
            pycurl.PROTOCOLS: _HTTP,
            pycurl.REDIR_PROTOCOLS: _HTTP,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
            pycurl.USERAGENT: USER_AGENT,
            pycurl.HTTPHEADER: ["Content-Type: application/json", "Expect:"],
            pycurl.TIMEOUT_MS: time_limit_ms,
            pycurl.CONNECTTIMEOUT_MS: time_limit_ms,
            pycurl.MAXFILESIZE_LARGE: self._answer_cap,
            pycurl.MAXAGE_CONN: IDLE_SECONDS,
            pycurl.WRITEFUNCTION: self._body.write,
            pycurl.HEADERFUNCTION: self._head.write,
            pycurl.OPENSOCKETFUNCTION: self._open_socket,
            pycurl.PREREQFUNCTION: self._before_request,
            pycurl.FOLLOWLOCATION: int(self._follow_redirects),
            pycurl.MAXREDIRS: MAX_REDIRECTS,
            pycurl.POSTREDIR: pycurl.REDIR_POST_ALL,
        }
        for option, value in options.items():
            self.curl.setopt(option, value)

    def prepare(self, request: Request) -> None:
        """Take the next request. Raises `pycurl.error` or UnicodeError for an impossible URL."""
        if request.url != self._request.url:
            self.curl.setopt(pycurl.URL, request.url)
            self._host = (urlsplit(request.url).hostname or "").lower()
        self.curl.setopt(pycurl.POSTFIELDS, request.body)
        self._request = request
        self._forbidden = None
        self._sent = False
        for buffer in (self._head, self._body):
            buffer.seek(0)
            buffer.truncate()

    def answered(self) -> Exchange:
        """Return the exchange of a request that got a complete answer."""
        status = self.curl.getinfo(pycurl.RESPONSE_CODE)
        return self._exchange(str(status), None)

    def failed(self, code: int, text: str) -> Exchange:
        """Return the exchange of a request that libcurl gave up with an error code."""
        if self._forbidden:
            return self._exchange(outcome.FORBIDDEN, self._refusal(self._forbidden))
        named = failure(code, self.curl.getinfo(pycurl.OS_ERRNO))
        if code == pycurl.E_ABORTED_BY_CALLBACK:
            text = "the receiver closed a kept-alive connection without an answer"
        return self._exchange(named, text or outcome.in_words(named))

    def _exchange(self, named: str, error: str | None) -> Exchange:
        info = self.curl.getinfo
        return Exchange(
            named,
            info(pycurl.RESPONSE_CODE) or None,
            error,
            Timings(*[info(option) for option in _TIMES]),
            request_headers(self._request.url, len(self._request.body)),
            self._head.getvalue(),
            self._body.getvalue()[: self._answer_cap],
        )

    def _open_socket(self, _purpose: int, address: Any) -> socket.socket | int:
        if not self._allow.allows(self._host, address.addr[0]):
            self._forbidden = address.addr[0]
            return pycurl.SOCKET_BAD
        opened = socket.socket(address.family, address.socktype, address.protocol)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _before_request(self, *_addresses: object) -> int:
        """Stop libcurl from sending the same POST twice within one attempt.

        When a kept-alive connection dies without an answer, libcurl silently sends the
        request again on a new one. The receiver may have read the first: it would see two
        requests where the journal shows one attempt.
        """
        if self._sent and not self._follow_redirects:
            return int(pycurl.PREREQFUNC_ABORT)
        self._sent = True
        return int(pycurl.PREREQFUNC_OK)

    def _refusal(self, address: str) -> str:
        return (
            f"{address} is neither a loopback nor a private address; mohook delivers to others "
            f"only when told: --allow-host {self._host or address}"
        )
