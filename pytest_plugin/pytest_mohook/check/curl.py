"""A request as a command for a shell."""

from __future__ import annotations

from shlex import quote

from mohook.delivery.transports.headers import header
from mohook.evidence.shell import header_option, with_body
from mohook.masking import MASK, masked_url
from mohook.settings import Settings
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["curl", "with_settings"]

_MOST = 20_000


def curl(url: str, request: WebhookRequest) -> str:
    """Return the command that makes the request; credentials in the URL are masked.

    What is no text is piped in; of a body of megabytes only the head stands there.

    >>> from pytest_mohook.strategies.requests import WebhookRequest
    >>> print(curl("http://127.0.0.1/", WebhookRequest("POST", {"A": "b"}, b'{"id": 7}')))
    curl -i -X POST http://127.0.0.1/ -H 'A: b' --data-binary '{"id": 7}'
    """
    words = ["curl", "-i", "-X", request.method, quote(masked_url(url))]
    for name, value in request.headers.items():
        words.append(header_option(name, value))
    if len(request.body) > _MOST:
        head = request.body[:200].decode("utf-8", "replace")
        return f"{' '.join(words)} --data-binary @body  # {len(request.body):,} bytes: {head!r}…"
    return with_body(words, request.body) if request.body else " ".join(words)


def with_settings(command: str, settings: Settings) -> str:
    """Return a command with what the user adds to each request; what a header says is masked.

    >>> from mohook.settings import ServeSettings
    >>> serve = ServeSettings(headers=("X-Api-Key: hush",), insecure=True)
    >>> with_settings("curl -i -X POST https://127.0.0.1/", Settings(serve=serve))
    "curl -i -k -H 'X-Api-Key: ***' -X POST https://127.0.0.1/"
    """
    words = ["-k"] * settings.serve.insecure
    for each in settings.serve.headers:
        words.append(header_option(header(each)[0], MASK))
    return command.replace("curl -i", " ".join(["curl -i", *words]), 1)
