"""The list of messages, newest first: filtered, searched, live."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from mohook.delivery.message import State
from mohook.providers import PROVIDERS
from mohook.server.current import emulator
from mohook.server.portal.asked import wanted_messages
from mohook.server.portal.blueprint import portal
from mohook.server.portal.live import counts
from mohook.server.portal.rows import RowWriter
from mohook.store.store import MessageFilter

__all__ = ["PAGE", "messages", "more_rows"]

PAGE = 100
"""Rows that come at a time."""


@portal.get("/")
def messages() -> str:
    """Show the newest messages under the filter that the query names."""
    wanted = wanted_messages(request.args, limit=PAGE)
    last = emulator().store.journal.last  # before the list: a change after it is told again
    found = emulator().store.messages(wanted)
    return render_template(
        "portal/messages.html",
        messages=found,
        wanted=wanted,
        counts=counts(emulator().store),
        states=list(State),
        providers=list(PROVIDERS),
        page=PAGE,
        last_event=last,
    )


@portal.get("/portal/rows")
def more_rows() -> dict[str, Any]:
    """Return rows as the list shows them: older ones (`before`), or those named (`ids`)."""
    store = emulator().store
    last = store.journal.last
    if "ids" in request.args:
        named = frozenset(request.args["ids"].split(",")[: 2 * PAGE])
        found = store.messages(MessageFilter(ids=named, newest_first=True, limit=None))
    else:
        found = store.messages(wanted_messages(request.args, limit=PAGE))
    return {"rows": RowWriter().rows(found), "last": last}
