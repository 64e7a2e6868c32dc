"""Every error of a request as an answer: problem details, or the provider's form on its paths."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mohook.errors import MohookError
from mohook.server.current import emulator
from mohook.server.intelepeer import PREFIX, refusal_response
from mohook.server.portal.blueprint import is_portal_page, refusal_page
from mohook.server.problems import ProblemError, problem_of, refused_by

__all__ = ["misfit_response", "refuse_in_form"]

_log = logging.getLogger(__name__)


def refuse_in_form(app: Flask) -> None:
    """Let the app answer whatever is raised in the form of the path that was called."""
    app.register_error_handler(ProblemError, _refusal)
    app.register_error_handler(MohookError, _emulator_refusal)
    app.register_error_handler(HTTPException, _http_refusal)
    app.register_error_handler(Exception, _crash)


def misfit_response(error: ValidationError) -> Response:
    """Return the answer to a request that does not fit its model."""
    return refused_by(error).response()


def _refusal(problem: ProblemError) -> Response:
    if _at_provider():
        return refusal_response(problem)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return problem.response()  # a page would tell where the clock stands, and what is pending
    if is_portal_page():
        return refusal_page(problem.status, problem.title, problem.detail)
    return problem.response()


def _emulator_refusal(error: MohookError) -> Response:
    return refusal_response(error) if _at_provider() else _refusal(problem_of(error))


def _http_refusal(error: HTTPException) -> Response | HTTPException:
    if error.code is None:
        return error  # it holds an answer that was made already
    allow = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _refusal(ProblemError(error.code, _reason(error), headers=allow))


def _crash(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _refusal(ProblemError(500, "mohook failed at this, which is a bug: please report it"))


def _reason(error: HTTPException) -> str:
    asked = f"{request.method} {request.path[:200]}"
    if isinstance(error, NotFound):
        return f"{asked}: no such path; /mohook/v1/openapi.json lists them all"
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return f"{asked}: this path takes {allowed} only"
    if isinstance(error, RequestEntityTooLarge):
        cap = emulator().settings.serve.request_cap
        return f"{asked}: the body is larger than {cap} bytes, the cap (serve.request_cap)"
    return f"{asked}: {error.description}"


def _at_provider() -> bool:
    return request.path.startswith(PREFIX)
