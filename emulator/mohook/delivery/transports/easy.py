"""One libcurl easy handle with its buffers: set up once, used for many requests."""

from __future__ import annotations

import os
import socket
from typing import Any
from urllib.parse import urlsplit

import certifi
import pycurl

from mohook.delivery import outcome
from mohook.delivery.message import Timings
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.failures import failure, is_whole
from mohook.delivery.transports.headers import USER_AGENT, request_headers
from mohook.delivery.transports.kept import KeptConnections
from mohook.delivery.transports.transport import Exchange, Headers, Request
from mohook.masking import MASK

__all__ = ["Easy"]

MAX_REDIRECTS = 5
IDLE_SECONDS = 1  # an older idle connection may be one that its receiver is just closing

_GO_ON = int(pycurl.PREREQFUNC_OK)
_ABORT = int(pycurl.PREREQFUNC_ABORT)
_HTTP = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_EARLY_TIMES = (pycurl.NAMELOOKUP_TIME, pycurl.CONNECT_TIME, pycurl.APPCONNECT_TIME)
_LATE_TIMES = (pycurl.PRETRANSFER_TIME, pycurl.STARTTRANSFER_TIME, pycurl.TOTAL_TIME)
_TIMES = _EARLY_TIMES + _LATE_TIMES


class Easy:
    """A handle of libcurl's easy interface that posts JSON and notes what comes back."""

    def __init__(
        self,
        *,
        time_limit_ms: int,
        answer_cap: int,
        allow: AddressRule,
        follow_redirects: bool,
        headers: Headers,
        insecure: bool,
        kept: KeptConnections,
    ) -> None:
        self.curl = pycurl.Curl()
        self._request = Request("", b"")
        self._host = ""
        self._allow = allow
        self._answer_cap = answer_cap
        self._kept = kept
        self._added = tuple((name, MASK) for name, _ in headers)
        self._head: list[bytes] = []
        self._body: list[bytes] = []
        self._forget()
        for option, value in self._options(time_limit_ms, follow_redirects).items():
            self.curl.setopt(option, value)
        own = ["Content-Type: application/json", "Expect:"]
        added = [f"{name}: {value}" for name, value in headers]
        self.curl.setopt(pycurl.HTTPHEADER, [*own, *added])
        if insecure:
            self.curl.setopt(pycurl.SSL_VERIFYPEER, 0)
            self.curl.setopt(pycurl.SSL_VERIFYHOST, 0)

    def _forget(self) -> None:
        self._head.clear()
        self._body.clear()
        self._forbidden: str | None = None
        self._unopened: OSError | None = None
        self._opened: list[int] = []
        self._is_new = False
        self._sent_after: int | None = None
        self._receiver: tuple[str, int] | None = None

    def _options(self, time_limit_ms: int, follow_redirects: bool) -> dict[int, Any]:
        return {
            pycurl.NOSIGNAL: 1,
            pycurl.PROXY: "",  # a bench carrier speaks to the receiver itself, always
            pycurl.PROTOCOLS: _HTTP,
            pycurl.REDIR_PROTOCOLS: _HTTP,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
            pycurl.USERAGENT: USER_AGENT,
            pycurl.CAINFO: os.environ.get("SSL_CERT_FILE") or certifi.where(),
            pycurl.TIMEOUT_MS: time_limit_ms,
            pycurl.MAXFILESIZE_LARGE: self._answer_cap,
            pycurl.MAXAGE_CONN: IDLE_SECONDS,
            pycurl.WRITEFUNCTION: self._body.append,
            pycurl.HEADERFUNCTION: self._head.append,
            pycurl.OPENSOCKETFUNCTION: self._open_socket,
            pycurl.PREREQFUNCTION: self._before_request,
            pycurl.FOLLOWLOCATION: int(follow_redirects),
            pycurl.MAXREDIRS: MAX_REDIRECTS,
            pycurl.POSTREDIR: pycurl.REDIR_POST_ALL,
            pycurl.PATH_AS_IS: 1,  # what is recorded is what is sent
        }

    def prepare(self, request: Request) -> None:
        """Take the next request. Raises `pycurl.error` or ValueError for an impossible URL."""
        if request.url != self._request.url:
            host = (urlsplit(request.url).hostname or "").lower()
            self.curl.setopt(pycurl.URL, request.url)
            self._host = host
        self.curl.setopt(pycurl.POSTFIELDS, request.body)
        self._request = request
        self._forget()

    def answered(self) -> Exchange:
        """Return the exchange of a request that libcurl takes for answered."""
        status = self.curl.getinfo(pycurl.RESPONSE_CODE)
        if is_whole(self._head, status):
            return self._exchange(str(status), status, None)
        return self._exchange(
            outcome.MALFORMED, status or None, "the answer's head is cut off or no HTTP"
        )

    def failed(self, code: int, text: str) -> Exchange:
        """Return the exchange of a request that libcurl gave up with an error code."""
        status = self.curl.getinfo(pycurl.RESPONSE_CODE) or None
        if self._forbidden:
            return self._exchange(outcome.FORBIDDEN, status, self._forbidden)
        if self._unopened:
            return self._exchange(
                outcome.OTHER, status, f"no socket to send with: {self._unopened}"
            )
        if code == pycurl.E_ABORTED_BY_CALLBACK:
            text = "the receiver closed a kept-alive connection without an answer"
        named = failure(code, text, self.curl.getinfo(pycurl.OS_ERRNO), self._head)
        return self._exchange(named, status, _as_text(text) or outcome.in_words(named))

    def _exchange(self, named: str, status: int | None, error: str | None) -> Exchange:
        return Exchange(
            named,
            status,
            error,
            self._timings(),
            request_headers(self._request.url, len(self._request.body), self._added),
            b"".join(self._head),
            b"".join(self._body)[: self._answer_cap],
        )

    def _timings(self) -> Timings:
        info = self.curl.getinfo
        if self._is_new or self._opened:
            return Timings._make(map(info, _TIMES))
        sent, first, total = map(info, _LATE_TIMES)  # a kept connection was up already
        return Timings(0.0, 0.0, 0.0, sent, first, total)

    def _open_socket(self, _purpose: int, address: Any) -> int:
        if not self._allow.allows(self._host, address.addr[0]):
            self._forbidden = self._refusal(address.addr[0])
            return int(pycurl.SOCKET_BAD)
        try:
            opened = socket.socket(address.family, address.socktype, address.protocol)
        except OSError as problem:
            self._unopened = problem
            return int(pycurl.SOCKET_BAD)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._opened.append(opened.detach())  # libcurl's from here on
        return self._opened[-1]

    def _before_request(self, address: str, _local: str, remote: int, local: int) -> int:
        """Stop libcurl from sending the same POST twice within one attempt.

        When a kept-alive connection dies without an answer, libcurl silently sends the
        request again on a new one. The receiver may have read the first: it would see two
        requests where the journal shows one attempt. Only a connection that was dead before
        the request went out is known not to have brought it.
        """
        if self._sent_after == len(self._head) or self._leads_away((address, remote)):
            return _ABORT
        if self._opened:
            self._kept.add((remote, local), self._opened)
            self._opened = []
            self._is_new = True
            self._sent_after = len(self._head)
        elif not self._kept.is_dead((remote, local)):
            self._sent_after = len(self._head)
        return _GO_ON

    def _leads_away(self, to: tuple[str, int]) -> bool:
        """Whether a redirect would take the added headers to another receiver.

        libcurl keeps Authorization and Cookie back by itself, and no other. The address and the
        port tell, not the Location: what libcurl reads in one is what counts.
        """
        self._receiver = self._receiver or to
        if not self._added or to == self._receiver:
            return False
        self._forbidden = (
            f"the receiver redirects to another origin ({to[0]}, port {to[1]}), and the headers "
            "that are added to each request (serve.headers) are for its own alone"
        )
        return True

    def _refusal(self, address: str) -> str:
        return (
            f"{address} is neither a loopback nor a private address; mohook delivers to others "
            f"only when told: --allow-host {self._host or address}"
        )


def _as_text(said: str) -> str:
    """Return libcurl's words as UTF-8 can hold them: they may quote a receiver's bytes."""
    return said.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
