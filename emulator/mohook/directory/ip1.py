"""The accounts at ip1: whose number it is, and where that account's messages go."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from threading import RLock
from typing import Any

from mohook.directory.listing import listed
from mohook.directory.route import OnChange, OnWrite, Route, ignore_changes, ignore_writes
from mohook.directory.state import reading, text
from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import ConflictError, InputError, NotFoundError, UnknownNumberError
from mohook.providers.ip1.account import OWNER_EXAMPLE, Ip1Account
from mohook.settings import Settings
from mohook.sms.addresses import require_msisdn

__all__ = ["OPEN_OWNER", "OWNER_PATTERN", "Ip1Directory", "endpoint_of"]

OPEN_OWNER = OWNER_EXAMPLE
"""The one account of an open inventory: it owns every number that no other account names."""

OWNER_PATTERN = "^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$"
"""Wider than the documented `ip1-` and digits, for the sample's own `ip1-XXXXX`."""


def endpoint_of(owner: str) -> str:
    """Return the key of an account's callback URL: `ip1:OWNER`."""
    return f"ip1:{owner}"


class Ip1Directory:
    """Every SMS account at ip1, with its numbers and its callback URL.

    Accounts in the settings close the inventory. Else it is open: one account owns every
    MSISDN, but for the numbers that a later `put` gives to another.
    Writing takes the lock; reading takes none, for what is read is replaced, never changed.

    >>> from mohook.settings import Ip1Settings
    >>> directory = Ip1Directory(Settings(ip1=Ip1Settings(callback_url="http://localhost/")))
    >>> directory.route("456189040623").account.owner
    'ip1-10001'

    Source: ip1, Receive incoming SMS. Assumption: the open inventory.
    """

    def __init__(
        self,
        settings: Settings,
        on_change: OnChange = ignore_changes,
        lock: AbstractContextManager[Any] | None = None,
        *,
        on_write: OnWrite = ignore_writes,
    ) -> None:
        self._settings = settings.ip1
        self._on_change = on_change
        self._on_write = on_write
        self._lock = lock or RLock()
        self._by_endpoint: dict[str, Route] = {}
        self._install(self._configured())

    @property
    def closed(self) -> bool:
        """Whether the settings name the accounts, so that other numbers do not exist."""
        return bool(self._settings.accounts)

    def route(self, recipient: str, now: datetime | None = None) -> Route:
        """Return where the messages of `recipient` go, at any time.

        Raises `AddressError`, and `UnknownNumberError` outside a closed inventory.
        """
        del now
        return self._by_number.get(recipient) or self._route_of_unnamed(recipient)

    def webhook(self, endpoint: str) -> str | None:
        """Return the callback URL of `ip1:OWNER`, or None where it has none."""
        route = self._by_endpoint.get(endpoint)
        return route.webhook if route else None

    def account(self, owner: str) -> Ip1Account:
        """Return an account by its owner. Raises `NotFoundError`."""
        account = self._accounts.get(owner)
        if account is None:
            msg = (
                f"no ip1 account {reprlib.repr(owner)}: there are {listed(self._accounts)}; "
                f"PUT /mohook/v1/ip1/accounts/OWNER makes one"
            )
            raise NotFoundError(msg)
        return account

    def accounts(self) -> list[Ip1Account]:
        """Return every account, in the order in which they came."""
        return list(self._accounts.values())

    def put(
        self, owner: str, callback_url: str | None = None, numbers: Iterable[str] = ()
    ) -> Ip1Account:
        """Make or replace an account and return it.

        `callback_url` None takes the one of the settings; "" is none at all.
        Raises `InputError`, `AddressError` or `WebhookError` for what is malformed, and
        `ConflictError` for a number that another account has; nothing is changed then.
        """
        with self._lock:
            account = self._checked(owner, callback_url, numbers)
            self._install(self._accounts | {owner: account})
            return account

    def change(self, owner: str, changes: Mapping[str, Any]) -> Ip1Account:
        """Change of an account what is named: `callback_url` (None is none), `numbers`.

        Raises `NotFoundError`, and as `put` does; nothing is changed then.
        """
        with self._lock:
            account = self.account(owner)
            url = changes.get("callback_url", account.callback_url)
            return self.put(owner, url or "", changes.get("numbers", account.numbers))

    def reset(self) -> None:
        """Go back to the accounts of the settings."""
        with self._lock:
            self._install(self._configured())

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON values, callback URLs with their credentials included."""
        return {
            "accounts": [
                {
                    "owner": account.owner,
                    "callback_url": account.callback_url,
                    "numbers": list(account.numbers),
                }
                for account in self.accounts()
            ]
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take the state of a `dump`. Raises `InputError`; nothing is changed then."""
        with reading("the ip1 accounts"):
            read = [
                self._checked(entry["owner"], text(entry, "callback_url") or "", entry["numbers"])
                for entry in state["accounts"]
            ]
        with self._lock:
            opened = {} if self.closed else self._configured()
            self._install(opened | {account.owner: account for account in read})

    def _configured(self) -> dict[str, Ip1Account]:
        if not self.closed:
            return {OPEN_OWNER: self._checked(OPEN_OWNER, None, ())}
        return {
            owner: self._checked(owner, account.callback_url, account.numbers)
            for owner, account in self._settings.accounts.items()
        }

    def _checked(self, owner: str, callback_url: str | None, numbers: Iterable[str]) -> Ip1Account:
        if not re.fullmatch(OWNER_PATTERN, owner):
            msg = f"{reprlib.repr(owner)} is no account owner: expected one such as {OPEN_OWNER!r}"
            raise InputError(msg)
        url = self._settings.callback_url if callback_url is None else callback_url
        if url:
            require_webhook_url(url)
        # Twice the same number in one list is that number.
        return Ip1Account(owner, url or None, tuple(dict.fromkeys(map(require_msisdn, numbers))))

    def _install(self, accounts: dict[str, Ip1Account]) -> None:
        """Make `accounts` the state at once, and tell every callback URL that has changed."""
        by_number = _by_number(accounts)
        before = self._by_endpoint
        routes = {owner: _route(account) for owner, account in accounts.items()}
        self._accounts = accounts
        self._by_number = {number: routes[owner] for number, owner in by_number.items()}
        self._by_endpoint = {route.endpoint: route for route in routes.values()}
        self._open = None if self.closed else routes[OPEN_OWNER]
        # There is always an account, so that nothing before is the first state: no change.
        for endpoint in {**before, **self._by_endpoint} if before else ():
            was, now = before.get(endpoint), self._by_endpoint.get(endpoint)
            if (was and was.webhook) != (now and now.webhook):
                self._on_change(endpoint, now.webhook if now else None)
        if before:
            self._on_write()

    def _route_of_unnamed(self, recipient: str) -> Route:
        require_msisdn(recipient)
        if self._open is None:
            msg = (
                f"{recipient!r} belongs to no ip1 account: there are {listed(self._by_number)}; "
                "send to one of these, or name it in [ip1.accounts]"
            )
            raise UnknownNumberError(msg)
        return self._open


def _route(account: Ip1Account) -> Route:
    return Route(endpoint_of(account.owner), account.callback_url, cpaas=False, account=account)


def _by_number(accounts: Mapping[str, Ip1Account]) -> dict[str, str]:
    """Return the owner of each number. Raises `ConflictError` where there are two."""
    owners: dict[str, str] = {}
    for account in accounts.values():
        for number in account.numbers:
            if owners.setdefault(number, account.owner) != account.owner:
                msg = (
                    f"{number!r} is claimed by two accounts, {owners[number]!r} and "
                    f"{account.owner!r}: expected one; take it from the one first"
                )
                raise ConflictError(msg)
    return owners
