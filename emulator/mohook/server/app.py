"""The Flask app: every surface of the emulator, guarded, and refusing in the right form."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from threading import Event

from flask import request
from flask.json.provider import DefaultJSONProvider
from flask_openapi.openapi import OpenAPI

from mohook.emulator import Emulator
from mohook.errors import StoreAwayError
from mohook.server import (
    clock,
    directories,
    events,
    faults,
    health,
    intelepeer,
    messages,
    metrics,
    openapi,
    reports,
    state,
)
from mohook.server.blueprints import HEALTH
from mohook.server.current import attach
from mohook.server.guards import guard, harden
from mohook.server.metrics import METRICS
from mohook.server.portal.routes import portal
from mohook.server.reading import StrictRequest
from mohook.server.refusals import misfit_response, refuse_in_form
from mohook.server.request_tally import count_requests
from mohook.server.seats import Seats
from mohook.server.settling import MOST_WAITS, WAITS
from mohook.server.tokens import require_token

__all__ = ["create_app"]

_SURFACES = (
    messages,
    events,
    clock,
    faults,
    directories,
    reports,
    state,
    health,
    openapi,
    intelepeer,
)


class _Json(DefaultJSONProvider):
    """Keys in the documented order, no spaces."""

    sort_keys = False
    compact = True


class _App(OpenAPI):
    request_class = StrictRequest
    json_provider_class = _Json


def _catch_up(emulator: Emulator) -> None:
    if request.path in (HEALTH, METRICS):
        return  # these wait for no store that hangs
    with suppress(StoreAwayError):  # told by what is asked for, where it needs the state
        emulator.catch_up()


def create_app(emulator: Emulator) -> OpenAPI:
    """Return the WSGI app that serves this emulator, which the caller starts and stops."""
    app = _App(
        "mohook",
        info=openapi.INFO,
        security_schemes=openapi.SECURITY,
        doc_ui=False,
        static_folder=None,
        validation_error_callback=misfit_response,
    )
    app.openapi_version = openapi.VERSION
    attach(app, emulator)
    app.extensions[events.CLOSING] = Event()
    app.extensions[events.STREAMS] = Seats(events.MOST_STREAMS, "event streams")
    app.extensions[WAITS] = Seats(MOST_WAITS, "requests that wait")
    app.config["MAX_CONTENT_LENGTH"] = emulator.settings.serve.request_cap
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    health.watch(app, emulator)
    metrics.watch(app, emulator)
    count_requests(app)
    app.before_request(guard)
    app.before_request(require_token)
    app.before_request(partial(_catch_up, emulator))
    app.after_request(harden)
    refuse_in_form(app)
    for surface in _SURFACES:
        app.register_api(surface.api)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(portal)
    return app
