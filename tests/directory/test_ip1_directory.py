from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from mohook.directory.ip1 import OPEN_OWNER, Ip1Directory
from mohook.errors import (
    AddressError,
    ConflictError,
    InputError,
    NotFoundError,
    UnknownNumberError,
    WebhookError,
)
from mohook.providers.ip1.account import Ip1Account
from mohook.settings import AccountSettings, Ip1Settings, Settings

Changes = list[tuple[str, str | None]]


def directory(
    accounts: Mapping[str, AccountSettings] | None = None,
    callback_url: str | None = "http://default/",
    changes: Changes | None = None,
) -> Ip1Directory:
    seen: Changes = [] if changes is None else changes
    return Ip1Directory(
        Settings(ip1=Ip1Settings(callback_url=callback_url, accounts=dict(accounts or {}))),
        lambda *change: seen.append(change),
    )


CLOSED = {
    "ip1-1": AccountSettings(callback_url="http://one/", numbers=("4670", "4671")),
    "ip1-2": AccountSettings(numbers=("4680",)),
}


def test_open_account_owns_every_number() -> None:
    """Without accounts in the settings, one account with their callback URL has all numbers."""
    opened = directory()
    account = opened.route("456189040623").account
    assert account == Ip1Account(OPEN_OWNER, "http://default/")
    assert opened.accounts() == [account]
    route = opened.route("456189040623")
    assert route == (f"ip1:{OPEN_OWNER}", "http://default/", False, account)


@pytest.mark.parametrize("number", ["+456189040623", "", "name"])
def test_open_account_owns_no_malformed_number(number: str) -> None:
    """Even an open inventory has well-formed numbers alone."""
    with pytest.raises(AddressError):
        directory().route(number)


def test_named_accounts_own_their_numbers() -> None:
    """In a closed inventory each number goes to the account that names it."""
    closed = directory(CLOSED)
    assert [closed.route(number).account.owner for number in ("4670", "4671", "4680")] == [
        "ip1-1",
        "ip1-1",
        "ip1-2",
    ]


def test_account_without_url_takes_that_of_the_settings() -> None:
    """`ip1.callback_url` stands in for an account that names none."""
    assert directory(CLOSED).webhook("ip1:ip1-2") == "http://default/"
    assert directory(CLOSED, callback_url=None).webhook("ip1:ip1-2") is None


def test_unknown_number_is_refused_by_name() -> None:
    """Outside a closed inventory, the error holds the number and what there is."""
    with pytest.raises(UnknownNumberError, match=r"'4699'.*4670.*ip1\.accounts"):
        directory(CLOSED).route("4699")


def test_unknown_owner_is_refused_by_name() -> None:
    """An account that is not there is told, with those that are."""
    with pytest.raises(NotFoundError, match=r"'ip1-9'.*ip1-1"):
        directory(CLOSED).account("ip1-9")
    assert directory(CLOSED).webhook("ip1:ip1-9") is None


def test_put_wins_over_the_open_account() -> None:
    """Numbers that an account names are its own; all others stay with the open account."""
    opened = directory()
    made = opened.put("ip1-7", "http://seven/", ["4670"])
    assert opened.route("4670").account == made == opened.account("ip1-7")
    assert opened.route("4671").account.owner == OPEN_OWNER


def test_put_replaces_an_account_whole() -> None:
    """A number left out goes back to the open account, the URL is the new one."""
    opened = directory()
    opened.put("ip1-7", "http://seven/", ["4670", "4671"])
    opened.put("ip1-7", "", ["4671", "4671"])
    assert opened.route("4670").account.owner == OPEN_OWNER
    assert opened.account("ip1-7") == Ip1Account("ip1-7", None, ("4671",))


def test_put_without_url_takes_that_of_the_settings() -> None:
    """None is the default URL, the empty text is none."""
    assert directory().put("ip1-7").callback_url == "http://default/"
    assert directory().put("ip1-7", "").callback_url is None


def test_put_into_a_closed_inventory_adds_to_it() -> None:
    """An account that is put makes its numbers exist."""
    closed = directory(CLOSED)
    closed.put("ip1-3", None, ["4690"])
    assert closed.route("4690").account.owner == "ip1-3"


@pytest.mark.parametrize(
    ("owner", "url", "numbers", "error"),
    [
        ("ip1-3", None, ["4670"], ConflictError),
        ("ip1-3", "ftp://x", ["4690"], WebhookError),
        ("ip1-3", None, ["+4690"], AddressError),
        ("ip1 3", None, ["4690"], InputError),
        ("", None, ["4690"], InputError),
    ],
)
def test_bad_put_changes_nothing(
    owner: str, url: str | None, numbers: list[str], error: type[Exception]
) -> None:
    """What is malformed or another's is refused, and all stays as it was."""
    changes: Changes = []
    closed = directory(CLOSED, changes=changes)
    before = closed.dump()
    with pytest.raises(error):
        closed.put(owner, url, numbers)
    assert closed.dump() == before
    assert changes == []


def test_two_accounts_of_the_settings_cannot_share_a_number() -> None:
    """A number claimed twice in the settings is told with both owners."""
    accounts = CLOSED | {"ip1-3": AccountSettings(numbers=("4670",))}
    with pytest.raises(ConflictError, match=r"'4670'.*'ip1-1'.*'ip1-3'"):
        directory(accounts)


def test_every_change_of_a_url_is_told_once() -> None:
    """A new account, a new URL and a reset are told; what leaves the URL alone is not."""
    changes: Changes = []
    opened = directory(changes=changes)
    assert changes == []
    opened.put(OPEN_OWNER, "http://other/")
    opened.put("ip1-7", "http://seven/")
    opened.put("ip1-7", "http://seven/", ["4670"])
    opened.reset()
    assert changes == [
        (f"ip1:{OPEN_OWNER}", "http://other/"),
        ("ip1:ip1-7", "http://seven/"),
        (f"ip1:{OPEN_OWNER}", "http://default/"),
        ("ip1:ip1-7", None),
    ]


def test_dump_loads_elsewhere() -> None:
    """State survives JSON and comes up the same in another directory."""
    opened, other = directory(), directory()
    opened.put("ip1-7", "http://seven/", ["4670"])
    opened.put("ip1-8", "")
    other.load(json.loads(json.dumps(opened.dump())))
    assert other.dump() == opened.dump()
    assert other.route("4670") == opened.route("4670")


@pytest.mark.parametrize(
    "state", [{}, {"accounts": [{}]}, {"accounts": 5}, {"accounts": [{"owner": 1}]}]
)
def test_bad_dump_is_refused(state: dict[str, object]) -> None:
    """What is no dump is refused, and all stays as it was."""
    opened = directory()
    with pytest.raises(InputError, match="the ip1 accounts cannot be read"):
        opened.load(state)
    assert opened.route("4670").account.owner == OPEN_OWNER


def test_open_directory_keeps_its_account_whatever_is_loaded() -> None:
    """A dump of a closed inventory leaves the open account in place."""
    opened = directory()
    opened.load({"accounts": []})
    assert opened.route("4670").account.owner == OPEN_OWNER
