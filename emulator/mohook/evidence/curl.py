"""An attempt as a command of curl that makes it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import quote

from mohook.delivery.message import Attempt
from mohook.evidence.shell import header_option, with_body
from mohook.masking import without_credentials
from mohook.rendering import attempt_json

__all__ = ["curl_command"]

_COMPUTED = ("host", "content-length")
_OF_ITS_OWN = ("User-Agent", "Accept", "Content-Type")
_WAITS_ABOVE = 1024
"""Bytes of a body before which older versions of curl ask the receiver to go on."""


def curl_command(attempt: Attempt, reveal: bool = False) -> str:
    r"""Return the command, of several lines, that posts the attempt's bytes to its URL again.

    Headers stand in the order in which they went out, without those that curl works out.
    A signature, credentials and the Authorization header are masked, and then the receiver may
    refuse it; `reveal` shows them. A header of the user's own is masked in either case: an
    attempt does not keep it.

    >>> from datetime import UTC, datetime
    >>> from mohook.delivery.message import Timings
    >>> headers = (("Host", "127.0.0.1:5000"), ("User-Agent", "mohook/1"), ("Accept", "*/*"),
    ...            ("Content-Type", "application/json"), ("Content-Length", "13"))
    >>> attempt = Attempt(1, datetime(2026, 1, 1, tzinfo=UTC), "500", 500, None, Timings(),
    ...                   "http://127.0.0.1:5000/sms", headers, b'{"body":"Hi"}', b"", b"")
    >>> print(curl_command(attempt))
    curl -i http://127.0.0.1:5000/sms \
      -H 'User-Agent: mohook/1' \
      -H 'Accept: */*' \
      -H 'Content-Type: application/json' \
      --data-binary '{"body":"Hi"}'
    """
    url, shown = without_credentials(attempt.url), attempt_json(attempt)["request"]
    headers = attempt.request_headers if reveal else shown["headers"]
    words = [" ".join(["curl -i", *_url_options(url), quote(url)])]
    words += _header_options(headers, len(attempt.request_body))
    body = attempt.request_body if reveal else _masked(attempt.request_body, shown["body"])
    return with_body(words, body, between=" \\\n  ")


def _masked(body: bytes, shown: str) -> bytes:
    """Return what is shown of a body; where that masks nothing, the very bytes."""
    return body if shown == body.decode("utf-8", "replace") else shown.encode()


def _url_options(url: str) -> Iterator[str]:
    """Yield what makes curl take a URL as mohook does: as it stands, by HTTP/1.1."""
    if url.startswith("https:"):
        yield "--http1.1"
    if "/." in url:
        yield "--path-as-is"
    if any(each in url for each in "[]{}"):
        yield "--globoff"


def _header_options(headers: Iterable[tuple[str, str]], length: int) -> Iterator[str]:
    sent = [(name, value) for name, value in headers if name.lower() not in _COMPUTED]
    for name, value in sent:
        yield header_option(name, value)
    there = {name.lower() for name, _ in sent}
    unwanted = [*_OF_ITS_OWN, *(["Expect"] if length > _WAITS_ABOVE else [])]
    for name in unwanted:
        if name.lower() not in there:
            yield f"-H {name}:"
