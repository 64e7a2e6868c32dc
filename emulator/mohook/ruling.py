"""How each provider delivers under the settings in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from mohook.delivery.engine import Rules
from mohook.delivery.message import Message
from mohook.providers import PROVIDERS
from mohook.providers.provider import Provider
from mohook.settings import Settings

__all__ = ["rules_by_provider"]

Renewed = Callable[[Provider, Message, datetime], bytes]


def rules_by_provider(settings: Settings, renewed: Renewed) -> dict[str, Rules]:
    """Return the rules of every provider by its word; `renewed` makes a payload with new ids."""
    return {name: _rules(provider, settings, renewed) for name, provider in PROVIDERS.items()}


def _rules(provider: Provider, settings: Settings, renewed: Renewed) -> Rules:
    delivery = settings.delivery
    return Rules(
        provider.retry_policy(settings),
        frozenset(str(n) for n in range(1000) if provider.acknowledges(n, settings)),
        delivery.transport_failures == "retry",
        partial(renewed, provider) if delivery.new_id_per_attempt else None,
    )
