"""The customers at IntelePeer, and the tokens that let them in."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from mohook.directory.listing import listed
from mohook.directory.state import signature_from, text
from mohook.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    TokenExpiredError,
    UnauthorizedError,
)
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.tokens import TOKEN_LIFETIME, draw_token, token_in
from mohook.settings import CustomerSettings, IntelePeerSettings

__all__ = ["NAME_PATTERN", "OPEN_CUSTOMER", "Customers"]

OPEN_CUSTOMER = "default"
"""The customer whom every token belongs to that belongs to no other, while tokens are open."""

NAME_PATTERN = "^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"

_CREDENTIALS = ("token", "username", "password", "secret")
_WRONG = "wrong username or password: expected those of a customer in mohook.toml"


class _Issued(NamedTuple):
    customer: str
    until: datetime


class Customers:
    """Every customer by name, and every token that was issued. The caller holds the lock.

    Customers in the settings close the tokens. Else they are open: any token that is not
    known to be another's, or to have expired, is the open customer's.
    """

    def __init__(self, settings: IntelePeerSettings) -> None:
        self._settings = settings
        self.restart()

    @property
    def closed(self) -> bool:
        """Whether the settings name customers, so that other tokens are not good."""
        return bool(self._settings.customers)

    def restart(self) -> None:
        """Go back to the customers of the settings, with no token issued."""
        self._issued: dict[str, _Issued] = {}
        self._fallback = self._make(OPEN_CUSTOMER, CustomerSettings())
        self._named = self._all_of(self._settings.customers)
        if len(self._settings.customers) == 1:
            [self._fallback] = self._named.values()

    def get(self, name: str) -> IntelePeerCustomer:
        """Return a customer by name. Raises `NotFoundError`."""
        customer = self._named.get(name)
        if customer is None:
            msg = (
                f"no IntelePeer customer {reprlib.repr(name)}: there are {listed(self._named)}; "
                "PUT /mohook/v1/intelepeer/customers/NAME makes one"
            )
            raise NotFoundError(msg)
        return customer

    def all(self) -> list[IntelePeerCustomer]:
        """Return every customer, in the order in which they came."""
        return list(self._named.values())

    def signer(self, name: str | None) -> IntelePeerCustomer:
        """Return whose secret signs: the customer of that name, or whom a nameless call means.

        That is the open customer, or the only one that the settings name.
        """
        found = self._named.get(name) if name else None
        return found or self._named.get(self._fallback.name, self._fallback)

    def put(self, name: str, given: CustomerSettings) -> IntelePeerCustomer:
        """Make or replace a customer and return it.

        A secret or signature of None is that of the settings. Raises `InputError` for a bad
        name and `ConflictError` for another's token or username; nothing is changed then.
        """
        customer = self._make(name, given)
        self._named = _without_clash(self._named | {name: customer})
        return customer

    def change(self, name: str, changes: Mapping[str, Any]) -> IntelePeerCustomer:
        """Change of a customer what is named, and of its signature what is named there.

        Raises `NotFoundError`, and as `put` does; nothing is changed then.
        """
        was = self.get(name)
        given = {key: getattr(was, key) for key in (*_CREDENTIALS, "signature")} | {**changes}
        if changes.get("signature") is not None:
            given["signature"] = replace(was.signature, **changes["signature"])
        return self.put(name, CustomerSettings(**given))

    def authorize(self, authorization: str | None, now: datetime) -> IntelePeerCustomer:
        """Return who calls. Raises `UnauthorizedError`, and `TokenExpiredError` after 24 hours.

        No error shows the token.
        """
        token = token_in(authorization, bearer_only=self._settings.bearer_only)
        issued = self._issued.get(token)
        if issued is not None and now >= issued.until:
            msg = "token has expired: expected one of the last 24 hours; authenticate again"
            raise TokenExpiredError(msg)
        if issued is not None:
            return self.signer(issued.customer)
        return self._holder(token)

    def authenticate(self, username: str, password: str, now: datetime, random: Random) -> str:
        """Return a new token, good for 24 hours. Raises `UnauthorizedError`."""
        customer = self._by_username(username)
        if customer.username == username and customer.password != password:
            raise UnauthorizedError(_WRONG)
        self._forget_old(now)
        token = draw_token(random)
        self._issued[token] = _Issued(customer.name, now + TOKEN_LIFETIME)
        return token

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON values, secrets and tokens included."""
        return {
            "customers": {
                customer.name: {
                    **{key: getattr(customer, key) for key in _CREDENTIALS},
                    "signature": asdict(customer.signature),
                }
                for customer in self.all()
            },
            "tokens": [
                {"token": token, "customer": issued.customer, "until": issued.until.isoformat()}
                for token, issued in self._issued.items()
            ],
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take the state of a `dump`. Raises what a malformed one raises; changes nothing then."""
        named = self._all_of(
            {
                name: CustomerSettings(
                    **{key: text(given, key) for key in _CREDENTIALS},
                    signature=signature_from(given["signature"]),
                )
                for name, given in state["customers"].items()
            }
        )
        issued = {
            entry["token"]: _Issued(entry["customer"], datetime.fromisoformat(entry["until"]))
            for entry in state["tokens"]
        }
        self._named, self._issued = named, issued

    def _all_of(self, given: Mapping[str, CustomerSettings]) -> dict[str, IntelePeerCustomer]:
        """Return these customers, with the open one before them while tokens are open."""
        opened = {} if self.closed else {OPEN_CUSTOMER: CustomerSettings()}
        return _without_clash(
            {name: self._make(name, c) for name, c in {**opened, **given}.items()}
        )

    def _make(self, name: str, given: CustomerSettings) -> IntelePeerCustomer:
        if not re.fullmatch(NAME_PATTERN, name):
            msg = f"{reprlib.repr(name)} is no customer name: expected one such as 'acme'"
            raise InputError(msg)
        return IntelePeerCustomer(
            name=name,
            token=given.token or None,
            username=given.username,
            password=given.password,
            secret=self._settings.secret if given.secret is None else given.secret,
            signature=given.signature or self._settings.signature,
        )

    def _holder(self, token: str) -> IntelePeerCustomer:
        for customer in self._named.values():
            if customer.token == token:
                return customer
        if not self.closed:
            return self._named[OPEN_CUSTOMER]
        msg = "the token is nobody's: expected one from mohook.toml, or authenticate for one"
        raise UnauthorizedError(msg)

    def _by_username(self, username: str) -> IntelePeerCustomer:
        for customer in self._named.values():
            if customer.username == username:
                return customer
        if not self.closed:
            return self._named[OPEN_CUSTOMER]
        raise UnauthorizedError(_WRONG)

    def _forget_old(self, now: datetime) -> None:
        """Drop tokens that expired a day ago: whoever still sends one is simply unknown."""
        for token in list(self._issued):
            if now < self._issued[token].until + TOKEN_LIFETIME:
                return
            del self._issued[token]


def _without_clash(named: dict[str, IntelePeerCustomer]) -> dict[str, IntelePeerCustomer]:
    """Return `named`. Raises `ConflictError` where a token or a username has two customers."""
    for what in ("token", "username"):
        holders: dict[str, str] = {}
        for customer in named.values():
            value = getattr(customer, what)
            if value and holders.setdefault(value, customer.name) != customer.name:
                msg = (
                    f"customers {holders[value]!r} and {customer.name!r} have the same {what}: "
                    "expected one of its own for each"
                )
                raise ConflictError(msg)
    return named
