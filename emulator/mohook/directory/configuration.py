"""What the configuration API does: set and tell webhooks, provision numbers.

The caller has authorized the customer and holds the lock.
Source: IntelePeer, Receiving SMS messages; provisioning page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mohook.directory.numbers import Numbers
from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import ConflictError, InputError, NotFoundError
from mohook.providers.intelepeer.answers import (
    Answer,
    answered,
    provisioning_requested,
    refusal,
    webhook_record,
)
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.number import IntelePeerNumber
from mohook.providers.intelepeer.provisioning import IN_PROGRESS, ProvisioningState
from mohook.settings import IntelePeerSettings
from mohook.sms.addresses import is_short_code

__all__ = ["Configuration"]


class Configuration:
    """The rules of the API over the numbers; every switch of `[intelepeer]` stands here."""

    def __init__(self, settings: IntelePeerSettings, numbers: Numbers) -> None:
        self._settings = settings
        self._numbers = numbers

    def webhook_set(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], webhook: str, now: datetime
    ) -> Answer:
        """Set the webhook of one endpoint or several: 201, 207, 400 or 404.

        A bad URL is the whole request's 400, for there is one URL for all endpoints.

        Assumption: an empty URL is malformed; by switch it unsets the webhook.
        """
        try:
            asked = self._asked(endpoints)
            if webhook or self._settings.empty_webhook == "400":
                require_webhook_url(webhook)
        except InputError as error:
            return refusal(error, self._settings.error_body)

        def configure(endpoint: str) -> dict[str, Any]:
            number = self._numbers.of(customer, endpoint)
            self.require_ready(number, now)
            number = replace(number, webhook=webhook, caller=customer.name)
            self._numbers.put(number)
            return self._record(number, now)

        return answered(asked, configure, 201, self._settings.error_body)

    def webhook_get(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], now: datetime
    ) -> Answer:
        """Tell the webhook of one endpoint or several: 200, 207, 400 or 404.

        Assumption: a webhook that was never set is null, by switch empty or a 404.
        """
        try:
            asked = self._asked(endpoints)
        except InputError as error:
            return refusal(error, self._settings.error_body)

        def look(endpoint: str) -> dict[str, Any]:
            number = self._numbers.of(customer, endpoint)
            record = self._record(number, now)
            if not record["webhook"] and self._settings.webhook_never_set == "404":
                msg = f"no webhook is set on {endpoint!r}: POST one first"
                raise NotFoundError(msg)
            return record

        return answered(asked, look, 200, self._settings.error_body)

    def provision(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], now: datetime
    ) -> Answer:
        """Begin to provision one long code: 202, 400, or 409 while it is in progress.

        The number is SMS-enabled by it; one that is provisioned already begins anew.

        Assumption: a number that is not the customer's is a 400, for the page knows no 404.
        """
        try:
            number = self._provisionable(customer, endpoints, now)
        except (InputError, NotFoundError, ConflictError) as error:
            refused = InputError(str(error)) if isinstance(error, NotFoundError) else error
            return refusal(refused, self._settings.error_body)
        state = ProvisioningState.REQUESTED
        self._numbers.put(replace(number, sms_enabled=True, state=state, requested_at=now))
        return provisioning_requested()

    def require_ready(self, number: IntelePeerNumber, now: datetime) -> None:
        """Raise `InputError` unless the number is SMS-enabled and provisioned."""
        if not number.sms_enabled:
            msg = (
                f"The telephone number has not been enabled for SMS: {number.endpoint!r}; "
                "provision it, or set sms_enabled"
            )
            raise InputError(msg)
        state = self._numbers.state(number, now)
        if state is not ProvisioningState.PROVISIONED:
            msg = (
                f"The telephone number is not provisioned: {number.endpoint!r} is {state.value!r}; "
                "wait for it, or provision it"
            )
            raise InputError(msg)

    def _record(self, number: IntelePeerNumber, now: datetime) -> dict[str, Any]:
        webhook = number.resolved(self._numbers.default_webhook)
        if webhook is None and self._settings.webhook_never_set == "empty":
            webhook = ""
        return webhook_record(number.endpoint, webhook, self._numbers.state(number, now))

    def _asked(self, endpoints: Sequence[str]) -> list[str]:
        """Return the endpoints to answer for. Raises `InputError`.

        Assumption: an empty list is a 400; duplicates are answered one by one.
        """
        if not endpoints and self._settings.empty_endpoints == "400":
            msg = "no endpoints: expected one or more, such as '+12161112222'"
            raise InputError(msg)
        once = list(dict.fromkeys(endpoints))
        if len(once) == len(endpoints) or self._settings.duplicate_endpoints == "each":
            return list(endpoints)
        if self._settings.duplicate_endpoints == "400":
            twice = next(endpoint for endpoint in once if endpoints.count(endpoint) > 1)
            msg = f"{twice!r} stands more than once in the endpoints: expected each once"
            raise InputError(msg)
        return once

    def _provisionable(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], now: datetime
    ) -> IntelePeerNumber:
        if len(endpoints) != 1:
            msg = f"{len(endpoints)} endpoints: expected one number, such as ['+12161112222']"
            raise InputError(msg)
        endpoint = endpoints[0]
        if is_short_code(endpoint, self._settings.short_code_length):
            msg = f"{endpoint!r} is a short code: it is ordered, not provisioned by this call"
            raise InputError(msg)
        number = self._numbers.of(customer, endpoint)
        if self._numbers.state(number, now) in IN_PROGRESS:
            msg = f"the provisioning of {endpoint!r} is in progress: expected one at a time; wait"
            raise ConflictError(msg)
        return number
