"""The OpenAPI 3.1 document: what flask-openapi knows of the operations, and what it cannot know."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mohook import __version__
from mohook.providers.intelepeer.paths import AUTHENTICATE
from mohook.schemas import EXAMPLES
from mohook.server.blueprints import CONTROL, HEALTH, control_api
from mohook.server.current import emulator
from mohook.server.intelepeer import PREFIX
from mohook.server.models.control import DetailRecords, SnapshotBody
from mohook.server.models.fields import ELSEWHERE
from mohook.server.models.messages import AcceptedShown, EventsPage, MessagesShown, ResendFailed
from mohook.server.replies import component, replies
from mohook.server.schemas import components
from mohook.settings import Settings

__all__ = ["INFO", "SECURITY", "VERSION", "api", "document", "document_of"]

VERSION = "3.1.0"
INFO = {
    "title": "mohook",
    "version": __version__,
    "description": "The bench carrier for inbound SMS: IntelePeer's documented API, the control "
    "API, and under `webhooks` what each provider posts to a receiver.",
    "license": {"name": "MIT", "identifier": "MIT"},
}
SECURITY: dict[str, Any] = {
    "intelepeerToken": {
        "type": "http",
        "scheme": "bearer",
        "description": f"A token of `POST {AUTHENTICATE}`, good for 24 hours. The token "
        "without the word Bearer is taken too. While no customers are named, any is good.",
    }
}
CONTROL_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The control token that the emulator was started with.",
}

# Bodies and answers that stand in the operations by name alone.
_MODELS: tuple[type[BaseModel], ...] = (
    AcceptedShown,
    DetailRecords,
    EventsPage,
    MessagesShown,
    ResendFailed,
    SnapshotBody,
)
_REFERENCE = "#/components/schemas/"

api = control_api("openapi", "The description of all this.")

_DOCUMENT = {
    "description": "The document.",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


@api.get("/openapi.json", responses=replies({200: _DOCUMENT}))
def openapi() -> dict[str, Any]:
    """Describe this API, as OpenAPI 3.1."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # typed as the app
    return document_of(app, emulator().settings)


def document(settings: Settings | None = None) -> dict[str, Any]:
    """Return the document of an emulator with these settings, none of which is running."""
    from mohook.emulator import Emulator
    from mohook.server.app import create_app

    app = create_app(Emulator(settings))
    return document_of(app, settings or Settings())


def document_of(app: OpenAPI, settings: Settings) -> dict[str, Any]:
    """Return the document of an app, with the forms that these settings give to addresses."""
    text = json.dumps(app.api_doc).replace(ELSEWHERE, _REFERENCE)
    made: dict[str, Any] = json.loads(text)
    made["components"]["schemas"] = _schemas(made["components"]["schemas"], settings)
    made["webhooks"] = {
        "ip1": _webhook("ip1", "Ip1Message"),
        "intelepeer": _webhook("intelepeer", "IntelePeerMessage"),
    }
    for path, operations in made["paths"].items():
        for operation in operations.values():
            _settle_answers(path, operation)
    if settings.serve.control_token is not None:
        _require_token(made)
    return made


def _require_token(made: dict[str, Any]) -> None:
    """Say that the control API asks for a token, as it does where one is set."""
    made["components"]["securitySchemes"]["controlToken"] = CONTROL_TOKEN
    for path, operations in made["paths"].items():
        if path.startswith(CONTROL) and path != HEALTH:
            for operation in operations.values():
                operation["security"] = [{"controlToken": []}]


def _schemas(known: dict[str, Any], settings: Settings) -> dict[str, Any]:
    del known["ValidationErrorModel"]
    _, models = models_json_schema(
        [(model, "serialization") for model in _MODELS], ref_template=f"{_REFERENCE}{{model}}"
    )
    every = {**known, **models["$defs"], **components(settings)}
    return {name: every[name] for name in sorted(every)}


def _settle_answers(path: str, operation: dict[str, Any]) -> None:
    # flask-openapi adds its own 422 where an operation has none; IntelePeer's never answer so.
    if path.startswith(PREFIX):
        del operation["responses"]["422"]


def _webhook(provider: str, schema: str) -> dict[str, Any]:
    content = {
        "schema": component(schema),
        "examples": {"documented": {"value": EXAMPLES[provider]}},
    }
    return {
        "post": {
            "operationId": f"{provider}_inbound_message",
            "summary": f"What {provider} posts for an inbound SMS",
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": {
                "200": {"description": "Acknowledged: the message is not sent again."},
                "default": {"description": "Not acknowledged: the message is sent again."},
            },
        }
    }
