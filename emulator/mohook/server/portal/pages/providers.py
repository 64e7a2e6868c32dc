"""What the two providers' own portals show: ip1's accounts, IntelePeer's customers and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from flask import render_template

from mohook.directory.customers import NAME_PATTERN, OPEN_CUSTOMER
from mohook.directory.ip1 import OPEN_OWNER, OWNER_PATTERN
from mohook.providers.intelepeer.number import IntelePeerNumber
from mohook.providers.intelepeer.paths import WEBHOOK
from mohook.providers.intelepeer.provisioning import NEXT, ProvisioningState
from mohook.samples import PROVIDER_TITLES, recipient_for
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal
from mohook.server.problems import ProblemError
from mohook.settings import SignatureSettings
from mohook.store.store import MessageFilter

__all__ = ["INBOX", "providers"]

INBOX = 50
"""Messages of the CPaaS inbox that are shown, the newest."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is recorded, and as it stands now."""

    record: IntelePeerNumber
    now: IntelePeerNumber

    @property
    def next_state(self) -> ProvisioningState | None:
        return NEXT.get(self.now.state)

    @property
    def receives(self) -> bool:
        """Whether a message to it is accepted."""
        return self.now.sms_enabled and self.now.state is ProvisioningState.PROVISIONED

    @property
    def for_cpaas(self) -> bool:
        return self.record.cpaas_enabled and not self.now.webhook


@portal.get("/providers", defaults={"provider": "ip1"})
@portal.get("/providers/<provider>")
def providers(provider: str) -> str:
    """Show one provider's part."""
    if provider not in _PARTS:
        msg = f"no provider {provider[:40]!r}: there are {', '.join(_PARTS)}"
        raise ProblemError(404, msg, kind="not-found")
    return render_template(
        f"portal/providers/{provider}.html",
        provider=provider,
        titles=PROVIDER_TITLES,
        recipient=recipient_for(provider, emulator().settings),
        **_PARTS[provider](),
    )


def _ip1() -> dict[str, Any]:
    directory = emulator().ip1
    return {
        "accounts": directory.accounts(),
        "open_owner": None if directory.closed else OPEN_OWNER,
        "owner_pattern": _in_html(OWNER_PATTERN),
    }


def _intelepeer() -> dict[str, Any]:
    served, now = emulator(), emulator().clock.now()
    directory = served.intelepeer
    numbers = [_Number(each, directory.number(each.endpoint, now)) for each in directory.records()]
    wanted = MessageFilter(provider="intelepeer", via="cpaas", newest_first=True, limit=INBOX)
    return {
        "numbers": numbers,
        "default_webhook": directory.default_webhook,
        "customers": directory.customers(),
        "open_customer": OPEN_CUSTOMER,
        "tokens_open": not served.settings.intelepeer.customers,
        "inventory_open": not served.settings.intelepeer.numbers,
        "name_pattern": _in_html(NAME_PATTERN),
        "signature_choices": _signature_choices(),
        "provisioning_states": list(ProvisioningState),
        "inbox": served.store.messages(wanted),
        "most_shown": INBOX,
        "webhook_path": WEBHOOK,
    }


_PARTS = {"ip1": _ip1, "intelepeer": _intelepeer}


def _signature_choices() -> dict[str, tuple[str, ...]]:
    return {name: get_args(words) for name, words in get_type_hints(SignatureSettings).items()}


def _in_html(pattern: str) -> str:
    """Return a pattern as HTML has it: the whole value is meant, and a hyphen is escaped (`v`)."""
    return pattern.strip("^$").replace("-]", "\\-]")
