"""The Flask app: every surface of the emulator, guarded, and refusing in the right form."""

from __future__ import annotations

import logging
from threading import Event

from flask import Response, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from mohook.emulator import Emulator
from mohook.errors import MohookError
from mohook.server import health, messages
from mohook.server.current import attach
from mohook.server.guards import guard
from mohook.server.problems import ProblemError, problem_of, refused_by
from mohook.server.reading import StrictRequest
from mohook.server.seats import Seats
from mohook.server.settling import WAITS

__all__ = ["CLOSING", "create_app"]

CLOSING = "mohook.closing"
"""Where the app keeps the event that is set when it is about to end."""

MOST_WAITS = 32

_log = logging.getLogger(__name__)


class _Json(DefaultJSONProvider):
    """Keys in the documented order, no spaces."""

    sort_keys = False
    compact = True


class _App(OpenAPI):
    request_class = StrictRequest
    json_provider_class = _Json


def create_app(emulator: Emulator) -> OpenAPI:
    """Return the WSGI app that serves this emulator, which the caller starts and stops."""
    app = _App(
        "mohook",
        doc_ui=False,
        static_folder=None,
        validation_error_callback=_misfit,
        operation_id_callback=_operation_id,
    )
    attach(app, emulator)
    app.extensions[CLOSING] = Event()
    app.extensions[WAITS] = Seats(MOST_WAITS, "requests that wait")
    app.config["MAX_CONTENT_LENGTH"] = emulator.settings.serve.request_cap
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.before_request(guard)
    _refuse_in_form(app)
    for module in (health, messages):
        app.register_api(module.api)
    return app


def _operation_id(*, name: str, path: str, method: str) -> str:
    del path, method
    return name


def _misfit(error: ValidationError) -> Response:
    return refused_by(error).response()


def _refuse_in_form(app: OpenAPI) -> None:
    app.register_error_handler(ProblemError, _refusal)
    app.register_error_handler(MohookError, lambda error: _refusal(problem_of(error)))
    app.register_error_handler(HTTPException, _http_refusal)
    app.register_error_handler(Exception, _crash)


def _refusal(problem: ProblemError) -> Response:
    return problem.response()


def _http_refusal(error: HTTPException) -> Response | HTTPException:
    if isinstance(error, RequestRedirect) or error.code is None:
        return error
    allow = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _refusal(ProblemError(error.code, _reason(error), headers=allow))


def _reason(error: HTTPException) -> str:
    return f"{request.method} {request.path}: {error.description}"


def _crash(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _refusal(ProblemError(500, "mohook failed at this, which is a bug: please report it"))
