"""What the API takes: raw JSON and query values in, typed values out, or `InputError`.

Source: IntelePeer, Receiving SMS messages; API Authentication; provisioning page.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from mohook.errors import InputError

__all__ = [
    "Credentials",
    "WebhookRequest",
    "credentials_request",
    "provision_request",
    "split_endpoints",
    "webhook_request",
]


class WebhookRequest(NamedTuple):
    """The body of a webhook POST, with the right types and nothing else judged."""

    endpoints: tuple[str, ...]
    webhook: str


class Credentials(NamedTuple):
    """The body of an authentication."""

    username: str
    password: str


def webhook_request(raw: object) -> WebhookRequest:
    """Return the endpoints and the webhook of a parsed JSON body.

    Fields that nobody documents are passed over. Raises `InputError` for a missing field
    and for a wrong type.

    >>> webhook_request({"endpoints": ["+12161112222"], "webhook": "https://a/"}).webhook
    'https://a/'
    """
    body = _object(raw)
    return WebhookRequest(_strings(body, "endpoints"), _string(body, "webhook"))


def provision_request(raw: object) -> tuple[str, ...]:
    """Return the endpoints of a parsed provisioning body. Raises `InputError`."""
    return _strings(_object(raw), "endpoints")


def credentials_request(raw: object) -> Credentials:
    """Return username and password of a parsed body. Raises `InputError`, showing neither."""
    body = _object(raw)
    return Credentials(_string(body, "username"), _string(body, "password"))


def split_endpoints(values: Iterable[str], mode: Literal["repeated", "comma"]) -> list[str]:
    """Return the endpoints of a GET, from the values of its `endpoint` parameters.

    >>> split_endpoints(["+12161112222,1-1234"], "comma")
    ['+12161112222', '1-1234']

    Assumption: several endpoints repeat the parameter; by switch, commas part them.
    """
    if mode == "repeated":
        return list(values)
    return [endpoint for value in values for endpoint in value.split(",")]


def _object(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        msg = f"the body is {_kind(raw)}: expected a JSON object"
        raise InputError(msg)
    return raw


def _string(body: Mapping[str, Any], name: str) -> str:
    value = _required(body, name)
    if not isinstance(value, str):
        # The kind, not the value: it may be a password.
        msg = f"'{name}' is {_kind(value)}: expected a string"
        raise InputError(msg)
    return value


def _strings(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _required(body, name)
    if not isinstance(value, list):
        msg = f"'{name}' is {_kind(value)}: expected a list of strings, such as ['+12161112222']"
        raise InputError(msg)
    for item in value:
        if not isinstance(item, str):
            msg = f"'{name}' holds {reprlib.repr(item)}: expected strings only"
            raise InputError(msg)
    return tuple(value)


def _required(body: Mapping[str, Any], name: str) -> Any:
    if name not in body:
        msg = f"'{name}' is missing: it is required"
        raise InputError(msg)
    return body[name]


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    kinds = {str: "a string", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "an object")
