"""The numbers at IntelePeer: which exist, whose they are, where their messages go."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from mohook.directory.listing import listed
from mohook.directory.route import OnChange, Route
from mohook.directory.state import flag, text
from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import NotFoundError, UnknownNumberError
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.endpoints import require_endpoint
from mohook.providers.intelepeer.number import IntelePeerNumber
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.settings import IntelePeerSettings

__all__ = ["Numbers", "endpoint_of"]

_PREFIX = "intelepeer:"


def endpoint_of(number: str) -> str:
    """Return the key of a number's webhook: `intelepeer:NUMBER`."""
    return _PREFIX + number


class Numbers:
    """Every number that something is recorded of. The caller holds the lock to write.

    Numbers in the settings close the inventory. Else it is open: any well-formed endpoint
    exists, is SMS-enabled, provisioned, and belongs to whoever calls.
    """

    def __init__(self, settings: IntelePeerSettings, on_change: OnChange) -> None:
        self._settings = settings
        self._on_change = on_change
        self._records = self._configured()
        self.default_webhook = self._configured_default()
        self.met: dict[str, None] = {}
        """Numbers of an open inventory that a message came for: they may follow the default."""
        self.routes: dict[str, Route] = {}
        """Routes worked out since the last change; a change puts an empty one in its place."""

    @property
    def closed(self) -> bool:
        """Whether the settings name numbers, so that others do not exist."""
        return bool(self._settings.numbers)

    def get(self, endpoint: str) -> IntelePeerNumber:
        """Return what is known of a number, which an open inventory invents.

        Raises `AddressError`, and `UnknownNumberError` outside a closed inventory.
        """
        record = self._records.get(endpoint)
        if record is not None:
            return record
        require_endpoint(endpoint, self._settings.short_code_length)
        if self.closed:
            msg = (
                "The telephone number is not available for use by the customer: "
                f"{endpoint!r}; there are {listed(self._records)}; "
                "use one of these, or name it in [intelepeer.numbers]"
            )
            raise UnknownNumberError(msg)
        return IntelePeerNumber(endpoint=endpoint)

    def of(self, customer: IntelePeerCustomer, endpoint: str) -> IntelePeerNumber:
        """Return a number that `customer` may use. Raises as `get` does, for another's too.

        Source: IntelePeer, Receiving SMS messages (404).
        """
        number = self.get(endpoint)
        if number.customer not in (None, customer.name):
            msg = (
                "The telephone number is not available for use by the customer: "
                f"{endpoint!r} is not one of {customer.name!r}"
            )
            raise UnknownNumberError(msg)
        return number

    def all(self) -> list[IntelePeerNumber]:
        """Return every number that something is recorded of, in the order of their coming."""
        return list(self._records.values())

    def view(self, number: IntelePeerNumber, now: datetime) -> IntelePeerNumber:
        """Return `number` as it stands at `now`: its state, and the webhook it resolves to."""
        webhook = number.webhook
        if webhook is None:
            webhook = number.resolved(self.default_webhook)
        return replace(number, webhook=webhook, state=self.state(number, now))

    def state(self, number: IntelePeerNumber, now: datetime) -> ProvisioningState:
        """Return how far the provisioning of a number is at `now`."""
        return number.state_at(now, self._settings.provisioning_delay)

    def webhook(self, endpoint: str) -> str | None:
        """Return where `intelepeer:NUMBER` posts, or None where it posts nowhere."""
        number = self._records.get(endpoint.removeprefix(_PREFIX))
        if number is not None:
            return number.resolved(self.default_webhook)
        return None if self.closed else self.default_webhook

    def put(self, number: IntelePeerNumber) -> None:
        """Make or replace a record. Raises `AddressError` or `WebhookError`, changing nothing."""
        self._check(number)
        key = endpoint_of(number.endpoint)
        was = self.webhook(key)
        self._records[number.endpoint] = number
        self._changed(key, was)

    def delete(self, endpoint: str) -> None:
        """Drop a record: the number exists no more, or as the open inventory invents it.

        Raises `NotFoundError` where nothing is recorded.
        """
        if endpoint not in self._records:
            msg = (
                f"nothing is recorded of {reprlib.repr(endpoint)}: "
                f"there are {listed(self._records)}"
            )
            raise NotFoundError(msg)
        key = endpoint_of(endpoint)
        was = self.webhook(key)
        del self._records[endpoint]
        self._changed(key, was)

    def put_default(self, webhook: str | None) -> None:
        """Set where numbers post that have no webhook of their own. Raises `WebhookError`."""
        if webhook:
            require_webhook_url(webhook)
        self.install(self._records, webhook or None)

    def restart(self) -> None:
        """Go back to the numbers of the settings."""
        self.install(self._configured(), self._configured_default())

    def install(self, records: dict[str, IntelePeerNumber], default: str | None) -> None:
        """Make this the state at once, and tell every webhook that has changed."""
        names = {**self._records, **records, **self.met}
        before = {key: self.webhook(key) for key in map(endpoint_of, names)}
        self._records, self.default_webhook = records, default
        for key, was in before.items():
            self._changed(key, was)

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON values, webhooks with their credentials included."""
        return {
            "default_webhook": self.default_webhook,
            "numbers": [_dumped(number) for number in self.all()],
        }

    def read(self, state: Mapping[str, Any]) -> tuple[dict[str, IntelePeerNumber], str | None]:
        """Return what `install` takes, from a `dump`. Raises what a malformed one raises."""
        default = text(state, "default_webhook")
        if default:
            require_webhook_url(default)
        numbers = [_loaded(entry) for entry in state["numbers"]]
        for number in numbers:
            self._check(number)
        return {number.endpoint: number for number in numbers}, default

    def _changed(self, key: str, was: str | None) -> None:
        # Before anybody is told: whoever is told may ask for the route.
        self.routes = {}
        now = self.webhook(key)
        if now != was:
            self._on_change(key, now)

    def _check(self, number: IntelePeerNumber) -> None:
        require_endpoint(number.endpoint, self._settings.short_code_length)
        if number.webhook:
            require_webhook_url(number.webhook)

    def _configured(self) -> dict[str, IntelePeerNumber]:
        records = {}
        for endpoint, given in self._settings.numbers.items():
            records[endpoint] = IntelePeerNumber(
                endpoint=endpoint,
                customer=given.customer,
                sms_enabled=given.sms_enabled,
                cpaas_enabled=given.cpaas_enabled,
                webhook=given.webhook,
            )
            self._check(records[endpoint])
        return records

    def _configured_default(self) -> str | None:
        webhook = self._settings.webhook
        return require_webhook_url(webhook) if webhook else None


def _dumped(number: IntelePeerNumber) -> dict[str, Any]:
    requested_at = number.requested_at.isoformat() if number.requested_at else None
    return asdict(number) | {"state": number.state.value, "requested_at": requested_at}


def _loaded(entry: Mapping[str, Any]) -> IntelePeerNumber:
    requested_at = text(entry, "requested_at")
    return IntelePeerNumber(
        endpoint=entry["endpoint"],
        customer=text(entry, "customer"),
        sms_enabled=flag(entry, "sms_enabled"),
        cpaas_enabled=flag(entry, "cpaas_enabled"),
        webhook=text(entry, "webhook"),
        caller=text(entry, "caller"),
        state=ProvisioningState(entry["state"]),
        requested_at=datetime.fromisoformat(requested_at) if requested_at else None,
    )
