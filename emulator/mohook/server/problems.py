"""Refusals of the control API as RFC 9457 problem details, each with its type."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, json
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mohook.delivery.clock import MODE_PATTERN, MODES
from mohook.delivery.faults import STEP_PATTERN
from mohook.errors import (
    ConflictError,
    InputError,
    MohookError,
    NotFoundError,
    NotSettledError,
    StoreAwayError,
    StoreError,
    UnauthorizedError,
)
from mohook.problem_types import PROBLEMS, problem_type
from mohook.server.models.fields import FAULT_ID_PATTERN, MESSAGE_ID_PATTERN

__all__ = ["PROBLEM_TYPE", "ProblemError", "problem_of", "refused_by"]

PROBLEM_TYPE = "application/problem+json"

_STATUSES: tuple[tuple[type[MohookError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotSettledError, 409),
    (StoreAwayError, 503),
    (StoreError, 409),
    (UnauthorizedError, 401),
    (InputError, 422),
)

_PATTERNS = {
    MESSAGE_ID_PATTERN: "the id of a message, such as m1",
    MODE_PATTERN: MODES,
    FAULT_ID_PATTERN: "the id of a fault script, such as f1",
    STEP_PATTERN: (
        "a status such as 500, timeout, reset, refused, lose-ack, duplicate, delay:DURATION "
        "such as delay:5s, reorder or ok"
    ),
}
_MISFITS = {"extra_forbidden": "no such field", "missing": "is missing"}
"""What pydantic says in its own terms, in the caller's."""


class ProblemError(Exception):
    """Ends a request with a problem: a status, what is wrong, and what to do."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        title: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.title = title or HTTPStatus(status).phrase
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the problem details."""
        details: dict[str, Any] = {
            "type": f"{PROBLEMS}{self.kind}" if self.kind else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        return details | ({"errors": list(self.errors)} if self.errors else {})

    def response(self) -> Response:
        """Return the whole answer."""
        body = json.dumps(self.body()) + "\n"
        answer = Response(body, self.status, content_type=PROBLEM_TYPE)
        answer.headers.update(self.headers)
        return answer


def problem_of(error: MohookError) -> ProblemError:
    """Return the problem that tells of an error of the emulator."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    said = (type(error).__doc__ or "").partition("\n")[0].rstrip(".")
    return ProblemError(status, str(error), kind=problem_type(type(error)), title=said)


def refused_by(error: ValidationError, where: str = "") -> ProblemError:
    """Return the problem of a request that does not fit its model, every misfit named."""
    errors = list(_misfits(error))
    first = errors[0]
    named = f"{first['field']}: " if first["field"] else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    detail = f"{where}{named}{first['message']}{more}"
    return ProblemError(422, detail, kind="input", title="The request does not fit", errors=errors)


def _misfits(error: ValidationError) -> Iterator[dict[str, str]]:
    # A field that may be left out is a union with None for pydantic: the other side of it counts.
    found = error.errors()
    optional = {each["loc"][:-1] for each in found if each["type"] == "none_required"}
    for each in found:
        place = each["loc"]
        if place[:-1] in optional:
            if each["type"] == "none_required":
                continue
            place = place[:-1]
        yield {"field": ".".join(map(str, place)), "message": _in_our_words(each)}


def _in_our_words(misfit: ErrorDetails) -> str:
    if misfit["type"] == "string_pattern_mismatch":
        expected = _PATTERNS.get(misfit["ctx"]["pattern"])
        return (
            f"{reprlib.repr(misfit['input'])}: expected {expected}" if expected else misfit["msg"]
        )
    return _MISFITS.get(misfit["type"], misfit["msg"])
