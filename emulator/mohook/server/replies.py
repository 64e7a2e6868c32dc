"""What an operation can answer, in the words of OpenAPI: its own answers and the problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from mohook.server.problems import PROBLEM_TYPE

__all__ = ["component", "json_body", "replies"]

_EVERYWHERE = {
    401: "The emulator has a control token, and the request does not show it.",
    403: "A page of another origin tried to change something.",
    421: "The Host header names another machine.",
    422: "The request does not fit: `errors` names every misfit.",
}
_WITH_BODY = {
    400: "The body is not valid JSON.",
    413: "The body is larger than the cap.",
    415: "The content type is not one that is taken.",
}
_ELSE = {
    404: "There is no such thing; `detail` says what there is.",
    409: "The state of things does not allow it; `detail` says what to do.",
    503: "Too many such requests are open; try again after `Retry-After` seconds.",
}


def component(name: str) -> dict[str, Any]:
    """Return a reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def replies(
    success: Mapping[int, type[BaseModel] | dict[str, Any] | None],
    *problems: int,
    body: bool = False,
) -> dict[str | int, Any]:
    """Return the answers of an operation; one with a body can fail in three more ways."""
    told = {**_EVERYWHERE, **(_WITH_BODY if body else {}), **{n: _ELSE[n] for n in problems}}
    answers: dict[str | int, Any] = dict(success.items())
    return answers | {status: _problem(text) for status, text in sorted(told.items())}


def json_body(
    name: str, more: Mapping[str, Any] | None = None, *, required: bool = True
) -> dict[str, Any]:
    """Return a request body of JSON whose schema is a component; `more` are other media types."""
    return {
        "required": required,
        "content": {"application/json": {"schema": component(name)}, **(more or {})},
    }


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {PROBLEM_TYPE: {"schema": component("Problem")}},
    }
