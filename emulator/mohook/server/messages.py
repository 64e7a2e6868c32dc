"""Messages: sending, listing, sending again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import request

from mohook.delivery.message import Message, State
from mohook.rendering import message_json
from mohook.server.blueprints import control_api
from mohook.server.bulk import NDJSON_TYPE, read_lines, submission_of
from mohook.server.current import emulator
from mohook.server.misfits import naming_the_field
from mohook.server.models.messages import (
    MessageId,
    MessageShown,
    MessagesPage,
    MessagesQuery,
    MessagesShown,
    ResendFailed,
    SendBody,
    SendQuery,
    WaitQuery,
)
from mohook.server.reading import read_body
from mohook.server.recipients import require_recipient
from mohook.server.replies import component, json_body, replies
from mohook.server.settling import as_they_stand, settle
from mohook.store.store import MessageFilter
from mohook.submission import Submission

__all__ = ["api"]

api = control_api("messages", "Inbound SMS on their way to the receiver.")

_LINES = {
    "schema": {"type": "string", "description": "One SendBody a line, all taken or none."},
}
_FIRST = {"id": "$response.body#/messages/0/id"}
_SENT = {
    "description": "Accepted: the messages, or for lines how many they are.",
    "content": {
        "application/json": {
            "schema": {"anyOf": [component("MessagesShown"), component("AcceptedShown")]}
        }
    },
    "links": {
        "show": {"operationId": "message", "parameters": _FIRST},
        "resend": {"operationId": "resend", "parameters": _FIRST},
    },
}


@api.post(
    "/messages",
    request_body=json_body("SendBody", {NDJSON_TYPE: _LINES}),
    responses=replies({201: _SENT}, 404, 409, 503, body=True),
)
def send(query: SendQuery) -> tuple[dict[str, Any], int]:
    """Send an SMS, once or often; or as NDJSON any number of them, all or none.

    With the manual clock the first attempt has been made when this answers.
    """
    if request.mimetype == NDJSON_TYPE:
        return _send_lines(query)
    given = read_body(SendBody)
    with naming_the_field(given, emulator().settings):
        accepted = _accepting(query)([submission_of(given)])
    settle(accepted, query.wait)
    return {"messages": [message_json(each) for each in as_they_stand(accepted)]}, 201


def _accepting(query: SendQuery) -> Callable[[Sequence[Submission]], list[Message]]:
    return emulator().send_batch if query.batch else emulator().send


def _send_lines(query: SendQuery) -> tuple[dict[str, Any], int]:
    lines = read_lines(request.get_data(cache=False))
    with lines.naming_the_line():
        accepted = _accepting(query)(lines)
    settle(accepted, query.wait)
    return {"accepted": len(accepted)}, 201


@api.get("/messages", responses=replies({200: MessagesPage}))
def list_messages(query: MessagesQuery) -> dict[str, Any]:
    """List messages in the order in which they were accepted, page by page."""
    require_recipient(query.to)
    wanted = MessageFilter(
        query.provider,
        State(query.state) if query.state else None,
        query.to,
        query.after,
        query.limit,
    )
    return {"messages": [message_json(each) for each in emulator().store.messages(wanted)]}


@api.get("/messages/<id>", responses=replies({200: MessageShown}, 404))
def message(path: MessageId) -> dict[str, Any]:
    """Show one message with its attempts."""
    return message_json(emulator().store.message(path.id))


@api.post("/messages/<id>/resend", responses=replies({200: MessageShown}, 404, 409, 503))
def resend(path: MessageId, query: WaitQuery) -> dict[str, Any]:
    """Make a message due now: a finished one with the full number of tries again."""
    again = emulator().resend(path.id)
    settle([again], query.wait)
    return message_json(as_they_stand([again])[0])


@api.post(
    "/resend",
    request_body=json_body("ResendFailed", required=False),
    responses=replies({200: MessagesShown}, 409, 503, body=True),
)
def resend_failed(query: WaitQuery) -> dict[str, Any]:
    """Make every failed message due now, or those that failed since a time."""
    again = emulator().resend_failed(read_body(ResendFailed, required=False).since)
    settle(again, query.wait)
    return {"messages": [message_json(each) for each in as_they_stand(again)]}
