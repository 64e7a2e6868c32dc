"""Provisioning of a long code: its states, and how time moves them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["IN_PROGRESS", "NEXT", "ProvisioningState", "state_at"]


class ProvisioningState(StrEnum):
    """The documented states, in the words of the wire.

    Source: IntelePeer, Receiving SMS messages (Response Variable Values).
    """

    REQUESTED = "requested"
    PROVISIONING = "provisioning"
    PROVISIONED = "provisioned"
    DEREQUESTED = "derequested"
    DEPROVISIONING = "deprovisioning"
    ERROR = "error"


IN_PROGRESS = frozenset({ProvisioningState.REQUESTED, ProvisioningState.PROVISIONING})
"""While a number is in one of these, asking again is a conflict."""


NEXT: Mapping[ProvisioningState, ProvisioningState] = {
    ProvisioningState.REQUESTED: ProvisioningState.PROVISIONING,
    ProvisioningState.PROVISIONING: ProvisioningState.PROVISIONED,
    ProvisioningState.PROVISIONED: ProvisioningState.DEREQUESTED,
    ProvisioningState.DEREQUESTED: ProvisioningState.DEPROVISIONING,
}
"""What a state is followed by, where all goes well: the two others are the last.

Assumption: the order, which the page leaves to the names.
"""


def state_at(requested_at: datetime, delay: timedelta, now: datetime) -> ProvisioningState:
    """Return the state at `now` of a number whose provisioning takes `delay` in all.

    It is `requested` for the first half and `provisioning` for the second; without a delay
    it is `provisioned` from the next look on.

    Source: IntelePeer, provisioning page (the states). Assumption: the delay and its halves.
    """
    elapsed = now - requested_at
    if elapsed >= delay:
        return ProvisioningState.PROVISIONED
    if elapsed * 2 >= delay:
        return ProvisioningState.PROVISIONING
    return ProvisioningState.REQUESTED
