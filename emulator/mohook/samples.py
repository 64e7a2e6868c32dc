"""The numbers and texts of the providers' documents: what `send` sends when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mohook.settings import Settings

__all__ = ["PROVIDER_TITLES", "SAMPLES", "Sample", "recipient_for"]


PROVIDER_TITLES: Mapping[str, str] = {"ip1": "ip1", "intelepeer": "IntelePeer"}
"""The providers as they write themselves."""


class Sample(NamedTuple):
    """One documented inbound message."""

    sender: str
    recipient: str
    body: str


SAMPLES: Mapping[str, Sample] = {
    "ip1": Sample("46712345678", "456189040623", "Hi my name is earl"),
    "intelepeer": Sample("+7708675309", "+13038675309", "Hello World!"),
}
"""Source: ip1, Receive incoming SMS; IntelePeer, Receiving SMS messages."""


def recipient_for(provider: str, settings: Settings) -> str:
    """Return the first number that the settings name, for others do not exist then; or the sample.

    >>> from mohook.settings import Settings
    >>> recipient_for("ip1", Settings())
    '456189040623'
    """
    numbers = {
        "ip1": [number for each in settings.ip1.accounts.values() for number in each.numbers],
        "intelepeer": list(settings.intelepeer.numbers),
    }[provider]
    return numbers[0] if numbers else SAMPLES[provider].recipient
