"""Who receives where: accounts at ip1, customers and numbers at IntelePeer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mohook.directory.webhook_url import require_webhook_url
from mohook.masking import MASK, masked_url
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.number import IntelePeerNumber
from mohook.providers.ip1.account import Ip1Account
from mohook.rendering import message_json
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.directories import (
    AccountBody,
    AccountChanges,
    AccountOwner,
    AccountShown,
    AccountsShown,
    CustomerBody,
    CustomerChanges,
    CustomerName,
    CustomerShown,
    CustomersShown,
    DefaultWebhookBody,
    DefaultWebhookShown,
    NumberBody,
    NumberChanges,
    NumberPath,
    NumberShown,
    NumbersShown,
    RevealQuery,
    SignatureBody,
)
from mohook.server.models.fields import Given
from mohook.server.models.messages import CpaasQuery, MessagesPage
from mohook.server.recipients import require_recipient
from mohook.server.replies import replies
from mohook.settings import SignatureSettings
from mohook.store.store import MessageFilter

__all__ = ["api"]

api = control_api("directories", "Who receives where.")


@api.get("/ip1/accounts", responses=replies({200: AccountsShown}))
def list_accounts(query: RevealQuery) -> dict[str, Any]:
    """List the ip1 accounts."""
    return {"accounts": [_account(each, query.reveal) for each in emulator().ip1.accounts()]}


@api.get("/ip1/accounts/<owner>", responses=replies({200: AccountShown}, 404))
def account(path: AccountOwner, query: RevealQuery) -> dict[str, Any]:
    """Show an ip1 account."""
    return _account(emulator().ip1.account(path.owner), query.reveal)


@api.put("/ip1/accounts/<owner>", responses=replies({200: AccountShown}, 409, body=True))
def put_account(path: AccountOwner, query: RevealQuery, body: AccountBody) -> dict[str, Any]:
    """Make or replace an ip1 account; what waits for it goes to its new URL."""
    url = _given_url(body.callback_url, given="callback_url" in body.model_fields_set)
    return _account(emulator().ip1.put(path.owner, url, body.numbers), query.reveal)


@api.patch("/ip1/accounts/<owner>", responses=replies({200: AccountShown}, 404, 409, body=True))
def change_account(path: AccountOwner, query: RevealQuery, body: AccountChanges) -> dict[str, Any]:
    """Change an ip1 account; what waits for it goes to its new URL."""
    changes = _named(body)
    if "callback_url" in changes:
        changes["callback_url"] = _given_url(body.callback_url, given=True)
    return _account(emulator().ip1.change(path.owner, changes), query.reveal)


@api.get("/intelepeer/customers", responses=replies({200: CustomersShown}))
def list_customers(query: RevealQuery) -> dict[str, Any]:
    """List the IntelePeer customers."""
    every = emulator().intelepeer.customers()
    return {"customers": [_customer(each, query.reveal) for each in every]}


@api.get("/intelepeer/customers/<name>", responses=replies({200: CustomerShown}, 404))
def customer(path: CustomerName, query: RevealQuery) -> dict[str, Any]:
    """Show an IntelePeer customer."""
    return _customer(emulator().intelepeer.customer(path.name), query.reveal)


@api.put("/intelepeer/customers/<name>", responses=replies({200: CustomerShown}, 409, body=True))
def put_customer(path: CustomerName, query: RevealQuery, body: CustomerBody) -> dict[str, Any]:
    """Make or replace an IntelePeer customer."""
    made = emulator().intelepeer.put_customer(
        path.name,
        token=body.token,
        username=body.username,
        password=body.password,
        secret=body.secret,
        signature=_signature(body.signature),
    )
    return _customer(made, query.reveal)


@api.patch(
    "/intelepeer/customers/<name>", responses=replies({200: CustomerShown}, 404, 409, body=True)
)
def change_customer(
    path: CustomerName, query: RevealQuery, body: CustomerChanges
) -> dict[str, Any]:
    """Change an IntelePeer customer: a secret that is not named stays."""
    made = emulator().intelepeer.change_customer(path.name, _named(body))
    return _customer(made, query.reveal)


@api.get("/intelepeer/webhook", responses=replies({200: DefaultWebhookShown}))
def default_webhook(query: RevealQuery) -> dict[str, Any]:
    """Tell where IntelePeer numbers post that have no webhook of their own."""
    return _default_webhook(query.reveal)


@api.put("/intelepeer/webhook", responses=replies({200: DefaultWebhookShown}, body=True))
def put_default_webhook(query: RevealQuery, body: DefaultWebhookBody) -> dict[str, Any]:
    """Set the default webhook; what waits for such a number goes there."""
    emulator().intelepeer.put_default_webhook(_given_url(body.webhook, given=True) or None)
    return _default_webhook(query.reveal)


@api.get("/intelepeer/numbers", responses=replies({200: NumbersShown}))
def list_numbers(query: RevealQuery) -> dict[str, Any]:
    """List the IntelePeer numbers that something is recorded of."""
    every = emulator().intelepeer.numbers(emulator().clock.now())
    return {"numbers": [_number(each, query.reveal) for each in every]}


@api.get("/intelepeer/numbers/<number>", responses=replies({200: NumberShown}, 404))
def number(path: NumberPath, query: RevealQuery) -> dict[str, Any]:
    """Show an IntelePeer number as it stands now; an open inventory has every number."""
    return _number_now(path.number, query.reveal)


@api.put("/intelepeer/numbers/<number>", responses=replies({200: NumberShown}, 404, 409, body=True))
def put_number(path: NumberPath, query: RevealQuery, body: NumberBody) -> dict[str, Any]:
    """Make or replace an IntelePeer number; what waits for it goes to its new webhook."""
    emulator().intelepeer.put_number(
        path.number,
        customer=body.customer,
        sms_enabled=body.sms_enabled,
        cpaas_enabled=body.cpaas_enabled,
        webhook=_given_url(body.webhook, given="webhook" in body.model_fields_set),
        provisioning=body.provisioning,
    )
    return _number_now(path.number, query.reveal)


@api.patch(
    "/intelepeer/numbers/<number>", responses=replies({200: NumberShown}, 404, 409, body=True)
)
def change_number(path: NumberPath, query: RevealQuery, body: NumberChanges) -> dict[str, Any]:
    """Change an IntelePeer number; what waits for it goes to its new webhook."""
    changes = _named(body)
    if "webhook" in changes:
        changes["webhook"] = _given_url(body.webhook, given=True)
    if "provisioning" in changes:
        changes |= {"state": changes.pop("provisioning"), "requested_at": None}
    emulator().intelepeer.change_number(path.number, changes)
    return _number_now(path.number, query.reveal)


@api.delete("/intelepeer/numbers/<number>/webhook", responses=replies({200: NumberShown}, 404))
def forget_webhook(path: NumberPath, query: RevealQuery) -> dict[str, Any]:
    """Let an IntelePeer number have no webhook of its own: the default counts again."""
    emulator().intelepeer.change_number(path.number, {"webhook": None})
    return _number_now(path.number, query.reveal)


@api.delete("/intelepeer/numbers/<number>", responses=replies({204: {"description": "Done."}}, 404))
def delete_number(path: NumberPath) -> tuple[str, int]:
    """Drop what is recorded of an IntelePeer number."""
    require_recipient(path.number)
    emulator().intelepeer.delete_number(path.number)
    return "", 204


@api.get("/intelepeer/cpaas", responses=replies({200: MessagesPage}))
def cpaas_inbox(query: CpaasQuery) -> dict[str, Any]:
    """List what went to the CPaaS platform, for its numbers have no webhook of their own."""
    wanted = MessageFilter(provider="intelepeer", via="cpaas", after=query.after, limit=query.limit)
    return {"messages": [message_json(each) for each in emulator().store.messages(wanted)]}


def _named(changes: Given) -> dict[str, Any]:
    """Return what somebody named, and in a table of it what was named there."""
    return changes.model_dump(exclude_unset=True)


def _given_url(url: str | None, *, given: bool) -> str | None:
    """Return the URL in the directory's words: None is that of the settings, "" is none.

    Raises WebhookError for an empty one: in JSON, none is null.
    """
    if url is not None:
        return require_webhook_url(url)
    return "" if given else None


def _signature(given: SignatureBody | None) -> SignatureSettings | None:
    return None if given is None else SignatureSettings(**given.model_dump())


def _account(shown: Ip1Account, reveal: bool) -> dict[str, Any]:
    return {
        "owner": shown.owner,
        "callback_url": _url(shown.callback_url, reveal),
        "numbers": list(shown.numbers),
    }


def _customer(shown: IntelePeerCustomer, reveal: bool) -> dict[str, Any]:
    return {
        "name": shown.name,
        "token": _secret(shown.token, reveal),
        "username": shown.username,
        "password": _secret(shown.password, reveal),
        "secret": _secret(shown.secret, reveal),
        "signature": asdict(shown.signature),
    }


def _default_webhook(reveal: bool) -> dict[str, Any]:
    return {"webhook": _url(emulator().intelepeer.default_webhook, reveal)}


def _number_now(endpoint: str, reveal: bool) -> dict[str, Any]:
    now = emulator().clock.now()
    return _number(emulator().intelepeer.number(endpoint, now), reveal)


def _number(shown: IntelePeerNumber, reveal: bool) -> dict[str, Any]:
    return {
        "number": shown.endpoint,
        "customer": shown.customer,
        "sms_enabled": shown.sms_enabled,
        "cpaas_enabled": shown.cpaas_enabled,
        "webhook": _url(shown.webhook or None, reveal),
        "provisioning": shown.state.value,
    }


def _url(url: str | None, reveal: bool) -> str | None:
    return url if reveal or url is None else masked_url(url)


def _secret(secret: str | None, reveal: bool) -> str | None:
    return secret if reveal or not secret else MASK
