"""Accounts, customers and numbers: who receives where."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictStr

from mohook.directory.customers import NAME_PATTERN
from mohook.directory.ip1 import OWNER_PATTERN
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.server.models.fields import Flag, Given, Shown, named

__all__ = [
    "AccountBody",
    "AccountChanges",
    "AccountOwner",
    "AccountShown",
    "AccountsShown",
    "CustomerBody",
    "CustomerChanges",
    "CustomerName",
    "CustomerShown",
    "CustomersShown",
    "DefaultWebhookBody",
    "DefaultWebhookShown",
    "NumberBody",
    "NumberChanges",
    "NumberPath",
    "NumberShown",
    "NumbersShown",
    "RevealQuery",
    "SignatureBody",
]

_Webhook = Annotated[StrictStr, named("WebhookUrl")]


def _without_defaults(schema: dict[str, Any]) -> None:
    for each in schema["properties"].values():
        each.pop("default", None)


_LEFT_AS_IT_IS = ConfigDict(json_schema_extra=_without_defaults)
"""Of a body that changes something: nothing stands for what is left out."""


class RevealQuery(Given):
    """Whether secrets are shown."""

    reveal: Flag = Field(False, description="Show secrets and credentials, not `***`.")


class AccountOwner(Given):
    """An ip1 account's owner in a path."""

    owner: Annotated[StrictStr, Field(pattern=OWNER_PATTERN)]


class AccountBody(Given):
    """An ip1 account. Without `callback_url` it has the one of the settings; null is none."""

    callback_url: _Webhook | None = None
    numbers: list[Annotated[StrictStr, named("Msisdn")]] = Field(default_factory=list)


class AccountChanges(AccountBody):
    """What becomes of an ip1 account; what is left out stays as it is, and null is none."""

    model_config = _LEFT_AS_IT_IS


class AccountShown(Shown):
    """An ip1 account: one callback URL for all of its numbers."""

    owner: str
    callback_url: str | None
    numbers: list[str]


class AccountsShown(Shown):
    """Every ip1 account."""

    accounts: list[AccountShown]


class CustomerName(Given):
    """An IntelePeer customer's name in a path."""

    name: Annotated[StrictStr, Field(pattern=NAME_PATTERN)]


class SignatureBody(Given):
    """How an inbound message is signed."""

    mode: Literal["absent", "literal", "hmac"] = "literal"
    hash: Literal["md5", "sha1", "sha256", "sha512"] = "sha256"
    order: Literal["refid-message", "message-refid"] = "refid-message"
    encoding: Literal["hex", "HEX", "base64"] = "hex"


class CustomerBody(Given):
    """An IntelePeer customer. Without a secret or a signature it has those of the settings."""

    token: StrictStr | None = None
    username: StrictStr | None = None
    password: StrictStr | None = None
    secret: StrictStr | None = None
    signature: SignatureBody | None = None


class CustomerChanges(CustomerBody):
    """What becomes of a customer; what is left out, of the signature too, stays as it is."""

    model_config = _LEFT_AS_IT_IS


class _SignatureShown(Shown):
    mode: str
    hash: str
    order: str
    encoding: str


class CustomerShown(Shown):
    """An IntelePeer customer, its secrets as `***` unless they are asked for."""

    name: str
    token: str | None
    username: str | None
    password: str | None
    secret: str
    signature: _SignatureShown


class CustomersShown(Shown):
    """Every IntelePeer customer."""

    customers: list[CustomerShown]


class DefaultWebhookBody(Given):
    """Where IntelePeer numbers post that have no webhook of their own; null is nowhere."""

    webhook: _Webhook | None


class DefaultWebhookShown(Shown):
    """Where IntelePeer numbers post that have no webhook of their own."""

    webhook: str | None


class NumberPath(Given):
    """An IntelePeer number in a path; a `+` may stand there as it is."""

    number: Annotated[StrictStr, named("Endpoint")]


class NumberBody(Given):
    """An IntelePeer number. Without `webhook` it has the one of the settings; null is none.

    Without `customer` it belongs to whoever calls.
    """

    customer: Annotated[StrictStr, Field(pattern=NAME_PATTERN)] | None = None
    sms_enabled: StrictBool = True
    cpaas_enabled: StrictBool = False
    webhook: _Webhook | None = None
    provisioning: ProvisioningState = ProvisioningState.PROVISIONED


class NumberChanges(NumberBody):
    """What becomes of a number; what is left out stays as it is, and null is none.

    A `provisioning` that is given stands still; else it goes on as it did.
    """

    model_config = _LEFT_AS_IT_IS


class NumberShown(Shown):
    """An IntelePeer number as it stands now, with the webhook that it resolves to."""

    number: str
    customer: str | None
    sms_enabled: bool
    cpaas_enabled: bool
    webhook: str | None
    provisioning: ProvisioningState


class NumbersShown(Shown):
    """Every IntelePeer number that something is recorded of."""

    numbers: list[NumberShown]
