"""A number or short code at IntelePeer, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mohook.providers.intelepeer.provisioning import ProvisioningState, state_at

__all__ = ["IntelePeerNumber"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntelePeerNumber:
    """One endpoint: whose it is, what it may do, where its messages go.

    `customer` None is a number that belongs to whoever calls; `caller` is then who set its
    webhook last, and whose secret signs. `webhook` None was never set, "" was unset.
    `requested_at` is when provisioning was asked for; None where `state` stands still.
    """

    endpoint: str
    customer: str | None = None
    sms_enabled: bool = True
    cpaas_enabled: bool = False
    webhook: str | None = None
    caller: str | None = None
    state: ProvisioningState = ProvisioningState.PROVISIONED
    requested_at: datetime | None = None

    def state_at(self, now: datetime, delay: timedelta) -> ProvisioningState:
        """Return the provisioning state at `now`, where provisioning takes `delay`."""
        if self.requested_at is None:
            return self.state
        return state_at(self.requested_at, delay, now)

    def resolved(self, default: str | None) -> str | None:
        """Return where messages are posted, or None: its own webhook, else the default.

        A number enabled for CPaaS takes no default: only a webhook of its own ends the
        delivery to the CPaaS platform.

        Source: IntelePeer, Receiving SMS messages. Assumption: the default webhook.
        """
        if self.webhook is None:
            return None if self.cpaas_enabled else default
        return self.webhook or None

    @property
    def signer(self) -> str | None:
        """The name of the customer whose secret signs, or None where nobody's is known."""
        return self.customer or self.caller
