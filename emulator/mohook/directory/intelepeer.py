"""IntelePeer's customers and numbers, and what its configuration API does with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from random import Random
from threading import RLock
from typing import Any

from mohook.directory.configuration import Configuration
from mohook.directory.customers import Customers
from mohook.directory.numbers import Numbers, endpoint_of
from mohook.directory.route import OnChange, OnWrite, Route, ignore_changes, ignore_writes
from mohook.directory.state import reading
from mohook.errors import ConflictError, InputError, MohookError, UnauthorizedError
from mohook.providers.intelepeer.answers import Answer, authenticated, refusal
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.number import IntelePeerNumber
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.settings import CustomerSettings, Settings, SignatureSettings

__all__ = ["IntelePeerDirectory"]

# Enough for every number of a large test; beyond it a route is worked out each time.
_ROUTES_KEPT = 100_000


class IntelePeerDirectory:
    """Every customer and number, and the answers of the configuration API.

    Writing takes the lock; reading takes none, for what is read is replaced, never changed.

    >>> from datetime import UTC
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> directory = IntelePeerDirectory(Settings())
    >>> caller = directory.authorize("Bearer any", now)
    >>> directory.webhook_set(caller, ["+12161112222"], "http://localhost/sms", now)[0]
    201
    >>> directory.route("+12161112222", now).webhook
    'http://localhost/sms'

    Source: IntelePeer, Receiving SMS messages. Assumption: the open inventory.
    """

    def __init__(
        self,
        settings: Settings,
        on_change: OnChange = ignore_changes,
        *,
        random: Random | None = None,
        lock: AbstractContextManager[Any] | None = None,
        on_write: OnWrite = ignore_writes,
    ) -> None:
        self._settings = settings.intelepeer
        self._random = random or Random(settings.serve.seed)
        self._lock = lock or RLock()
        self._on_write = on_write
        self._customers = Customers(settings.intelepeer)
        self._numbers = Numbers(settings.intelepeer, on_change)
        self._configuration = Configuration(settings.intelepeer, self._numbers)
        self._require_customers(self._numbers.all())

    def route(self, recipient: str, now: datetime) -> Route:
        """Return where the messages of `recipient` go at `now`.

        Raises `AddressError`, `UnknownNumberError` outside a closed inventory, and
        `ConflictError` for a number that is not SMS-enabled or not provisioned.
        """
        return self._numbers.routes.get(recipient) or self._new_route(recipient, now)

    def webhook(self, endpoint: str) -> str | None:
        """Return where `intelepeer:NUMBER` posts, or None where it posts nowhere."""
        return self._numbers.webhook(endpoint)

    # The configuration API

    def authorize(self, authorization: str | None, now: datetime) -> IntelePeerCustomer:
        """Return who calls, by the `Authorization` header. Raises `UnauthorizedError`."""
        return self._customers.authorize(authorization, now)

    def refusal(self, error: MohookError) -> Answer:
        """Return the API's answer for an error, in the form of the switch `error_body`."""
        return refusal(error, self._settings.error_body)

    def authenticate(self, username: str, password: str, now: datetime) -> Answer:
        """Return 200 and a token for 24 hours, or 401."""
        with self._writing():
            try:
                token = self._customers.authenticate(username, password, now, self._random)
            except UnauthorizedError as error:
                return self.refusal(error)
        return authenticated(token)

    def webhook_set(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], webhook: str, now: datetime
    ) -> Answer:
        """Set the webhook of one endpoint or several: 201, 207, 400 or 404."""
        with self._writing():
            return self._configuration.webhook_set(customer, endpoints, webhook, now)

    def webhook_get(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], now: datetime
    ) -> Answer:
        """Tell the webhook of one endpoint or several: 200, 207, 400 or 404."""
        return self._configuration.webhook_get(customer, endpoints, now)

    def provision(
        self, customer: IntelePeerCustomer, endpoints: Sequence[str], now: datetime
    ) -> Answer:
        """Begin to provision one long code: 202, 400, or 409 while it is in progress."""
        with self._writing():
            return self._configuration.provision(customer, endpoints, now)

    # Records

    @property
    def default_webhook(self) -> str | None:
        """Where numbers post that have no webhook of their own, CPaaS numbers excepted."""
        return self._numbers.default_webhook

    def put_default_webhook(self, webhook: str | None) -> None:
        """Set the default webhook, None for no such thing. Raises `WebhookError`.

        The change is told for every number that follows it and that a message came for.
        """
        with self._writing():
            self._numbers.put_default(webhook)

    def number(self, endpoint: str, now: datetime) -> IntelePeerNumber:
        """Return a number as it stands at `now`, with the webhook that it resolves to.

        Raises `AddressError`, and `UnknownNumberError` outside a closed inventory.
        """
        return self._numbers.view(self._numbers.get(endpoint), now)

    def numbers(self, now: datetime) -> list[IntelePeerNumber]:
        """Return every number that something is recorded of, as it stands at `now`."""
        return [self._numbers.view(number, now) for number in self._numbers.all()]

    def records(self) -> list[IntelePeerNumber]:
        """Return every number as it is recorded: `webhook` is its own alone."""
        return self._numbers.all()

    def put_number(
        self,
        endpoint: str,
        *,
        customer: str | None = None,
        sms_enabled: bool = True,
        cpaas_enabled: bool = False,
        webhook: str | None = None,
        provisioning: ProvisioningState = ProvisioningState.PROVISIONED,
    ) -> IntelePeerNumber:
        """Make or replace a number and return it. A state that is given stands still.

        `webhook` None takes the default; "" is none at all. Raises `AddressError`,
        `WebhookError`, or `NotFoundError` for the customer; nothing is changed then.
        """
        number = IntelePeerNumber(
            endpoint=endpoint,
            customer=customer,
            sms_enabled=sms_enabled,
            cpaas_enabled=cpaas_enabled,
            webhook=webhook,
            state=ProvisioningState(provisioning),
        )
        with self._writing():
            self._require_customers([number])
            self._numbers.put(number)
            return number

    def change_number(self, endpoint: str, changes: Mapping[str, Any]) -> IntelePeerNumber:
        """Change of a number what is named, in the words of its record, and return it.

        Raises as `put_number` does, and `UnknownNumberError` outside a closed inventory;
        nothing is changed then.
        """
        with self._writing():
            number = replace(self._numbers.get(endpoint), **changes)
            self._require_customers([number])
            self._numbers.put(number)
            return number

    def delete_number(self, endpoint: str) -> None:
        """Drop what is recorded of a number. Raises `NotFoundError` where nothing is."""
        with self._writing():
            self._numbers.delete(endpoint)

    def customer(self, name: str) -> IntelePeerCustomer:
        """Return a customer by name. Raises `NotFoundError`."""
        return self._customers.get(name)

    def customers(self) -> list[IntelePeerCustomer]:
        """Return every customer, in the order in which they came."""
        return self._customers.all()

    def put_customer(
        self,
        name: str,
        *,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        secret: str | None = None,
        signature: SignatureSettings | None = None,
    ) -> IntelePeerCustomer:
        """Make or replace a customer and return it. See `Customers.put`."""
        given = CustomerSettings(
            token=token, username=username, password=password, secret=secret, signature=signature
        )
        with self._writing():
            customer = self._customers.put(name, given)
            # A route holds the customer whose secret signs.
            self._numbers.routes = {}
            return customer

    def change_customer(self, name: str, changes: Mapping[str, Any]) -> IntelePeerCustomer:
        """Change of a customer what is named. See `Customers.change`."""
        with self._writing():
            customer = self._customers.change(name, changes)
            self._numbers.routes = {}
            return customer

    # All of it

    def reset(self) -> None:
        """Go back to the settings; every issued token is forgotten."""
        with self._writing():
            self._customers.restart()
            self._numbers.restart()

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON values, secrets and tokens included."""
        with self._lock:
            return self._customers.dump() | self._numbers.dump()

    def load(self, state: Mapping[str, Any]) -> None:
        """Take the state of a `dump`. Raises `InputError`; nothing is changed then."""
        with self._writing(), reading("the intelepeer state"):
            records = self._numbers.read(state)
            self._customers.load(state)
            self._numbers.install(*records)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._on_write()

    def _require_customers(self, numbers: Iterable[IntelePeerNumber]) -> None:
        for number in numbers:
            if number.customer is not None:
                self._customers.get(number.customer)

    def _new_route(self, recipient: str, now: datetime) -> Route:
        # Taken before anything is read: a write replaces it, and then this route is not kept.
        routes = self._numbers.routes
        number = self._numbers.get(recipient)
        self._numbers.met[recipient] = None
        try:
            self._configuration.require_ready(number, now)
        except InputError as error:
            msg = f"{error}; it cannot receive"
            raise ConflictError(msg) from None
        webhook = number.resolved(self._numbers.default_webhook)
        route = Route(
            endpoint_of(recipient),
            webhook,
            cpaas=number.cpaas_enabled and webhook is None,
            account=self._customers.signer(number.signer),
        )
        if len(routes) < _ROUTES_KEPT:
            routes[recipient] = route
        return route
