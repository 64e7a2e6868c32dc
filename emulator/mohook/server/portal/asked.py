"""What a page's query asks for: read strictly, and told where it cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from mohook.delivery.message import State
from mohook.providers import PROVIDERS
from mohook.server.problems import ProblemError
from mohook.store.store import MessageFilter

__all__ = ["LONGEST_SEARCH", "wanted_messages"]

LONGEST_SEARCH = 1_000


def wanted_messages(query: Mapping[str, str], *, limit: int = 100) -> MessageFilter:
    """Return the filter that `provider`, `state`, `search` and `before` name, newest first.

    Empty ones ask for nothing. Raises ProblemError 422 for a value that there is not.
    """
    return MessageFilter(
        provider=_one_of(query, "provider", list(PROVIDERS)),
        state=State(state) if (state := _one_of(query, "state", list(State))) else None,
        search=query.get("search", "")[:LONGEST_SEARCH].strip() or None,
        before=query.get("before") or None,
        newest_first=True,
        limit=limit,
    )


def _one_of(query: Mapping[str, str], name: str, choices: list[str]) -> str | None:
    value = query.get(name) or None
    if value is not None and value not in choices:
        msg = f"{name} {value[:40]!r}: expected {', '.join(choices)}, or nothing"
        raise ProblemError(422, msg, kind="input")
    return value
