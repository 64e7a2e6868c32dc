"""Draws delivery histories: messages, what goes wrong on the way, time, and hostile requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.fuzz.history import Advance, Again, Fail, History, Post, Resend, Send, Step
from pytest_mohook.stateful.payloads import thinned
from pytest_mohook.strategies import (
    hostile_requests,
    intelepeer_messages,
    ip1_messages,
    sms_texts,
)

__all__ = ["histories", "hostile_histories"]

_SPANS = ("1m", "10m", "1h", "1d")
# What tells most of a receiver stands first, and often.
_FAULTS = (
    *("lose-ack", "duplicate", "500") * 3,
    *("reorder", "timeout", "reset", "refused", "503"),
    *(f"delay:{span}" for span in _SPANS),
)
_MOVES = ("idle", "next", *_SPANS)
_MOST = 8
"""Steps; each may send several messages."""
_EARLIER = st.integers(0, 3)


def histories(provider: str, settings: Settings) -> st.SearchStrategy[History]:
    """Draw histories of what a provider may validly do, and of what goes wrong on the way.

    Shrinks towards one message with an empty text.
    """
    return st.lists(_steps(provider, settings), min_size=1, max_size=_MOST).map(
        lambda steps: History(provider, tuple(steps))
    )


def _steps(provider: str, settings: Settings) -> st.SearchStrategy[Step]:
    message = _messages(provider, settings)
    several = st.lists(message, min_size=2, max_size=3).map(tuple)
    batches = [st.builds(Send, several, batch=st.just(True))] if provider == "ip1" else []
    return st.one_of(
        st.builds(Send, message.map(lambda each: (each,))),
        st.builds(Fail, st.sampled_from(_FAULTS)),
        st.builds(Again, _EARLIER),
        st.builds(Resend, _EARLIER),
        *batches,
        st.builds(Send, several),
        st.builds(Advance, st.sampled_from(_MOVES)),
    )


def _messages(provider: str, settings: Settings) -> st.SearchStrategy[Mapping[str, Any]]:
    """Draw a text alone, or all that this provider may send."""
    wire = PROVIDERS[provider].wire
    whole = ip1_messages() if provider == "ip1" else intelepeer_messages()
    return st.one_of(
        st.fixed_dictionaries({wire.text: sms_texts()}),
        whole.map(lambda payload: thinned(provider, payload, settings)),
    )


@st.composite
def hostile_histories(draw: st.DrawFn, provider: str, settings: Settings) -> History:
    """Draw histories of one hostile request."""
    signed = settings.intelepeer
    messages = (
        ip1_messages()
        if provider == "ip1"
        else intelepeer_messages(secret=signed.secret, signature=signed.signature)
    )
    payload = draw(messages)
    made = draw(hostile_requests(provider, messages=st.just(payload)))
    identity = str(payload[PROVIDERS[provider].wire.id])
    return History(provider, (Post(*made, identity=identity),))
