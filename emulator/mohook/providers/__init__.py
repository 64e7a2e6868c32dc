"""What each provider posts and how it retries: data and small functions, no state, no I/O.

Time and randomness come in as arguments. Who may receive where stands in `directory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mohook.providers.intelepeer.provider import IntelePeer
from mohook.providers.ip1.provider import Ip1
from mohook.providers.provider import Provider

__all__ = ["PROVIDERS"]

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {provider.name: provider for provider in (Ip1(), IntelePeer())}
)
"""Every provider by the word that options, paths and messages use for it."""
