"""A directory of IntelePeer to test on, and what it has told."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.settings import CustomerSettings, IntelePeerSettings, NumberSettings, Settings

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOOK = "https://www.myserver.com/myapp"
ONE, TWO = "+12161112222", "+12161112223"

ACME = "acme-token"

CUSTOMERS = {
    "acme": CustomerSettings(token=ACME, username="joe", password="pw", secret="a"),
    "beta": CustomerSettings(token="beta-token", secret="b"),
}
NUMBERS = {
    ONE: NumberSettings(customer="acme"),
    TWO: NumberSettings(customer="beta"),
    "1-1234": NumberSettings(),
    "+12160000000": NumberSettings(sms_enabled=False),
    "+12160000001": NumberSettings(cpaas_enabled=True),
}


class Bench:
    """A directory, with its changes recorded and its common caller authorized."""

    def __init__(self, **switches: Any) -> None:
        self.changes: list[tuple[str, str | None]] = []
        self.directory = IntelePeerDirectory(
            Settings(intelepeer=IntelePeerSettings(**switches)),
            lambda *change: self.changes.append(change),
            random=Random(0),
        )

    def caller(self, token: str = ACME) -> IntelePeerCustomer:
        return self.directory.authorize(f"Bearer {token}", NOW)

    def set(self, *endpoints: str, webhook: str = HOOK) -> tuple[int, dict[str, Any]]:
        return self.directory.webhook_set(self.caller(), endpoints, webhook, NOW)

    def get(self, *endpoints: str) -> tuple[int, dict[str, Any]]:
        return self.directory.webhook_get(self.caller(), endpoints, NOW)

    def webhook(self, number: str) -> str | None:
        return self.directory.webhook(f"intelepeer:{number}")


def closed(**switches: Any) -> Bench:
    """Return a bench whose settings name customers and numbers."""
    return Bench(customers=CUSTOMERS, numbers=NUMBERS, **switches)
