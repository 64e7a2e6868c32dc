"""The first page: what this is, and where to go on."""

from __future__ import annotations

from flask import Blueprint, Response
from markupsafe import escape

from mohook import __version__
from mohook.server.current import emulator

__all__ = ["pages"]

pages = Blueprint("pages", __name__)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mohook</title>
<h1>mohook {version}</h1>
<p>The bench carrier for inbound SMS runs here, on the {clock} clock.
It stands in for ip1 and IntelePeer; there is no page for it yet, but an API:</p>
<ul>
<li><a href="/mohook/v1/health">health</a></li>
<li><a href="/mohook/v1/messages">messages</a></li>
<li><a href="/mohook/v1/events">events</a></li>
<li><a href="/mohook/v1/assumptions">assumptions</a></li>
<li><a href="/mohook/v1/openapi.json">the whole API, as OpenAPI</a></li>
</ul>
<p>In a shell, begin with <code>mohook --help</code>.</p>
"""


@pages.get("/")
def index() -> Response:
    """Show what runs here."""
    page = _PAGE.format(version=escape(__version__), clock=escape(emulator().clock.mode))
    answer = Response(page, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return answer
