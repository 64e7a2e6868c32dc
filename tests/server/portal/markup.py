"""Markup, read as a person does."""

from __future__ import annotations

import html
import re

__all__ = ["told"]


def told(markup: str) -> str:
    """Return the text of markup, a space for each tag and its white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
