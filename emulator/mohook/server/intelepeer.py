"""IntelePeer's documented API at its documented paths, refusals in IntelePeer's own form.

A client changes its base URL and nothing else.
Source: IntelePeer, Receiving SMS messages; API Authentication; provisioning page.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Response, json, request

from mohook.delivery.message import Message
from mohook.errors import MohookError, NotFoundError
from mohook.providers.intelepeer.answers import Answer, error_body
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.paths import (
    AUTHENTICATE,
    PORTAL_TOKEN,
    PROVISION,
    RECORDS,
    WEBHOOK,
)
from mohook.providers.intelepeer.requests import (
    credentials_request,
    provision_request,
    split_endpoints,
    webhook_request,
)
from mohook.reports import mdr_record
from mohook.server.blueprints import provider_api
from mohook.server.current import emulator
from mohook.server.intelepeer_replies import (
    PROVISIONED,
    RECORDS_GOT,
    TOKEN,
    WEBHOOK_GOT,
    WEBHOOK_SET,
)
from mohook.server.problems import ProblemError
from mohook.server.reading import StrictRequest
from mohook.server.replies import component, json_body
from mohook.store.store import MessageFilter

__all__ = ["PREFIX", "api", "refusal_response"]

PREFIX = "/_rest/"

api = provider_api("intelepeer", "IntelePeer's own API, as documented.")

_TOKEN: list[dict[str, list[Any]]] = [{"intelepeerToken": []}]
_ENDPOINTS = {
    "parameters": [
        {
            "name": "endpoint",
            "in": "query",
            "required": True,
            "description": "An endpoint; a `+` is written %2B. Repeated for several.",
            "schema": component("EndpointsAsked"),
        }
    ]
}


@api.post(
    WEBHOOK,
    security=_TOKEN,
    request_body=json_body("WebhookRequest"),
    responses=WEBHOOK_SET,
)
def intelepeer_set_webhook() -> Response:
    """Configure the webhook of one endpoint or several. Source: Receiving SMS messages."""
    caller = _caller()
    asked = webhook_request(_body())
    return _answer(
        emulator().intelepeer.webhook_set(
            caller, asked.endpoints, asked.webhook, emulator().clock.now()
        )
    )


@api.get(
    WEBHOOK,
    security=_TOKEN,
    openapi_extensions=_ENDPOINTS,
    responses=WEBHOOK_GOT,
)
def intelepeer_get_webhook() -> Response:
    """Check the webhook of one endpoint or several. Source: Receiving SMS messages."""
    # The documented example sends a JSON body with this GET: it is not looked at.
    caller = _caller()
    mode = emulator().settings.intelepeer.get_endpoints
    endpoints = split_endpoints(request.args.getlist("endpoint"), mode)
    return _answer(emulator().intelepeer.webhook_get(caller, endpoints, emulator().clock.now()))


@api.post(AUTHENTICATE, request_body=json_body("Credentials"), responses=TOKEN)
def intelepeer_authenticate() -> Response:
    """Trade username and password for a token of 24 hours. Source: API Authentication."""
    return _token()


def _token() -> Response:
    given = credentials_request(_body())
    return _answer(
        emulator().intelepeer.authenticate(given.username, given.password, emulator().clock.now())
    )


@api.post(
    PORTAL_TOKEN,
    request_body=json_body("Credentials"),
    responses=TOKEN,
)
def intelepeer_portal_token() -> Response:
    """Do the same at the older address. Source: API Authentication."""
    return _token()


@api.post(
    PROVISION,
    security=_TOKEN,
    request_body=json_body("ProvisionRequest"),
    responses=PROVISIONED,
)
def intelepeer_provision() -> Response:
    """Begin to provision one long code. Source: provisioning page."""
    caller = _caller()
    endpoints = provision_request(_body())
    return _answer(emulator().intelepeer.provision(caller, endpoints, emulator().clock.now()))


@api.get(RECORDS, security=_TOKEN, responses=RECORDS_GOT)
def intelepeer_records() -> Response:
    """Return the detail records of the caller's inbound messages. Assumption: their shape."""
    caller = _caller()
    served = emulator()
    every = served.store.messages(MessageFilter(provider="intelepeer", limit=None))
    text = served.settings.intelepeer.mdr_text
    records = [mdr_record(each, text=text) for each in every if _is_of(caller, each)]
    return _answer((200, {"code": 200, "records": records}))


def refusal_response(refused: MohookError | ProblemError) -> Response:
    """Return a refusal as IntelePeer would tell it: never as problem details."""
    if isinstance(refused, ProblemError):
        form = emulator().settings.intelepeer.error_body
        answer = _answer((refused.status, error_body(refused.status, refused.detail, form)))
        answer.headers.update(refused.headers)
        return answer
    return _answer(emulator().intelepeer.refusal(refused))


def _caller() -> IntelePeerCustomer:
    return emulator().intelepeer.authorize(
        request.headers.get("Authorization"), emulator().clock.now()
    )


def _body() -> Any:
    return cast("StrictRequest", request).json_value()


def _answer(answer: Answer) -> Response:
    status, body = answer
    response = Response(json.dumps(body), status, content_type="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _is_of(caller: IntelePeerCustomer, message: Message) -> bool:
    try:
        number = emulator().intelepeer.number(message.recipient, emulator().clock.now())
    except NotFoundError:
        return False  # taken out of a closed inventory since
    return number.customer in (None, caller.name)
