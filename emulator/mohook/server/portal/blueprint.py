"""The portal's blueprint: its assets, its policy towards browsers, and what every page shows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from mohook import __version__
from mohook.server.blueprints import CONTROL
from mohook.server.current import emulator
from mohook.server.portal.clock_bar import clock_bar
from mohook.server.portal.words import FILTERS

__all__ = ["NAV", "POLICY", "is_portal_page", "portal", "refusal_page"]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""What a page may load and do: nothing from elsewhere, and no script or style in the page."""

NAV = (
    ("portal.messages", "Messages"),
    ("portal.compose", "Compose"),
    ("portal.providers", "Providers"),
    ("portal.reports", "Reports"),
    ("portal.faults", "Faults"),
    ("portal.assumptions", "Assumptions"),
    ("portal.state", "State"),
)
"""The pages, in the order in which they are offered: endpoint and label."""

portal = Blueprint(
    "portal",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
for _name, _filter in FILTERS.items():
    portal.add_app_template_filter(_filter, _name)


@portal.app_context_processor
def _everywhere() -> dict[str, Any]:
    return {
        "nav": NAV,
        "version": __version__,
        "bar": clock_bar(emulator()),
        "last_event": emulator().store.journal.last,
        "base_url": request.host_url.rstrip("/"),
    }


@portal.after_request
def _police(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return answer


def is_portal_page() -> bool:
    """Whether a browser asks for a page, and so should get its refusal as one."""
    if request.method not in ("GET", "HEAD") or request.path.startswith(CONTROL):
        return False
    best = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    return best == "text/html" and "text/html" in request.headers.get("Accept", "")


def refusal_page(status: int, title: str, detail: str) -> Response:
    """Return a refusal as a page that says what is wrong and where to go on."""
    page = render_template("portal/refusal.html", status=status, title=title, detail=detail)
    return _police(Response(page, status, content_type="text/html; charset=utf-8"))
