"""Who gets in: tokens given, tokens issued, tokens expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mohook.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    TokenExpiredError,
    UnauthorizedError,
)
from mohook.providers.intelepeer.tokens import TOKEN_LIFETIME
from mohook.settings import CustomerSettings, SignatureSettings
from tests.directory.bench import CUSTOMERS, NOW, ONE, Bench, closed


def issued(bench: Bench) -> str:
    status, body = bench.directory.authenticate("joe", "pw", NOW)
    assert status == 200
    assert list(body) == ["token"]
    return str(body["token"])


@pytest.mark.parametrize("header", ["Bearer acme-token", "bearer  acme-token ", "acme-token"])
def test_both_forms_of_the_header_are_taken(header: str) -> None:
    """With `Bearer` and without, the token tells the customer."""
    assert closed().directory.authorize(header, NOW).name == "acme"


def test_raw_form_is_refused_by_switch() -> None:
    """`bearer_only` takes the one form alone."""
    bench = closed(bearer_only=True)
    assert bench.directory.authorize("Bearer acme-token", NOW).name == "acme"
    with pytest.raises(UnauthorizedError):
        bench.directory.authorize("acme-token", NOW)


@pytest.mark.parametrize("header", [None, "", "  ", "Bearer", "Bearer  "])
def test_no_token_is_refused_even_when_open(header: str | None) -> None:
    """Any token is good in an open inventory, but there must be one."""
    bench = Bench()
    assert bench.directory.authorize("Bearer whatever", NOW).name == "default"
    with pytest.raises(UnauthorizedError) as caught:
        bench.directory.authorize(header, NOW)
    assert bench.directory.refusal(caught.value) == (401, {"code": 401, "error": "Unauthorized"})


def test_unknown_token_is_refused_when_closed_and_never_shown() -> None:
    """Named customers close the tokens; the error does not repeat the one that was sent."""
    with pytest.raises(UnauthorizedError) as caught:
        closed().directory.authorize("Bearer hush-hush", NOW)
    assert "hush" not in str(caught.value)


def test_issued_token_tells_its_customer_for_24_hours() -> None:
    """A token of `authenticate` is good up to its last moment, then expired."""
    bench = closed()
    token = issued(bench)
    last = NOW + TOKEN_LIFETIME - timedelta(microseconds=1)
    assert bench.directory.authorize(token, last).name == "acme"
    with pytest.raises(TokenExpiredError) as caught:
        bench.directory.authorize(token, NOW + TOKEN_LIFETIME)
    assert bench.directory.refusal(caught.value) == (401, {"error": "token has expired"})


def test_issued_token_expires_in_an_open_inventory_too() -> None:
    """Any token is good when open, but for one that is known to have expired."""
    bench = Bench()
    token = issued(bench)
    assert bench.directory.authorize(token, NOW).name == "default"
    with pytest.raises(TokenExpiredError):
        bench.directory.authorize(token, NOW + TOKEN_LIFETIME)


def test_long_expired_tokens_are_forgotten() -> None:
    """A day after it expired, a token is as unknown as any other."""
    bench = closed()
    token, later = issued(bench), NOW + 2 * TOKEN_LIFETIME
    bench.directory.authenticate("joe", "pw", later)
    with pytest.raises(UnauthorizedError) as caught:
        bench.directory.authorize(token, later)
    assert not isinstance(caught.value, TokenExpiredError)


@pytest.mark.parametrize(("username", "password"), [("joe", "no"), ("no", "pw"), ("", "")])
def test_wrong_credentials_get_the_documented_401(username: str, password: str) -> None:
    """Neither a wrong password nor a wrong name gets a token."""
    answer = closed().directory.authenticate(username, password, NOW)
    assert answer == (401, {"code": 401, "error": "Unauthorized"})


def test_wrong_password_is_refused_when_open_too() -> None:
    """Any credentials are good when open, but for a wrong password of a known name."""
    bench = Bench()
    bench.directory.put_customer("acme", username="joe", password="pw")
    token = issued(bench)
    assert bench.directory.authorize(token, NOW).name == "acme"
    assert bench.directory.authenticate("joe", "no", NOW)[0] == 401
    assert bench.directory.authenticate("jim", "no", NOW)[0] == 200


@pytest.mark.parametrize(
    ("form", "body"), [("error", {"error": "Unauthorized"}), ("detail", {"detail": "unauthorized"})]
)
def test_401_has_the_other_bodies_by_switch(form: str, body: dict[str, str]) -> None:
    """`error_body` decides the keys of a 401 too."""
    assert closed(error_body=form).directory.authenticate("joe", "no", NOW) == (401, body)


def test_equal_seeds_issue_equal_tokens() -> None:
    """The seed decides the tokens; each is a new one."""
    one, other = closed(), closed()
    first = issued(one)
    assert first == issued(other)
    assert first != issued(one)


def test_put_customer_is_let_in() -> None:
    """A customer that is put gets in by token, beside those of the settings."""
    bench = closed()
    bench.directory.put_customer("gamma", token="gamma-token")
    assert bench.caller("gamma-token").name == "gamma"
    assert bench.caller("acme-token").name == "acme"
    assert [customer.name for customer in bench.directory.customers()] == ["acme", "beta", "gamma"]


def test_put_customer_replaces_the_old_one() -> None:
    """The old token is good no more; what is not given is that of the settings."""
    bench = closed(secret="S")
    made = bench.directory.put_customer("acme", token="new")
    assert (made.secret, made.username) == ("S", None)
    assert bench.directory.customer("acme") == made
    with pytest.raises(UnauthorizedError):
        bench.caller("acme-token")


def test_bad_customer_changes_nothing() -> None:
    """A bad name and another's token or username are refused."""
    bench = closed()
    before = bench.directory.dump()
    with pytest.raises(InputError):
        bench.directory.put_customer("a/b")
    with pytest.raises(ConflictError, match="'acme' and 'gamma' have the same token") as caught:
        bench.directory.put_customer("gamma", token="acme-token")
    assert "acme-token" not in str(caught.value)
    with pytest.raises(ConflictError, match="same username"):
        bench.directory.put_customer("gamma", username="joe")
    assert bench.directory.dump() == before


def test_unknown_customer_is_told_with_those_that_exist() -> None:
    """The error names the customer and lists the others."""
    with pytest.raises(NotFoundError, match=r"'gamma'.*acme"):
        closed().directory.customer("gamma")


@pytest.mark.parametrize(
    ("customers", "number_of", "secret"),
    [
        ({}, None, "S"),
        ({"acme": CUSTOMERS["acme"]}, None, "a"),
        (CUSTOMERS, None, "S"),
        (CUSTOMERS, "beta", "b"),
    ],
)
def test_secret_is_that_of_the_number_s_customer(
    customers: dict[str, CustomerSettings], number_of: str | None, secret: str
) -> None:
    """The number's customer signs; else the only one there is; else the settings."""
    bench = Bench(customers=customers, secret="S")
    bench.directory.put_number(ONE, customer=number_of)
    assert bench.directory.route(ONE, NOW).account.secret == secret


def test_caller_who_set_the_webhook_signs_an_ownerless_number() -> None:
    """In an open inventory the number is the caller's, and so is the secret."""
    bench = Bench()
    bench.directory.put_customer("acme", token="acme-token", secret="a")
    bench.set(ONE)
    assert bench.directory.route(ONE, NOW).account.secret == "a"
    bench.directory.put_customer("acme", secret="new", signature=SignatureSettings(mode="absent"))
    account = bench.directory.route(ONE, NOW).account
    assert (account.secret, account.signature.mode) == ("new", "absent")
