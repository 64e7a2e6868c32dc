"""Refusals of the control API as RFC 9457 problem details, each with its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, json
from pydantic import ValidationError

from mohook.errors import (
    ConflictError,
    InputError,
    MohookError,
    NotFoundError,
    NotSettledError,
    StoreError,
    UnauthorizedError,
)
from mohook.problem_types import PROBLEMS, problem_type

__all__ = ["PROBLEM_TYPE", "ProblemError", "problem_of", "refused_by"]

PROBLEM_TYPE = "application/problem+json"

_STATUSES: tuple[tuple[type[MohookError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotSettledError, 409),
    (StoreError, 409),
    (UnauthorizedError, 401),
    (InputError, 422),
)


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
    errors = [{"field": _path(each["loc"]), "message": each["msg"]} for each in error.errors()]
    first = errors[0]
    named = f"{first['field']}: " if first["field"] else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    detail = f"{where}{named}{first['message']}{more}"
    return ProblemError(422, detail, kind="input", title="The request does not fit", errors=errors)


def _path(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location))
