"""Which URLs can be posted to: one rule, for both providers and for JSON Schema."""

from __future__ import annotations

import re
import reprlib

from mohook.errors import WebhookError
from mohook.masking import masked_url

__all__ = ["MAX_LENGTH", "PATTERN", "require_webhook_url"]

MAX_LENGTH = 2048
"""Characters. Assumption: no document sets a limit."""

_GROUP = "[0-9A-Fa-f]{1,4}"
_IPV6 = "|".join(
    [
        f"({_GROUP}:){{7}}{_GROUP}",
        f"({_GROUP}:){{1,7}}:",
        *(f"({_GROUP}:){{1,{left}}}(:{_GROUP}){{1,{7 - left}}}" for left in range(6, 0, -1)),
        f":((:{_GROUP}){{1,7}}|:)",
    ]
)
_LABEL = "[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_CHARACTER = r"([0-9A-Za-z._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})"
_PATH_CHARACTER = r"([0-9A-Za-z._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_QUERY_CHARACTER = r"([0-9A-Za-z._~!$&'()*+,;=:@/?\[\]{}|-]|%[0-9A-Fa-f]{2})"

PATTERN = (
    "^[Hh][Tt][Tt][Pp][Ss]?://"
    rf"({_CHARACTER}+@)?"
    rf"(\[({_IPV6})\]|{_LABEL}(\.{_LABEL})*\.?)"
    rf"(:{_PORT})?"
    rf"(/{_PATH_CHARACTER}*)?"
    rf"(\?{_QUERY_CHARACTER}*)?$"
)
"""The whole rule but the length, in what Python, ECMA 262 and Rust read alike."""

_matches = re.compile(PATTERN).fullmatch
_FORBIDDEN = re.compile(r"[^!-~]")


def require_webhook_url(url: str) -> str:
    """Return `url`. Raises `WebhookError`, with the reason, unless it can be posted to.

    It is http or https, has a host, and may carry credentials, a port, a path and a query.
    A fragment is refused: it would never be sent.

    >>> require_webhook_url("https://user:pass@www.myserver.com/myapp")
    'https://user:pass@www.myserver.com/myapp'

    Source: IntelePeer, Receiving SMS messages (400 for an improperly formatted URL);
    Securing Inbound SMS Webhooks (credentials; HTTPS not required). Form: RFC 3986.
    """
    if len(url) > MAX_LENGTH or _matches(url) is None:
        msg = (
            f"Improperly-formatted URL provided for the webhook: {reprlib.repr(masked_url(url))} "
            f"{_reason(url)}; expected a URL such as 'http://127.0.0.1:5000/sms'"
        )
        raise WebhookError(msg)
    return url


def _reason(url: str) -> str:
    if len(url) > MAX_LENGTH:
        return f"has {len(url)} characters, more than {MAX_LENGTH}"
    if not url.lower().startswith(("http://", "https://")):
        return "does not begin with http:// or https://"
    found = _FORBIDDEN.search(url)
    if found:
        return f"holds {found.group()!a} at index {found.start()}; write it percent-encoded"
    if "#" in url:
        return "has a fragment, which is never sent"
    return "has no such host, port, path or query as a URL can have"
