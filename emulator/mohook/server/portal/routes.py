"""Every page and stream of the portal, on its blueprint: importing this makes it whole."""

from __future__ import annotations

from mohook.server.portal import live as _live
from mohook.server.portal.blueprint import portal
from mohook.server.portal.pages import assumptions as _assumptions
from mohook.server.portal.pages import compose as _compose
from mohook.server.portal.pages import faults as _faults
from mohook.server.portal.pages import message as _message
from mohook.server.portal.pages import messages as _messages
from mohook.server.portal.pages import providers as _providers
from mohook.server.portal.pages import reports as _reports
from mohook.server.portal.pages import state as _state

__all__ = ["portal"]

_PARTS = (_live, _messages, _message, _reports, _assumptions, _providers, _state, _compose, _faults)
