"""How a group of operations begins: its path, its tag, and what is checked before each."""

from __future__ import annotations

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from mohook.server.queries import check_query

__all__ = ["CONTROL", "HEALTH", "control_api", "provider_api"]

CONTROL = "/mohook/v1"
HEALTH = f"{CONTROL}/health"
"""The one path of the control API that needs no token: whoever asks whether it is up has none."""


def control_api(name: str, description: str) -> APIBlueprint:
    """Return an empty group of the control API."""
    api = _api(name, description, prefix=CONTROL)
    api.before_request(check_query)
    return api


def provider_api(name: str, description: str) -> APIBlueprint:
    """Return an empty group of a provider's own API, whose paths and rules are the provider's."""
    return _api(name, description)


def _api(name: str, description: str, prefix: str | None = None) -> APIBlueprint:
    return APIBlueprint(
        name,
        __name__,
        url_prefix=prefix,
        abp_tags=[Tag(name=name, description=description)],
        operation_id_callback=_operation_id,
    )


def _operation_id(*, name: str, path: str, method: str) -> str:
    del path, method
    return name
