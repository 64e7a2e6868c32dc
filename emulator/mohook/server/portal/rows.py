"""One line of the list of messages, as the list and the stream give it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app

from mohook.delivery.message import Message

__all__ = ["RowWriter"]


class RowWriter:
    """Writes rows: their markup stands in one template. Made within a request, used anywhere."""

    def __init__(self) -> None:
        # Any: a template's macros are attributes of its module.
        self._row: Any = current_app.jinja_env.get_template("portal/_row.html").module

    def rows(self, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """Return `{"id", "html"}` of each message."""
        return [{"id": each.id, "html": str(self._row.row(each)).strip()} for each in messages]
